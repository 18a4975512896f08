"""The collaborators of this process, each built when it is first needed."""

import os
import uuid
from datetime import timedelta
from functools import cache, lru_cache, partial
from typing import TYPE_CHECKING

from chalicelib.clock import Clock
from chalicelib.llm.interface import SCRIPTED, Model
from chalicelib.model import Session
from chalicelib.queues import Jobs
from chalicelib.secret_store import read_secret, read_secret_field
from chalicelib.settings import settings
from chalicelib.store.accounts import Accounts
from chalicelib.store.cards import Cards
from chalicelib.store.deletion import Deletions
from chalicelib.store.guards import Guards
from chalicelib.store.reduced_digests import ReducedDigests
from chalicelib.store.scratchpads import Scratchpads
from chalicelib.store.sessions import Sessions
from chalicelib.store.summaries import Summaries
from chalicelib.store.themes import Themes

if TYPE_CHECKING:
    from collections.abc import Callable

    from chalicelib.files import Files
    from chalicelib.identity_provider import IdentityProvider
    from chalicelib.llm.model_servers import ModelServers
    from chalicelib.model import Thread
    from chalicelib.model.own_models import SealedSecret
    from chalicelib.services.access.join_pace import JoinPace
    from chalicelib.services.accounts.sign_in import SignInDeps
    from chalicelib.services.conversations.request_context import ConversationDeps
    from chalicelib.services.delivery.announcements import AnnouncementDeps
    from chalicelib.services.delivery.reminder_job import ReminderDeps
    from chalicelib.services.delivery.sending import SendingDeps
    from chalicelib.services.delivery.stop_links import StopActions, StopLink
    from chalicelib.services.delivery.telegram_groups import GroupDeps
    from chalicelib.services.delivery.transcripts import TranscriptDeps
    from chalicelib.services.invitations.inviting import InvitationDeps
    from chalicelib.services.own_models.keys import ModelKeyDeps
    from chalicelib.services.own_models.own_model import KeyUse, OwnModelDeps
    from chalicelib.services.participants.decisions import ParticipantDeps
    from chalicelib.services.results.ask_evidence import AskDeps
    from chalicelib.services.results.exports.large import ExportDeps
    from chalicelib.services.results.insights import InsightDeps
    from chalicelib.services.synthesis.digest_runner import SynthesisDeps
    from chalicelib.services.usage.budget import Budget
    from chalicelib.services.usage.estimate import Prices
    from chalicelib.store.announcements import Announcements
    from chalicelib.store.conversations import Conversations
    from chalicelib.store.feedback import Feedback
    from chalicelib.store.invitations import Invitations
    from chalicelib.store.logins import Logins
    from chalicelib.store.own_models import OwnModelStore
    from chalicelib.store.participants import Participants
    from chalicelib.store.reminders import Reminders, ReminderView
    from chalicelib.store.removal import Removals
    from chalicelib.store.telegram import TelegramGroups
    from chalicelib.store.telegram_chats import TelegramChats
    from chalicelib.store.telegram_links import TelegramLinks
    from chalicelib.telegram_api import TelegramApi

OWN_KEY_SECONDS = 600  # that a process keeps a host's key for a server of models
SECRET_SECONDS = 300  # that a process keeps a secret which the operator may change


@cache
def clock() -> Clock:
    """The clock, which tells real time."""
    return Clock()


@cache
def accounts() -> Accounts:
    """The repository of users and keys."""
    return Accounts()


@cache
def sessions() -> Sessions:
    """The repository of sessions."""
    return Sessions()


def summaries() -> Summaries:
    """The repository of summaries."""
    return Summaries(clock())


@cache
def conversations() -> "Conversations":
    """The repository of threads and messages."""
    from chalicelib.store.conversations import Conversations

    return Conversations()


@cache
def guards() -> Guards:
    """The repository of visits without a key, and of requests with an Idempotency-Key."""
    return Guards()


def feedback() -> "Feedback":
    """The repository of how conversations ended and what participants said of them."""
    from chalicelib.store.feedback import Feedback

    return Feedback()


@cache
def cards() -> Cards:
    """The repository of cards, which lists show."""
    return Cards()


@cache
def deletions() -> Deletions:
    """The repository of sessions that are to be removed."""
    return Deletions()


@cache
def jobs() -> Jobs:
    """The client of the queues."""
    return Jobs(settings())


def deployment_secret() -> bytes:
    """The key behind thread ids and cookies."""
    return read_secret(settings().deployment_secret_arn).encode()


def edge_secret() -> str:
    """What our own CloudFront proves itself by; empty where there is none in front of us."""
    arn = settings().edge_secret_arn
    return read_secret(arn) if arn else ""


def budget() -> "Budget":
    """What models may cost."""
    from chalicelib.services.usage.budget import DOLLAR, Budget
    from chalicelib.store.spending import Ledger

    found = settings()
    return Budget(found.daily_budget * DOLLAR, found.owner_budget * DOLLAR, found.session_budget * DOLLAR, Ledger())


def model_prices(session: Session) -> "Prices | None":
    """What the models cost that answer for a session; None where none is asked."""
    from chalicelib.services.usage.estimate import prices_of

    found = settings()
    if session.models == "account" and has_own_models():
        tiers = own_models().get(session.owner_id).tiers
        return prices_of(small=tiers.small.model, medium=tiers.medium.model, large=tiers.large.model) if tiers else None
    if found.llm_provider == SCRIPTED:
        return None
    return prices_of(small=found.model_small, medium=found.model_medium, large=found.model_large)


@cache
def model() -> Model:
    """The language model that this deployment names; for sessions that have it, that of their owner's account."""
    stage = _stage_model()
    if not settings().own_models_key:
        return stage
    from chalicelib.services.own_models.own_model import SessionModels

    return SessionModels(stage, own_model_deps())


def model_of(session: Session) -> Model:
    """The model that answers for a session: to all that is asked about it, and in new conversations."""
    from chalicelib.services.usage.model_choice import choose_model

    return choose_model(model(), session)


def model_of_user(user_id: str) -> Model:
    """The model that somebody designs sessions with: the one that their new ones have."""
    from chalicelib.services.usage.model_choice import ModelOfSessions

    found = model()
    return found.of_user(user_id) if isinstance(found, ModelOfSessions) else found


def has_own_models() -> bool:
    """Whether hosts may bring models of their own."""
    return bool(settings().own_models_key)


def own_models() -> "OwnModelStore":
    """The repository of models of one's own."""
    from chalicelib.store.own_models import OwnModelStore

    return OwnModelStore()


def own_model_deps() -> "OwnModelDeps":
    """The dependencies of calls of models of one's own."""
    from chalicelib.services.own_models.own_model import OwnModelDeps

    return OwnModelDeps(own_models(), clock(), lambda use: _own_model(use, _own_key_period()))


def model_key_deps() -> "ModelKeyDeps":
    """The dependencies of keys for servers of models."""
    from chalicelib.sealed_secrets import open_secret, seal_secret
    from chalicelib.services.own_models.keys import ModelKeyDeps

    found = settings()
    return ModelKeyDeps(
        store=own_models(),
        seal=partial(seal_secret, found.own_models_key),
        open=partial(open_secret, found.own_models_key),
        servers=model_servers(),
        new_id=new_id,
    )


def model_servers() -> "ModelServers":
    """The servers of models that hosts may name."""
    from chalicelib.llm.model_servers import ModelServers

    return ModelServers.named(settings().model_hosts)


def _own_key_period() -> int:
    """Changes every ten minutes: so long a process keeps a host's key."""
    return int(clock().now().timestamp() // OWN_KEY_SECONDS)


@lru_cache(maxsize=64)
def _own_model(use: "KeyUse", period: int) -> Model:
    from chalicelib.llm.providers import provider
    from chalicelib.services.usage.budget import DOLLAR, Budget, BudgetedModel
    from chalicelib.store.spending import Ledger

    found = provider(
        use.kind,
        models=dict(use.models),
        base_url=use.base_url,
        key=_own_key(use.user_id, use.key_id, use.secret, period) if use.secret else "",
        servers=model_servers(),
    )
    of_key = Budget(0, 0, 0, Ledger(), use.key_id, use.daily_limit * DOLLAR)
    return BudgetedModel(found, of_key, clock())


@lru_cache(maxsize=64)
def _own_key(user_id: str, key_id: str, secret: "SealedSecret", _: int) -> str:
    from chalicelib.sealed_secrets import open_secret
    from chalicelib.services.own_models.keys import context_of

    return open_secret(settings().own_models_key, secret, context_of(user_id, key_id))


@cache
def _stage_model() -> Model:
    """The model of this deployment; there is no default, and none stands in for another."""
    if settings().llm_provider == SCRIPTED:
        from chalicelib.llm.scripted.model import ScriptedModel

        return ScriptedModel()  # which costs nothing
    from chalicelib.llm.providers import model_from
    from chalicelib.services.usage.budget import BudgetedModel

    found = model_from(settings(), read_secret=lambda arn: read_secret_field(arn, "api_key"))
    return BudgetedModel(found, budget(), clock())


@cache
def telegram_groups() -> "TelegramGroups":
    """The repository of Telegram groups."""
    from chalicelib.store.telegram import TelegramGroups

    return TelegramGroups()


@cache
def telegram_links() -> "TelegramLinks":
    """The repository of codes for /setup."""
    from chalicelib.store.telegram_links import TelegramLinks

    return TelegramLinks()


def group_deps() -> "GroupDeps":
    """The dependencies of linking Telegram groups."""
    from chalicelib.services.delivery.telegram_groups import GroupDeps

    return GroupDeps(groups=telegram_groups(), links=telegram_links(), cards=cards(), clock=clock())


@cache
def telegram_chats() -> "TelegramChats":
    """The repository of private chats with the bot."""
    from chalicelib.store.telegram_chats import TelegramChats

    return TelegramChats()


@cache
def telegram_api() -> "TelegramApi":
    """The bot. Raises SettingMissing where the operator has named none."""
    from chalicelib.services.delivery import telegram_html
    from chalicelib.services.delivery.telegram_pace import TelegramPace
    from chalicelib.telegram_api import TELEGRAM, TelegramApi

    return TelegramApi(
        partial(telegram_secret, "bot_token"),
        settings().telegram_api_url or TELEGRAM,
        split=telegram_html.split,
        plain_parts=telegram_html.plain_parts,
        await_turn=TelegramPace(guards(), clock(), deployment_secret()).await_turn,
    )


def telegram_secret(name: str) -> str:
    """The bot's `bot_token` or `webhook_secret`, as it is now; empty where the operator has given none."""
    arn = settings().telegram_secret_arn
    return os.environ.get(f"TELEGRAM_{name.upper()}") or (read_secret_field(arn, name) if arn else "")


def webhook_secret() -> str:
    """What Telegram proves itself by, as it was within the last minutes; empty where the operator has named nothing."""
    return _webhook_secret(int(clock().now().timestamp() // SECRET_SECONDS))


@lru_cache(maxsize=1)
def _webhook_secret(_: int) -> str:
    return telegram_secret("webhook_secret")


def announcements() -> "Announcements":
    """The repository of announcements in Telegram groups."""
    from chalicelib.store.announcements import Announcements

    return Announcements()


def announcement_deps() -> "AnnouncementDeps":
    """The dependencies of the job of announcements."""
    from chalicelib.services.delivery.announcement_texts import Addresses
    from chalicelib.services.delivery.announcements import AnnouncementDeps

    found = settings()
    return AnnouncementDeps(
        sessions=sessions(),
        announcements=announcements(),
        groups=group_deps(),
        api=telegram_api if found.telegram_bot and telegram_secret("bot_token") else None,
        addresses=Addresses(found.telegram_bot, found.public_url),
        with_script=found.llm_provider == SCRIPTED,
        clock=clock(),
        new_id=new_id,
    )


def sign_in_deps() -> "SignInDeps":
    """The dependencies of signing in."""
    from chalicelib.services.accounts.sign_in import SignInDeps
    from chalicelib.store.sign_ins import SignIns

    return SignInDeps(
        accounts=accounts(),
        sign_ins=SignIns(),
        guards=guards(),
        secret=deployment_secret(),
        sign_up=settings().sign_up,
    )


def sending_deps() -> "SendingDeps":
    """The dependencies of sending mails."""
    from chalicelib.services.delivery.sending import SendingDeps
    from chalicelib.store.suppressions import Suppressions

    found = settings()
    return SendingDeps(
        suppressions=Suppressions(),
        secret=deployment_secret(),
        sender=found.mail_from,
        support_contact=found.support_contact,
        configuration_set=found.mail_configuration_set,
    )


def transcript_deps() -> "TranscriptDeps":
    """The dependencies of mailing conversations to those who had them."""
    from chalicelib.services.delivery.transcripts import TranscriptDeps
    from chalicelib.store.transcript_mails import TranscriptRequests

    return TranscriptDeps(
        requests=TranscriptRequests(),
        conversations=conversations(),
        guards=guards(),
        sending=sending_deps(),
        public_url=settings().public_url,
        ask=jobs().send_transcript,
    )


def invitation_deps() -> "InvitationDeps":
    """The dependencies of inviting people, and of the mails to them."""
    from chalicelib.services.invitations.inviting import InvitationDeps

    return InvitationDeps(
        invitations=invitations(),
        sessions=sessions(),
        conversations=conversations(),
        accounts=accounts(),
        sending=sending_deps(),
        jobs=jobs(),
        secret=deployment_secret(),
        has_mail=has_mail(),
        with_script=settings().llm_provider == SCRIPTED,
    )


def stop_actions() -> "StopActions":
    """How each kind of mail ends for somebody who wants no more: one row a kind."""
    from chalicelib.services.delivery.reminder_job import stop_reminders, stop_reminders_to
    from chalicelib.services.participants.invited import thread_of_invitation

    def end_mails(stop: "StopLink") -> None:
        sending_deps().suppressions.stop(stop.session_id, stop.address_hash, clock().now())

    def end_reminders(stop: "StopLink") -> None:
        end_mails(stop)
        stop_reminders(stop.session_id, stop.subject, reminders=reminders())

    def end_invitation(stop: "StopLink") -> None:
        end_mails(stop)
        secret = deployment_secret()
        thread_id = thread_of_invitation(secret, stop.session_id, stop.subject)
        stop_reminders_to(stop.address_hash, stop.session_id, thread_id, reminders=reminders(), secret=secret)

    return {"reminder": end_reminders, "invitation": end_invitation}


@cache
def reminders() -> "Reminders":
    """The repository of reminders."""
    from chalicelib.store.reminders import Reminders

    return Reminders()


def reminder_deps(tell: "Callable[[ReminderView, int], None] | None" = None) -> "ReminderDeps":
    """The dependencies of reminders; `tell` sends one to a chat in Telegram, where there is a bot."""
    from chalicelib.services.delivery.reminder_job import ReminderDeps

    found = settings()
    return ReminderDeps(
        reminders=reminders(),
        secret=deployment_secret(),
        public_url=found.public_url,
        clock=clock(),
        hour=timedelta(seconds=found.reminder_hour),
        sending=sending_deps() if has_mail() else None,
        tell=tell if found.telegram_bot else None,
    )


def has_mail() -> bool:
    """Whether the operator has named an address that mails come from; without one no page offers any."""
    return bool(settings().mail_from)


@cache
def identity_provider() -> "IdentityProvider | None":
    """The OpenID provider that hosts may sign in with; None where the operator has named none."""
    found = settings()
    if not has_identity_provider():
        return None
    from chalicelib.identity_provider import IdentityProvider

    arn = found.oidc_secret_arn
    read = partial(read_secret_field, arn, "client_secret") if arn else None
    return IdentityProvider(found.oidc_issuer, found.oidc_client_id, read, clock().now)


def has_identity_provider() -> bool:
    """Whether the operator has named one."""
    return bool(settings().oidc_issuer and settings().oidc_client_id)


def logins() -> "Logins":
    """The repository of hosts' browser sessions."""
    from chalicelib.store.logins import Logins

    return Logins()


@cache
def participants() -> "Participants":
    """The repository of participants as their host sees them."""
    from chalicelib.store.participants import Participants

    return Participants()


@cache
def invitations() -> "Invitations":
    """The repository of personal invitations."""
    from chalicelib.store.invitations import Invitations

    return Invitations()


@cache
def removals() -> "Removals":
    """The repository of people who are to be removed."""
    from chalicelib.store.removal import Removals

    return Removals()


@cache
def participant_deps() -> "ParticipantDeps":
    """The dependencies of decisions about participants."""
    from chalicelib.services.participants.decisions import ParticipantDeps
    from chalicelib.services.results.exports.large import withdraw_exports

    def keeps(session: "Session", thread: "Thread") -> bool:
        from chalicelib.services.invitations.leaving import keeps_invitation

        return keeps_invitation(session, thread, invitations=invitations(), secret=deployment_secret())

    return ParticipantDeps(
        participants=participants(),
        removals=removals(),
        conversations=conversations(),
        keeps_invitation=keeps,
        withdraw_exports=partial(withdraw_exports, deps=export_deps()),
        jobs=jobs(),
        clock=clock(),
    )


def ask_deps() -> "AskDeps":
    """The dependencies of answers to questions about results."""
    from chalicelib.services.results.ask_evidence import AskDeps

    return AskDeps(conversations=conversations(), themes=Themes(), reduced_digests=ReducedDigests())


def insight_deps() -> "InsightDeps":
    """The dependencies of what hosts note."""
    from chalicelib.services.results.insights import InsightDeps
    from chalicelib.store.insights import Insights

    return InsightDeps(insights=Insights(clock()), conversations=conversations())


def export_deps() -> "ExportDeps":
    """The dependencies of exports that jobs write."""
    from chalicelib.services.results.exports.large import ExportDeps
    from chalicelib.store.exports import Exports

    return ExportDeps(
        exports=Exports(), files=files(), jobs=jobs(), insights=insight_deps(), clock=clock(), new_id=new_id
    )


@cache
def files() -> "Files":
    """The client of the bucket in which large exports lie."""
    from chalicelib.files import Files

    return Files(settings().exports_bucket)


def synthesis_deps() -> "SynthesisDeps":
    """The dependencies of the summary job."""
    return synthesis_deps_with(model(), clock())


def synthesis_deps_with(model: Model, clock: Clock) -> "SynthesisDeps":
    """The dependencies of the summary job with this model and clock."""
    from chalicelib.services.synthesis.digest_runner import SynthesisDeps

    return SynthesisDeps(
        sessions=sessions(),
        summaries=Summaries(clock),
        conversations=conversations(),
        themes=Themes(),
        reduced_digests=ReducedDigests(),
        scratchpads=Scratchpads(),
        model=model,
        jobs=jobs(),
        clock=clock,
        interval=settings().summary_interval,
        silence=settings().summary_silence,
    )


@cache
def conversation_deps() -> "ConversationDeps":
    """The dependencies of a chat turn."""
    return conversation_deps_with(model(), clock())


def conversation_deps_without_model() -> "ConversationDeps":
    """The same for a function that reads and stores what people say, and leaves replies to another: without the model, whose SDK
    takes seconds to import."""
    return conversation_deps_with(make_opening_script(), clock())


def conversation_deps_with(model: Model, clock: Clock) -> "ConversationDeps":
    """The dependencies of a chat turn with this model and clock."""
    from chalicelib.services.conversations.request_context import ConversationDeps

    return ConversationDeps(
        sessions=sessions(),
        conversations=conversations(),
        model=model,
        clock=clock,
        secret=deployment_secret(),
        new_id=new_id,
        max_turns=settings().max_turns,
        pace=join_pace(),
        opening_script=make_opening_script,
        invitations=invitations(),
        help_text=settings().help_text,
        contact=settings().support_contact,
    )


def make_opening_script() -> Model:
    """What writes the opening of a conversation in a model's place."""
    from chalicelib.llm.scripted.model import PreparedOpening

    return PreparedOpening()


def join_pace() -> "JoinPace":
    """How many conversations may begin within a minute."""
    from chalicelib.services.access.join_pace import JoinPace

    found = settings()
    return JoinPace(
        from_address=found.joins_per_address,
        in_session=found.joins_per_session,
        openings=found.openings_per_session,
        guards=guards(),
        secret=deployment_secret(),
    )


def new_id() -> str:
    """A fresh random id."""
    return str(uuid.uuid4())
