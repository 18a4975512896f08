"""The collaborators of this process, each built when it is first needed.

One module an area. Each asks this package for what another builds, so that a test replaces a collaborator here, once for all.
"""

from chalicelib.container.account import (
    account_deletion_deps,
    account_export_deps,
    accounts,
    guards,
    has_identity_provider,
    identity_provider,
    logins,
    profile_deps,
    profiles,
    sign_in_deps,
)
from chalicelib.container.conversation import (
    conversation_deps,
    conversation_deps_with,
    conversation_deps_without_model,
    conversations,
    feedback,
    join_pace,
    make_opening_script,
)
from chalicelib.container.llm import budget, model, model_of, model_of_user, model_prices, stage_model
from chalicelib.container.mail import has_mail, reminder_deps, reminders, sending_deps, stop_actions, transcript_deps
from chalicelib.container.member import (
    answering_deps,
    forget_invitations_by,
    forget_invitations_to,
    holding_deps,
    inviting_deps,
    member_invitations,
)
from chalicelib.container.notifications import digest_deps, notification_deps, notifications, request_deps
from chalicelib.container.own_model import has_own_models, model_key_deps, model_servers, own_model_deps, own_models
from chalicelib.container.participant import (
    consent_deps,
    invitation_deps,
    invitations,
    participant_deps,
    participants,
    receipt_deps,
    removals,
)
from chalicelib.container.process import clock, deployment_secret, edge_secret, files, jobs, new_id
from chalicelib.container.results import ask_deps, export_deps, insight_deps, knowledge
from chalicelib.container.session import (
    cards,
    deletions,
    members,
    memories,
    memory_deps,
    projects,
    remember,
    roll_up_deps,
    sessions,
    template_deps,
)
from chalicelib.container.synthesis import summaries, synthesis_deps, synthesis_deps_with
from chalicelib.container.telegram import (
    announcement_deps,
    announcements,
    group_deps,
    telegram_api,
    telegram_chats,
    telegram_groups,
    telegram_links,
    telegram_secret,
    webhook_secret,
)
