"""A session put together from its parts, as one BatchGetItem finds them."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from chalicelib.errors import NotFound
from chalicelib.model import (
    Branding,
    Brief,
    Distribution,
    Mark,
    Prompt,
    PromptOrigin,
    Question,
    ResultsSections,
    Role,
    Scratchpad,
    Session,
    SessionTemplate,
    SessionView,
    Spending,
    Summary,
    Synthesis,
    Tally,
)
from chalicelib.model.sessions import highest, lowest
from chalicelib.store import keys, project_roles
from chalicelib.store.documents import document_from
from chalicelib.store.memories import conclusions_from, memory_from
from chalicelib.store.session_items import (
    BriefItem,
    ContextItem,
    DocumentItem,
    LimitItem,
    MemberItem,
    PromptItem,
    QuestionsItem,
    SessionItem,
    SessionTemplateItem,
    SummaryItem,
    SynthesisItem,
    TallyItem,
    TextItem,
)
from chalicelib.store.user_items import HarmonicaMdItem, SpendingItem

Raw = Mapping[str, dict[str, Any]]

# The long texts among the fields of a session, each with its item; all other fields are in the session's own.
LONG_TEXTS = {
    "summary_prompt": keys.SUMMARY_PROMPT,
    "platform_guidelines_override": keys.GUIDELINES,
    "private_context": keys.PRIVATE_CONTEXT,
}
_TEXTS = {
    "condensed_context": keys.CONDENSED_CONTEXT,
    "logo": keys.LOGO,
    "harmonica_md": keys.PINNED_HARMONICA_MD,
}
SHORT_FIELDS = tuple(name for name in Session.__struct_fields__ if name != "id" and name not in LONG_TEXTS)
_PASSED_ON: dict[str, tuple[str, Callable[[Mapping[str, Any]], Any]]] = {
    "conclusions": (keys.CONCLUSIONS, conclusions_from),
    "received": (keys.RECEIVED, memory_from),
}
_COUNTERS = Tally.__struct_fields__
_COUNTS_OF_SYNTHESIS = ("begun", "tries", "paid_tries", "epoch", "themes_version", "themes_last")


def view_of(session_id: str, raw: Raw, user_id: str | None) -> SessionView:
    """The session, the parts that were read and the role of this user. Raises NotFound where there is no session."""
    if keys.SESSION not in raw:
        raise NotFound("Session not found")
    item = SessionItem.from_raw_data(dict(raw[keys.SESSION]))
    values = {name: getattr(item, name) for name in SHORT_FIELDS}
    values["results_sections"] = msgspec.convert(item.results_sections or {}, ResultsSections)
    values["branding"] = msgspec.convert(item.branding or {}, Branding)
    values["distribution"] = msgspec.convert(item.distribution or (), tuple[Distribution, ...])
    values |= {name: _text(raw, part) for name, part in LONG_TEXTS.items() if part in raw}
    session = Session(id=session_id, **values)
    shards = [TallyItem.from_raw_data(raw[part]) for part in keys.tallies() if part in raw]
    view = SessionView(
        session,
        prompt_due_at=item.prompt_wanted_at,
        prompt_failed=bool(item.prompt_failed),
        prompt_tries=int(item.prompt_tries or 0),
        prompt_outdated=bool(item.prompt_outdated),
        tally=Tally(**{name: sum(int(getattr(shard, name)) for shard in shards) for name in _COUNTERS}),
        participants=tuple(int(shard.participants) for shard in shards),
    )
    if user_id is not None:
        view = replace(view, **_roles(session, raw, user_id))
    if user_id is not None and (own := raw.get(keys.harmonica_md(user_id))):
        view = replace(view, own_harmonica_md=HarmonicaMdItem.from_raw_data(own).text)
    if keys.EDITS in raw:
        marks = DocumentItem.from_raw_data(raw[keys.EDITS]).document
        view = replace(view, edits=msgspec.convert(marks, dict[str, tuple[Mark, ...]]))
    if spent := raw.get(keys.session_spending(session_id)):
        spending = SpendingItem.from_raw_data(spent)
        found = {name: int(getattr(spending, name) or 0) for name in Spending.__struct_fields__}
        view = replace(view, spending=Spending(**found))
    return replace(view, **_parts(raw))


def prompt_of(item: PromptItem) -> Prompt:
    """A version of the facilitation prompt."""
    origin = msgspec.convert(item.origin, PromptOrigin)
    given = {name: getattr(item, name) for name in Prompt.__struct_fields__}
    return Prompt(**given | {"version": int(item.version), "origin": origin})


def _roles(session: Session, raw: Raw, user_id: str) -> dict[str, Any]:
    """The role of a user, and where it comes from."""
    own: Role | None = None
    if keys.member(user_id) in raw:
        own = msgspec.convert(MemberItem.from_raw_data(raw[keys.member(user_id)]).role, Role)
    everywhere = project_roles.roles_from(raw.get(keys.project_roles(user_id)))
    here = {project_id: everywhere[project_id] for project_id in session.projects if project_id in everywhere}
    given = (lowest(role, session.projects[project_id]) for project_id, role in here.items())
    return {"own_role": own, "project_roles": here, "role": highest(own, *given)}


def _parts(raw: Raw) -> dict[str, Any]:
    parts: dict[str, Any] = {}
    if keys.CONTEXT in raw:
        context = ContextItem.from_raw_data(raw[keys.CONTEXT])
        parts["context"], parts["context_due_at"] = context.text, context.wanted_at
        parts["context_tries"] = int(context.tries or 0)
    parts |= {name: _text(raw, part) for name, part in _TEXTS.items() if part in raw}
    parts |= {name: read(raw[part]) for name, (part, read) in _PASSED_ON.items() if part in raw}
    if keys.QUESTIONS in raw:
        stored = QuestionsItem.from_raw_data(raw[keys.QUESTIONS]).questions
        parts["questions"] = msgspec.convert(stored, tuple[Question, ...])
    if keys.TEMPLATE in raw:
        parts["template"] = msgspec.convert(
            SessionTemplateItem.from_raw_data(raw[keys.TEMPLATE]).document, SessionTemplate
        )
    if keys.PROMPT_CURRENT in raw:
        current = PromptItem.from_raw_data(raw[keys.PROMPT_CURRENT])
        parts["prompt_version"] = int(current.version)
        parts["prompt"] = prompt_of(current) if current.text else None
    if keys.PARTICIPANT_LIMIT in raw:
        parts["taken"] = int(LimitItem.from_raw_data(raw[keys.PARTICIPANT_LIMIT]).taken)
    if keys.SYNTHESIS in raw:
        parts["synthesis"] = _synthesis_of(SynthesisItem.from_raw_data(raw[keys.SYNTHESIS]))
    if keys.SUMMARY in raw:
        parts["summary"] = msgspec.convert(SummaryItem.from_raw_data(raw[keys.SUMMARY]).document, Summary)
    if keys.SCRATCHPAD in raw:
        parts["scratchpad"] = document_from(raw[keys.SCRATCHPAD], Scratchpad)
    if keys.BRIEF in raw:
        brief = BriefItem.from_raw_data(raw[keys.BRIEF])
        parts["brief"] = Brief(brief.markdown, brief.summary_at)
    return parts


def _synthesis_of(item: SynthesisItem) -> Synthesis:
    given = {name: getattr(item, name) for name in Synthesis.__struct_fields__}
    counts = {name: int(given[name] or 0) for name in _COUNTS_OF_SYNTHESIS}
    return Synthesis(**given | counts | {name: bool(given[name]) for name in ("held_by_request", "wants_large")})


def _text(raw: Raw, part: str) -> str:
    return TextItem.from_raw_data(raw[part]).text
