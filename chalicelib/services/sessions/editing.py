"""Editing a session: what was asked is applied to the session as it is stored, and stored if that is still so."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from msgspec import to_builtins
from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, Forbidden, Invalid
from chalicelib.model import Question, Role, Session, SessionView
from chalicelib.model.projects import ProjectView
from chalicelib.retry import Retry
from chalicelib.services.access.roles import may_edit, require_admin
from chalicelib.services.delivery.telegram_groups import check_distribution
from chalicelib.services.participants.form import DEFAULT_TEXTS, page_questions
from chalicelib.services.participants.question_roles import require_anonymous
from chalicelib.services.projects.session_ties import put_into, take_out_of_all
from chalicelib.services.sessions.branding import apply_branding, read_branding
from chalicelib.services.sessions.creation import (
    NewQuestion,
    NewSession,
    check_closing,
    check_language,
    check_opening,
    check_order,
    check_questions,
    require_brief,
)
from chalicelib.services.sessions.host_prompt import check_prompt_changes, edited_prompt, find_version
from chalicelib.services.sessions.retention import check_retention
from chalicelib.services.sessions.time_zones import find_time_zone
from chalicelib.services.templates import template_id
from chalicelib.store.edits import edit_session as store_edit
from chalicelib.store.sessions import FOR_COST, FOR_EDIT, Sessions
from chalicelib.store.summaries import later
from chalicelib.store.telegram import TelegramGroups

if TYPE_CHECKING:
    from chalicelib.services.projects.memory import Remember

# Of as many editors at once as there are tries, each gets through.
_RETRY = Retry(tries=12, pause=lambda failed: 0.05 * failed, jitter=True)
_OF_SESSION = set(Session.__struct_fields__)
_APPLIED = {"status", "opens_at", "closes_at", "branding"}  # to what there is, each in its own way


class EditedQuestion(NewQuestion, frozen=True):
    """A question as the host wants it; one that is to stay the same question carries its id."""

    id: str | None = None


def check_changes(changes: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Gives the values of a session that these changes stand for, by the names of `NewSession`.

    None (or an empty text) is the default of a new session. Raises Invalid for a value that cannot be.
    """
    blank = NewSession(topic="", goal="")
    values: dict[str, Any] = {
        name: getattr(blank, name, None) if value in (None, "") else value for name, value in changes.items()
    }
    if "template_id" in values:
        values["template_id"] = template_id(values["template_id"])
    if "time_zone" in values:
        values["time_zone"] = find_time_zone(values["time_zone"])
    if values.get("status") == "completed" and values.get("closes_at"):
        raise Invalid("closes_at cannot be set together with status completed: the session ends at once")
    if values.get("status", "draft") != "draft" and values.get("opens_at"):
        raise Invalid(
            f"opens_at cannot be set together with status {values['status']}: only a draft opens at a set time"
        )
    check_closing(values.get("closes_at"), now)
    check_opening(values.get("opens_at"), now)
    check_language(values.get("language"))
    check_questions(values.get("questions") or ())
    check_prompt_changes(values)
    if "branding" in changes:
        values["branding"] = read_branding(changes["branding"])
    return values


def edit_session(
    before: SessionView,
    user_id: str,
    values: Mapping[str, Any],
    *,
    sessions: Sessions,
    groups: TelegramGroups,
    clock: Clock,
    new_id: Callable[[], str],
    unchanged_since: datetime | None = None,
    target: ProjectView | None = None,
    remember: "Remember | None" = None,
) -> SessionView:
    """Give a session, all of which was read, these values as `check_changes` gives them. Gives the session as it is then. How long
    it is kept is for those who may delete it; raises Forbidden for others. Where `template_id` is of a template that a host made,
    `template` is what the session keeps of that.

    Where somebody else edits it meanwhile, it is read again: nobody's change is lost. Raises Conflict where somebody has edited
    it after `unchanged_since`. With a `project_id`, `target` is the project that the session is put into. A draft that
    opens begins with what `remember` reads of those of its projects in which this user has a role.
    """
    if not values or (values.keys() == {"project_id"} and _projects(before, target) == before.session.projects):
        return before
    if "prompt_version" in values:
        found = find_version(before, values["prompt_version"], sessions=sessions, field="prompt_version")
        values = {**values, "restored": found}
    for failed in _RETRY.attempts(clock):
        if failed:
            before = sessions.view(before.session.id, (*FOR_EDIT, *FOR_COST), user_id)
            if not may_edit(before):
                raise Forbidden("You may not edit this session any more")
        _require_rights(before, values, user_id)
        edited_at = before.session.edited_at
        if unchanged_since is not None and edited_at is not None and edited_at > unchanged_since:
            raise Conflict("unchanged_since: somebody has edited this session since; read it again")
        if "project_id" in values:
            values = {**values, "projects": _projects(before, target)}
        if "distribution" in values:
            kept = before.session.distribution
            announced = check_distribution(values["distribution"], user_id, groups=groups, kept=kept)
            values = {**values, "distribution": announced}
        after = apply_values(before, values, user_id, clock.now(), new_id)
        after = _with_memory(before, after, target, remember, clock.now())
        if store_edit(before, after, user_id):
            return after
    raise Conflict("Others are editing this session right now; try again")


def _with_memory(
    before: SessionView, after: SessionView, target: ProjectView | None, remember: "Remember | None", now: datetime
) -> SessionView:
    """A draft that opens begins with what those of its projects remember then in which whoever opens it has a role."""
    if remember is None or not before.session.is_draft or after.session.is_draft:
        return after
    mine = {*before.project_roles, *([target.project.id] if target else [])}
    return replace(after, received=remember(mine.intersection(after.session.projects), now))


def _projects(before: SessionView, target: ProjectView | None) -> dict[str, Role]:
    return put_into(before, target.project.id) if target else take_out_of_all(before)


def _require_rights(before: SessionView, values: Mapping[str, Any], user_id: str) -> None:
    """Raises Forbidden where these values are for others than editors."""
    if values.get("retention_days", before.session.retention_days) != before.session.retention_days:
        require_admin(before)
    # Not whoever has that role by a project: it is the owner's account that is charged.
    is_owner = before.session.owner_id == user_id
    if values.get("models", before.session.models) != before.session.models and not is_owner:
        raise Forbidden("Only the owner of a session chooses whose model answers in it")


def take_off_public_list(
    session_id: str, *, sessions: Sessions, groups: TelegramGroups, clock: Clock, new_id: Callable[[], str]
) -> bool:
    """Make a session private, in its owner's place; False where it was. Raises NotFound.

    Who has begun a conversation on its page goes on; keys of accounts without a role get in no more.
    """
    owner_id = sessions.view(session_id, ()).session.owner_id
    view = sessions.view(session_id, FOR_EDIT, owner_id)
    if not view.session.is_public:
        return False
    edit_session(view, owner_id, {"is_public": False}, sessions=sessions, groups=groups, clock=clock, new_id=new_id)
    return True


def apply_values(
    before: SessionView, values: Mapping[str, Any], user_id: str, now: datetime, new_id: Callable[[], str]
) -> SessionView:
    """The session with these values. Raises Invalid where it cannot have them."""
    settings = {name: value for name, value in values.items() if name in _OF_SESSION - _APPLIED}
    settings |= _status(before, values, now) | _sections(before.session, values)
    edited_at = later(now, before.session.updated_at)
    if before.session.anonymous and not settings.get("anonymous", True):
        settings["anonymous_until"] = edited_at
    session = replace(before.session, **settings, updated_at=edited_at, edited_at=edited_at)
    require_brief(session.topic, session.goal, is_draft=session.is_draft and not values.get("opens_at"))
    if "retention_days" in values:
        check_retention(session, now)
    after = replace(before, session=session)
    if "template_id" in values:
        after = replace(after, template=values.get("template"))
    if "branding" in values:
        branding, logo = apply_branding(session.branding, values["branding"])
        session = replace(session, branding=branding)
        after = replace(after, session=session, logo=logo)
    if "context" in values:
        session = replace(session, has_context=bool(values["context"]))
        after = replace(after, session=session, context=values["context"])
    if "questions" in values:
        asked = values["questions"]
        questions = _questions(before, asked or (), new_id)
        after = replace(after, questions=questions, session=replace(session, has_questions=asked is not None))
    if session.anonymous and {"anonymous", "questions"} & values.keys():
        require_anonymous(after.questions)
    return _prompted(before, after, values, user_id)


def _sections(before: Session, values: Mapping[str, Any]) -> dict[str, Any]:
    """Gives the sections of the results as these values open and close them; those that they don't name stay as they are."""
    if "results_sections" not in values:
        return {}
    return {"results_sections": replace(before.results_sections, **to_builtins(values["results_sections"]))}


def _status(view: SessionView, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Gives status and times as these values make them. Raises Invalid where a session cannot become that."""
    before, wanted = view.session, values.get("status")
    closes_at, opens_at = values.get("closes_at", before.closes_at), values.get("opens_at", before.opens_at)
    if opens_at is not None and {"opens_at", "closes_at"} & values.keys():
        check_order(opens_at, closes_at)
    if before.is_draft and wanted == "completed":
        raise Invalid("status cannot be completed: a draft that is not open yet has nothing to end")
    if before.is_draft:
        if wanted == "active":
            check_closing(closes_at, now)
            return {"status": "active", "closes_at": closes_at, "opens_at": None}
        return {"status": "draft", "closes_at": closes_at, "opens_at": opens_at}
    if wanted == "draft":
        if view.tally.participants:
            raise Invalid("status cannot be draft: somebody has joined this session, so it can only be ended")
        ends = closes_at if closes_at and closes_at > now else None
        return {"status": "draft", "closes_at": ends, "opens_at": opens_at}
    if opens_at is not None:
        raise Invalid("opens_at: only a draft opens at a set time, and this session is none")
    return _ending(before, values, now)


def _ending(before: Session, values: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    """Gives status and closing time where these values end the session, open it again or give it another time to end."""
    has_ended = before.status_at(now) == "completed"
    if values.get("status") == "completed":
        return {} if has_ended else {"status": "completed", "closes_at": now}
    if "closes_at" in values:
        return {"status": "active", "closes_at": values["closes_at"]}  # that time is to come: what had ended goes on
    return {"status": "active", "closes_at": None} if has_ended and "status" in values else {}


def _questions(before: SessionView, asked: Sequence[EditedQuestion], new_id: Callable[[], str]) -> tuple[Question, ...]:
    """The new list; an item with the id of a question that there is goes on being that question.

    So does one without an id that has the text of a question which no id names. What a page asks on its own keeps its id only
    with its text: by that id, each participant reads it in their language.
    """
    left = {question.id: question.text for question in page_questions(before)}
    for position, item in enumerate(asked):
        if item.id is not None and left.pop(item.id.lower(), None) is None:
            raise Invalid(f"questions[{position}].id {item.id!r} is no question of this session, or comes twice")
    if not before.session.has_questions:
        left.clear()  # nobody wrote these
    questions = []
    for position, item in enumerate(asked):
        kept = item.id and item.id.lower()
        if kept is None and (kept := next((it for it, text in left.items() if text == item.text), None)):
            del left[kept]
        if kept and DEFAULT_TEXTS.get(kept, item.text) != item.text:
            kept = None
        questions.append(item.numbered(kept or new_id(), position))
    return tuple(questions)


def _prompted(before: SessionView, after: SessionView, values: Mapping[str, Any], user_id: str) -> SessionView:
    """The prompt that the host chose is the next version. Without one, ours has to be written, and again for another setup.

    Threads that have begun keep theirs. Until it is written, the last one of ours serves, or the basic one. A draft is edited again
    and again, so its prompt is written when it is opened, or when that is asked for by taking the prompt away; what an open session
    waited for waits with it when it becomes a draft again.
    """
    prompt = edited_prompt(before, values, after.session, user_id)
    if prompt is not None and prompt != before.prompt:
        after = replace(after, prompt=prompt, prompt_version=prompt.version)
    if values.get("prompt") or "restored" in values:
        return replace(after, prompt_due_at=None, prompt_outdated=False) if prompt != before.prompt else after
    wanted = replace(after, prompt_due_at=after.session.updated_at, prompt_failed=False, prompt_outdated=False)
    is_draft, is_changed = after.session.is_draft, _setup(before) != _setup(after)
    if "prompt" in values:
        can_be_written = not is_draft or (after.session.topic and after.session.goal)
        return replace(wanted if can_be_written else after, prompt=None)
    if before.prompt is not None and not before.prompt.is_ours:
        return after
    if is_draft and not before.session.is_draft and before.prompt_due:
        return replace(after, prompt_due_at=None, prompt_outdated=True)
    if is_draft:
        return replace(after, prompt_outdated=True) if is_changed else after
    is_opened = before.session.is_draft and (before.prompt_outdated or not (before.prompt or before.prompt_due))
    return wanted if is_changed or is_opened else after


def _setup(view: SessionView) -> tuple[str | None, ...]:
    """What a prompt of ours is written from."""
    session = view.session
    return session.topic, session.goal, session.critical, view.context, session.private_context, session.template_id
