"""The table of routes: which operation each method and path stands for. Whatever else a route is, is said of its operation.

Operations are named, and imported when one is first asked for: a cold start pays for the one that it is for.
"""

import re
from functools import cached_property
from importlib import import_module

from msgspec import Struct

from chalicelib.operations.operation import Markdown, Operation, operation_of

JSON = "application/json"
MARKDOWN = "text/markdown; charset=utf-8"
ACCEPTED = 202  # the work goes on after the answer


class Route(Struct, frozen=True, dict=True):
    """One operation as REST offers it. Without `counted`, it uses nobody's allowance.

    `run` is the full name of the function that it runs. `query` are the fields of the input, as clients name them, that the
    query carries although there may be a body.
    """

    method: str
    path: str
    run: str
    counted: bool = True
    query: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """`POST /sessions/{session_id}/chat`."""
        return f"{self.method} {self.path}"

    @cached_property
    def operation(self) -> Operation:
        """What is done there. Raises TypeError where a request cannot be repeated that may have to be."""
        module, _, name = self.run.rpartition(".")
        operation = operation_of(getattr(import_module(module), name))
        if self.method == "POST" and operation.again is None:
            raise TypeError(f"{self.name} has to say how its answer is rendered again for an Idempotency-Key")
        return operation

    @property
    def ids(self) -> tuple[str, ...]:
        """The fields of the input that the path carries."""
        return tuple(re.findall(r"{(\w+)}", self.path))

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields of the input that the body carries, or the query where there is no body."""
        elsewhere = (*self.ids, *self.query)
        return tuple(name for name in self.operation.input.__struct_encode_fields__ if name not in elsewhere)

    @property
    def has_body(self) -> bool:
        """Whether a body is read. A POST that needs none takes any object, and nothing at all counts as one."""
        return self.method in ("POST", "PUT", "PATCH")

    @property
    def status(self) -> int:
        """The status of success."""
        if self.operation.output is None:
            return 204
        return 201 if self.operation.creates else 200

    @property
    def content_type(self) -> str:
        """What the answer is."""
        return MARKDOWN if self.operation.output is Markdown else JSON

    @property
    def has_etag(self) -> bool:
        """Whether a client may keep the answer, and ask whether it still holds."""
        return self.method == "GET" and self.operation.settled

    @property
    def is_limited(self) -> bool:
        """Whether the caller says how much of a list an answer has."""
        return "limit" in self.fields


def _route(method: str, path: str, run: str, query: tuple[str, ...] = ()) -> Route:
    return Route(method, path, f"chalicelib.operations.{run}", query=query)


_SESSION = "/sessions/{session_id}"
_PROJECT = "/projects/{project_id}"
_PARTICIPANT = f"{_SESSION}/participants/{{participant_id}}"
_INVITATIONS = f"{_SESSION}/participant-invitations"
_TELEGRAM = "/integrations/telegram"

ROUTES = (
    _route("GET", "/me", "account.get_me"),
    _route("PATCH", "/me", "account.edit_me"),
    _route("GET", "/me/export", "account.export_me"),
    _route("DELETE", "/me", "account.delete_me"),
    _route("GET", "/notifications", "notifications.list_notifications"),
    _route("POST", "/notifications/read", "notifications.mark_notifications_read"),
    _route("GET", "/notifications/digest", "notifications.get_digest"),
    _route("PUT", "/notifications/digest", "notifications.choose_digest"),
    _route("GET", "/api-keys", "api_keys.list_api_keys"),
    _route("POST", "/api-keys", "api_keys.make_api_key"),
    _route("DELETE", "/api-keys/{key_id}", "api_keys.revoke_api_key"),
    _route("GET", "/models", "own_models.list_offered_models"),
    _route("GET", "/models/keys", "own_models.list_model_keys"),
    _route("POST", "/models/keys", "own_models.add_model_key"),
    _route("PATCH", "/models/keys/{key_id}", "own_models.edit_model_key"),
    _route("DELETE", "/models/keys/{key_id}", "own_models.remove_model_key"),
    _route("POST", "/models/keys/{key_id}/check", "own_models.check_model_key"),
    _route("GET", "/models/tiers", "own_models.get_model_tiers"),
    _route("PUT", "/models/tiers", "own_models.choose_model_tiers"),
    _route("GET", "/templates", "templates.list_templates"),
    _route("POST", "/templates", "templates.create_template"),
    _route("GET", "/templates/{template_id}", "templates.get_template"),
    _route("PATCH", "/templates/{template_id}", "templates.edit_template"),
    _route("DELETE", "/templates/{template_id}", "templates.remove_template"),
    _route("POST", "/projects", "projects.create_project"),
    _route("GET", "/projects", "projects.list_projects"),
    _route("GET", _PROJECT, "projects.get_project"),
    _route("PATCH", _PROJECT, "projects.edit_project"),
    _route("DELETE", _PROJECT, "projects.delete_project"),
    _route("GET", f"{_PROJECT}/sessions", "projects.list_project_sessions"),
    _route("DELETE", f"{_PROJECT}/sessions/{{session_id}}", "projects.detach_session"),
    _route("GET", f"{_PROJECT}/memory", "project_memory.get_project_memory"),
    _route("POST", f"{_PROJECT}/knowledge", "project_knowledge.gather_project_knowledge"),
    _route("GET", f"{_PROJECT}/knowledge", "project_knowledge.get_project_knowledge"),
    _route("GET", f"{_PROJECT}/members", "members.list_project_members"),
    _route("PATCH", f"{_PROJECT}/members/{{user_id}}", "members.change_project_member"),
    _route("DELETE", f"{_PROJECT}/members/{{user_id}}", "members.remove_project_member"),
    _route("POST", f"{_PROJECT}/invitations", "member_invitations.invite_to_project"),
    _route("GET", f"{_PROJECT}/invitations", "member_invitations.list_project_invitations"),
    _route("POST", f"{_PROJECT}/invitations/{{invitation_id}}/resend", "member_invitations.resend_project_invitation"),
    _route("DELETE", f"{_PROJECT}/invitations/{{invitation_id}}", "member_invitations.withdraw_project_invitation"),
    _route("POST", "/sessions", "sessions.create_session"),
    _route("GET", "/sessions", "session_lists.list_sessions"),
    _route("GET", "/sessions/public", "session_lists.list_public_sessions"),
    _route("POST", "/sessions/suggestions", "suggestions.suggest_texts"),
    _route("GET", _SESSION, "sessions.get_session"),
    _route("PATCH", _SESSION, "sessions.edit_session"),
    _route("DELETE", _SESSION, "sessions.delete_session"),
    _route("POST", f"{_SESSION}/close", "sessions.close_session"),
    _route("POST", f"{_SESSION}/reopen", "sessions.reopen_session"),
    _route("GET", f"{_SESSION}/members", "members.list_session_members"),
    _route("PATCH", f"{_SESSION}/members/{{user_id}}", "members.change_session_member"),
    _route("DELETE", f"{_SESSION}/members/{{user_id}}", "members.remove_session_member"),
    _route("POST", f"{_SESSION}/invitations", "member_invitations.invite_to_session"),
    _route("GET", f"{_SESSION}/invitations", "member_invitations.list_session_invitations"),
    _route("POST", f"{_SESSION}/invitations/{{invitation_id}}/resend", "member_invitations.resend_session_invitation"),
    _route("DELETE", f"{_SESSION}/invitations/{{invitation_id}}", "member_invitations.withdraw_session_invitation"),
    _route("POST", f"{_SESSION}/clone", "session_clone.clone_session"),
    _route("GET", f"{_SESSION}/questions", "sessions.get_questions"),
    _route("POST", f"{_SESSION}/chat/questions", "conversations.join"),
    _route("POST", f"{_SESSION}/chat", "conversations.chat"),
    _route("GET", f"{_SESSION}/activity", "activity.get_activity"),
    _route("GET", f"{_SESSION}/responses", "participants.list_responses"),
    _route("POST", f"{_SESSION}/responses", "participants.add_response"),
    _route("GET", _PARTICIPANT, "participants.get_participant"),
    _route("PATCH", _PARTICIPANT, "participants.include_participant"),
    _route("DELETE", _PARTICIPANT, "participants.remove_participant"),
    _route("GET", f"{_SESSION}/deletions", "deletions.list_deletions"),
    _route("GET", "/me/deletions/{session_id}", "deletions.get_session_deletion"),
    _route("POST", _INVITATIONS, "participant_invitations.invite_people"),
    _route("GET", _INVITATIONS, "participant_invitations.list_invitations"),
    _route("POST", f"{_INVITATIONS}/remind", "participant_invitations.remind_invited"),
    _route("POST", f"{_INVITATIONS}/{{invitation_id}}/resend", "participant_invitations.resend_invitation"),
    _route("DELETE", f"{_INVITATIONS}/{{invitation_id}}", "participant_invitations.remove_invitation"),
    _route("GET", f"{_SESSION}/summary", "results.get_summary"),
    _route("POST", f"{_SESSION}/summary", "results.write_summary"),
    _route("GET", f"{_SESSION}/summaries", "summary_history.list_summaries"),
    _route("GET", f"{_SESSION}/summaries/{{number}}", "summary_history.get_summary_version"),
    _route("GET", f"{_SESSION}/recap", "recap.get_recap"),
    _route("GET", f"{_SESSION}/similarity", "similarity.get_similarity"),
    _route("GET", f"{_SESSION}/answers", "answers.get_answers"),
    _route("GET", f"{_SESSION}/answers/{{question_id}}", "answers.list_answer_texts"),
    _route("GET", f"{_SESSION}/slices", "slices.get_slice"),
    _route("GET", f"{_SESSION}/themes/{{theme_id}}/people", "slices.list_stances"),
    _route("GET", f"{_SESSION}/session-md", "results.get_brief"),
    _route("POST", f"{_SESSION}/ask", "ask.ask_question"),
    _route("GET", f"{_SESSION}/insights", "insights.list_insights"),
    _route("POST", f"{_SESSION}/insights", "insights.add_insight"),
    _route("PATCH", f"{_SESSION}/insights/{{insight_id}}", "insights.edit_insight"),
    _route("DELETE", f"{_SESSION}/insights/{{insight_id}}", "insights.delete_insight"),
    _route("GET", f"{_SESSION}/export", "exports.export_session"),
    _route("GET", f"{_SESSION}/exports/{{export_id}}", "exports.get_export"),
    _route("GET", f"{_SESSION}/scratchpad", "scratchpad.get_scratchpad"),
    _route("POST", f"{_SESSION}/scratchpad", "scratchpad.update_scratchpad"),
    _route(
        "POST", f"{_SESSION}/regenerate-facilitation-prompt", "prompt_proposal.propose_prompt", query=("templateId",)
    ),
    _route("GET", f"{_SESSION}/prompts", "prompt_versions.list_prompt_versions"),
    _route("POST", f"{_SESSION}/prompts/revise", "prompt_proposal.revise_prompt"),
    _route("POST", f"{_SESSION}/review", "facilitator_review.review_facilitator"),
    _route("POST", f"{_SESSION}/knowledge", "knowledge.generate_knowledge"),
    _route("GET", f"{_SESSION}/knowledge", "knowledge.get_knowledge"),
    _route("POST", f"{_SESSION}/follow-up", "follow_up.propose_follow_up"),
    _route("GET", f"{_SESSION}/edit-history", "edit_history.list_edits"),
    _route("GET", f"{_TELEGRAM}/groups", "telegram_groups.list_groups"),
    _route("POST", f"{_TELEGRAM}/groups", "telegram_groups.register_group"),
    _route("DELETE", f"{_TELEGRAM}/groups/{{group_id}}", "telegram_groups.remove_group"),
    _route("POST", f"{_TELEGRAM}/link", "telegram_groups.create_link"),
)
