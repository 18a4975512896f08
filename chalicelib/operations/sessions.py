"""What can be done with a session: create, read, edit and delete it."""

from contextlib import suppress
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.model import Session as StoredSession
from chalicelib.model import SessionDefaults, SessionView
from chalicelib.model.own_models import ModelSource
from chalicelib.model.projects import ProjectView
from chalicelib.model.templates import OwnTemplate
from chalicelib.operations import session_fields as fields
from chalicelib.operations.fields import SessionInput
from chalicelib.operations.operation import Call, Done, Operation, Repeat
from chalicelib.operations.own_models import require_own_models
from chalicelib.operations.questions import show_questions
from chalicelib.operations.session_changes import EditSession, SessionChanges, changes_of
from chalicelib.operations.session_output import NewSession, QuestionList, Session, join_url, listed, show_session
from chalicelib.operations.subject import session_with
from chalicelib.operations.template_fields import ChainOutcome
from chalicelib.services.access.roles import has_role, is_at_least
from chalicelib.services.delivery.telegram_groups import check_distribution
from chalicelib.services.sessions import creation, deletion, editing
from chalicelib.services.synthesis.staleness import want_where_stale
from chalicelib.services.templates import Template, find_template
from chalicelib.services.templates.own import choose_template, kept_of, may_be_own
from chalicelib.store import sessions as parts

_NO_CHAINS = "Chains do not run yet: the session is there, as one conversation a participant, and its further steps will not follow"


def create_session(call: Call, given: fields.CreateSession) -> Done:
    """Create a session owned by the caller.

    It is in the project `project_id`; without one, a session that follows up another is in those of its projects in which the caller is
    an editor. It is open at once; a draft is opened later, by `status: active` or at `opens_at`, and nobody can take part until then. A
    draft may lack topic and goal, and its facilitation prompt is written when it is opened.
    """
    project_ids = [_find_project(given.project_id, call.user_id).project.id] if given.project_id else []
    if given.follow_up_of is not None:
        source = _require_member(given.follow_up_of, call.user_id)
        project_ids = project_ids or [it for it, role in source.project_roles.items() if is_at_least(role, "editor")]
    defaults = container.profiles().session_defaults(call.user_id)
    zone = given.time_zone or defaults.time_zone or "UTC"
    blank = {
        "topic": given.topic or "",
        "goal": given.goal or "",
        "models": "stage",
        "project_ids": project_ids,
        "time_zone": zone,
    }
    template = _find_template(given.template_id, call.user_id)
    form = template.questions if isinstance(template, OwnTemplate) and given.questions is None else given.questions
    named = msgspec.to_builtins(given) | blank | {"questions": msgspec.to_builtins(form)}
    new = msgspec.convert(named, creation.NewSession)
    announced = check_distribution(new.distribution, call.user_id, groups=container.telegram_groups())
    new = replace(new, distribution=announced, models=_models_of_new(call.user_id, given.models, defaults))
    session = creation.create_session(
        new,
        call.user_id,
        sessions=container.sessions(),
        now=call.now,
        new_id=call.new_id,
        template=kept_of(template),
        remember=container.remember,
        harmonica_md=defaults.harmonica_md,
    )
    is_chain = isinstance(template, OwnTemplate) and template.template_type == "chain"
    return Done(_created(call, session, 0, is_chain), {"session_id": session.id, "is_chain": is_chain})


def _find_template(named: str | None, user_id: str) -> Template | OwnTemplate | None:
    """Gives the template that a host names. Raises Invalid where there is none that they may read."""
    if named is None:
        return None
    if built_in := find_template(named):
        return built_in
    return choose_template(named, user_id, deps=container.template_deps())


def _models_of_new(user_id: str, wanted: ModelSource | None, defaults: SessionDefaults) -> ModelSource:
    """Gives whose model a new session has: where nobody says it, the account's own, if it has one for each tier."""
    if wanted == "account":
        require_own_models(user_id)
    if wanted is not None or not container.has_own_models():
        return wanted or "stage"
    return "account" if defaults.has_models else "stage"


def get_session(call: Call, _: SessionInput, view: SessionView) -> Session:
    """Everything about a session; a summary that lacks something is written from now on."""
    return show_session(call, read_current(view, call.now))


def read_current(view: SessionView, now: datetime) -> SessionView:
    """Have a summary that lacks something written, since somebody reads it; gives the view as it is then."""
    return want_where_stale(view, now, summaries=container.summaries(), jobs=container.jobs())


def edit_session(call: Call, given: tuple[dict[str, Any], datetime | None], view: SessionView) -> Session:
    """Change what the body names; gives the session as it is then.

    `prompt_summary` and `prompt_generated_from` tell of a prompt: alone, they are left out while the first one is yet to be written,
    since it brings its own.
    """
    changes, unchanged_since = given
    changes = _with_template(changes, view, call.user_id)
    if changes.get("models", view.session.models) != view.session.models == "stage":
        require_own_models(view.session.owner_id)
    project_id = changes.get("project_id")
    edited = editing.edit_session(
        view,
        call.user_id,
        changes,
        unchanged_since=unchanged_since,
        sessions=container.sessions(),
        groups=container.telegram_groups(),
        clock=container.clock(),
        new_id=call.new_id,
        target=_find_project(project_id, call.user_id) if project_id else None,
        remember=container.remember,
    )
    return show_session(call, edited)


def close_session(call: Call, given: tuple[dict[str, Any], None], view: SessionView) -> Session:
    """End a session now, as `PATCH` with `status: completed` does; one that has ended stays as it is."""
    return edit_session(call, given, view)


def reopen_session(call: Call, given: tuple[dict[str, Any], None], view: SessionView) -> Session:
    """Open a session that has ended, as `PATCH` with `status: active` does; one that is open stays as it is."""
    return edit_session(call, given, view)


def _with_template(changes: dict[str, Any], view: SessionView, user_id: str) -> dict[str, Any]:
    """Gives the changes with what the session is to keep of a template that a host made. The one that it has already stays as it was
    taken, whoever made it, and whether or not it is still there."""
    named = changes.get("template_id")
    if not named or find_template(named):
        return changes
    if named.lower() == view.session.template_id:
        return {name: value for name, value in changes.items() if name != "template_id"}
    chosen = _find_template(named, user_id)
    return changes | {"template_id": chosen.id if chosen else None, "template": kept_of(chosen)}


def delete_session(call: Call, _: SessionInput, view: SessionView) -> None:
    """Remove a session for good."""
    deletions, jobs, owner = container.deletions(), container.jobs(), view.session.owner_id
    deletion.delete_session(view.session.id, call.user_id, deletions=deletions, jobs=jobs, now=call.now, owner_id=owner)


def get_questions(_: Call, __: SessionInput, view: SessionView) -> QuestionList:
    """The pre-session form."""
    return QuestionList(show_questions(view.questions))


def _find_project(project_id: str, user_id: str) -> ProjectView:
    from chalicelib.services.projects.session_ties import find_target

    return find_target(project_id.lower(), user_id, projects=container.projects())


def _require_member(session_id: str, user_id: str) -> SessionView:
    """The session that another one follows up. Raises Invalid unless there is one, and this user has a role in it."""
    with suppress(NotFound):
        view = container.sessions().view(session_id, (), user_id)
        if has_role(view, "viewer"):
            return view
    raise Invalid(f"follow_up_of {session_id!r} is no session that you are a member of")


def _created_again(call: Call, kept: dict[str, Any], view: SessionView) -> NewSession:
    return _created(call, view.session, view.tally.participants, kept.get("is_chain", False))


def _checked(call: Call, given: SessionChanges) -> tuple[dict[str, Any], datetime | None]:
    changes = changes_of(given)
    # Whose a template is takes a read, and none comes before that of the session.
    later = {"template_id": changes.pop("template_id")} if may_be_own(changes.get("template_id")) else {}
    return editing.check_changes(changes, call.now) | later, given.unchanged_since or None


def _closing(call: Call, _: SessionInput) -> tuple[dict[str, Any], None]:
    return editing.check_changes({"status": "completed"}, call.now), None


def _opening(call: Call, _: SessionInput) -> tuple[dict[str, Any], None]:
    return editing.check_changes({"status": "active"}, call.now), None


def _changed_again(call: Call, _: dict[str, Any], view: SessionView) -> Session:
    return show_session(call, view)


def _created(call: Call, of: StoredSession, participants: int, is_chain: bool) -> NewSession:
    shown = listed(of, of.id, None, participants)
    chain = ChainOutcome("unsupported", _NO_CHAINS, _NO_CHAINS) if is_chain else UNSET
    return NewSession(**shown, join_url=join_url(call.public_url, of.id), chain=chain)


OPERATIONS = (
    Operation(
        create_session,
        "user",
        fields.CreateSession,
        NewSession,
        again=Repeat(_created_again, session_with(parts.FOR_COUNT), "viewer"),
        creates=True,
    ),
    Operation(get_session, "viewer", SessionInput, Session, reads=session_with((*parts.EVERYTHING, *parts.FOR_COST))),
    Operation(
        edit_session,
        "editor",
        EditSession,
        Session,
        reads=session_with((*parts.FOR_EDIT, *parts.FOR_COST)),
        check=_checked,
        fails=(Conflict,),
    ),
    Operation(
        close_session,
        "editor",
        SessionInput,
        Session,
        reads=session_with((*parts.FOR_EDIT, *parts.FOR_COST)),
        check=_closing,
        again=Repeat(_changed_again),
        fails=(Conflict,),
    ),
    Operation(
        reopen_session,
        "editor",
        SessionInput,
        Session,
        reads=session_with((*parts.FOR_EDIT, *parts.FOR_COST)),
        check=_opening,
        again=Repeat(_changed_again),
        fails=(Conflict,),
    ),
    Operation(delete_session, "admin", SessionInput, reads=session_with()),
    Operation(get_questions, "questions", SessionInput, QuestionList, reads=session_with(parts.FOR_QUESTIONS)),
)
