"""All that is stored of a session and its people, by the kinds of `item_kinds/`: what an export is made of."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from msgspec import Struct
from pynamodb.models import Model

from chalicelib.errors import NotFound
from chalicelib.model import SessionView, Thread, ThreadView
from chalicelib.store import conversation_items, database, item_kinds, keys, session_items
from chalicelib.store.database import Raw
from chalicelib.store.deletion_records import DeletionRecordItem
from chalicelib.store.insights import InsightItem, InsightOrderItem
from chalicelib.store.item_kinds import ItemKind, kind_of
from chalicelib.store.mapping import answers_from, message_from
from chalicelib.store.raw_items import Step, step_of
from chalicelib.store.session_view import view_of
from chalicelib.store.tables import ConversationPart, SessionPart
from chalicelib.store.thread_head import thread_from

_FIRST, _LAST = " ", "~"  # around every part

# The class of each kind of item of sessions and people, by the name that exports call it: it tells how attributes are read.
CLASSES: Mapping[str, type[Model]] = {
    "session": session_items.SessionItem,
    "context": session_items.ContextItem,
    "private_context": session_items.TextItem,
    "harmonica_md": session_items.PinnedHarmonicaMdItem,
    "questions": session_items.QuestionsItem,
    "logo": session_items.TextItem,
    "summary_prompt": session_items.TextItem,
    "platform_guidelines_override": session_items.TextItem,
    "template": session_items.SessionTemplateItem,
    "prompt": session_items.PromptItem,
    "prompt_versions": session_items.PromptItem,
    "edits": session_items.EditItem,
    "themes": session_items.ThemeItem,
    "scratchpad": session_items.DocumentItem,
    "insights": InsightItem,
    "order_of_insights": InsightOrderItem,
    "summary": session_items.SummaryItem,
    "summaries": session_items.KeptSummaryItem,
    "brief": session_items.BriefItem,
    "knowledge": session_items.DocumentItem,
    "received": session_items.DocumentItem,
    "deletions": DeletionRecordItem,
    "thread": conversation_items.ThreadItem,
    "form": conversation_items.FormItem,
    "messages": conversation_items.MessageItem,
    "comment": conversation_items.CommentItem,
    "digest": conversation_items.DigestItem,
}


class StoredItem(Struct, frozen=True):
    """One item: its kind, the person whose it is, if it is somebody's, its number where there are several, and its attributes."""

    kind: ItemKind
    person: str
    number: str
    values: dict[str, Any]


class SessionContents(Struct, frozen=True):
    """A session with all of its parts, its people by the time at which they joined, and everything of both as it is stored."""

    view: SessionView
    people: tuple[ThreadView, ...]
    items: tuple[StoredItem, ...]


def read_contents(session_id: str, *, people: bool, at_most: int | None) -> SessionContents | None:
    """Returns what is stored of a session, with or without its people; None where it is more than so many bytes.

    What is left of a person who was removed is not in it. Raises NotFound without a session.
    """
    read = _Reader(at_most)
    parts = read.everything(SessionPart, session_id)
    if parts is None:
        return None
    if keys.SESSION not in parts:
        raise NotFound("Session not found")
    said = read.everything(ConversationPart, session_id) if people else {}
    if said is None:
        return None
    view = view_of(session_id, parts, None)
    found = _people(said)
    items = (*_items(keys.SESSIONS, parts, {}), *_items(keys.CONVERSATIONS, said, {it.thread.id: it for it in found}))
    return SessionContents(view, tuple(found), items)


def read_person(thread: Thread) -> tuple[StoredItem, ...]:
    """Returns what is stored of one person: their items of every kind, also of those that nobody else is given."""
    at_once = [(ConversationPart, thread.session_id, part) for part in item_kinds.of_person("at once", thread.id)]
    parts = database.get_many(at_once)
    first, last = keys.message(thread.id, thread.starts_after + 1), keys.messages(thread.id) + _LAST
    said = database.query(ConversationPart, thread.session_id, first, last)
    parts |= {raw[keys.PART]["S"]: raw for raw in said}
    found = ((kind_of(keys.CONVERSATIONS, part), part, raw) for part, raw in parts.items())
    return tuple(
        StoredItem(kind, thread.id, part.removeprefix(kind.name).partition("#")[2], _values(kind, raw))
        for kind, part, raw in found
        if kind
    )


class _Reader:
    """Reads partitions as long as all of them together are not too much."""

    def __init__(self, at_most: int | None) -> None:
        self._left = at_most

    def everything(self, table: type[Model], session_id: str) -> dict[str, Raw] | None:
        """Returns the items of a session by their `part`; None where they are too much."""
        found: dict[str, Raw] = {}
        for raw in database.query(table, session_id, _FIRST, _LAST):
            if self._left is not None:
                self._left -= sum(len(held["S"]) for held in raw.values() if "S" in held)
                if self._left < 0:
                    return None
            found[raw[keys.PART]["S"]] = raw
        return found


def _people(parts: Mapping[str, Raw]) -> list[ThreadView]:
    threads = {keys.thread_of(part): thread_from(raw) for part, raw in parts.items() if part.startswith(keys.THREADS)}
    said: dict[str, list[Any]] = {thread_id: [] for thread_id in threads}
    for part, raw in parts.items():
        thread = threads.get(keys.thread_of(part)) if part.startswith(keys.MESSAGES) else None
        if thread and keys.sequence_of(part) > thread.starts_after:
            said[thread.id].append(message_from(raw))
    forms = {it: answers_from(parts[keys.form(it)]) for it in threads if keys.form(it) in parts}
    in_order = sorted(threads.values(), key=lambda thread: (thread.created_at, thread.id))
    return [ThreadView(thread, forms.get(thread.id, ()), tuple(said[thread.id])) for thread in in_order]


def _items(table: str, parts: Mapping[str, Raw], people: Mapping[str, ThreadView]) -> Iterator[StoredItem]:
    for part, raw in parts.items():
        kind = kind_of(table, part)
        if kind is None or not kind.export or kind.owner == "account":
            continue
        named = part.removeprefix(kind.name) if kind.name.endswith("#") else ""
        person, _, number = named.partition("#") if kind.owner == "person" else ("", "", named)
        if kind.owner == "person" and not _is_of_present(person, number, people):
            continue
        yield StoredItem(kind, person, number, _values(kind, raw))


def _is_of_present(person: str, number: str, people: Mapping[str, ThreadView]) -> bool:
    """Says whether a person is there, and a message none of somebody's who was removed before the same person came again."""
    return person in people and not (number and int(number) <= people[person].thread.starts_after)


def _values(kind: ItemKind, raw: Raw) -> dict[str, Any]:
    """Returns the attributes of an item but for its key, each as its class reads it; one that the class does not know as it is."""
    steps, values = _steps(kind.export), {}
    for stored_as, held in raw.items():
        if stored_as in (keys.SESSION_ID, keys.PART):
            continue
        ((letter, value),) = held.items()
        name, _, decode = steps.get(stored_as, (stored_as, letter, None))
        values[name] = None if letter == "NULL" else decode(value) if decode else value
    return dict(sorted(values.items()))  # DynamoDB answers in any order


@cache
def _steps(export: str) -> dict[str, Step]:
    attributes = CLASSES[export].get_attributes() if export in CLASSES else {}
    return {attribute.attr_name: step_of(name, attribute) for name, attribute in attributes.items()}
