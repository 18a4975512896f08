"""A session as JSON, without loss: every kind of item that the registry says is exported, as it is stored, by its name there."""

from collections.abc import Sequence
from typing import Any

import msgspec
from msgspec.structs import asdict

from chalicelib.model import Point, RegisteredTheme, ThemeRegistry, ThreadView
from chalicelib.services.participants.scopes import rules_of
from chalicelib.services.results.exports.document import is_few
from chalicelib.services.results.exports.selection import Part, Selection
from chalicelib.services.results.exports.texts import ExportTexts
from chalicelib.services.results.insights import ListedInsight
from chalicelib.services.synthesis.aggregate import aggregate_heads, without_names_of_the_gone
from chalicelib.services.synthesis.unquotable import hide_words
from chalicelib.services.synthesis.visibility import LEAST
from chalicelib.store import keys
from chalicelib.store.item_kinds import KINDS, OF_SESSIONS, THREAD, ItemKind
from chalicelib.store.session_contents import SessionContents, StoredItem

SCHEMA, VERSION = "harmonica.session", 1

Json = dict[str, Any]

# To which part a kind of item belongs, by the name that exports call it; what is not here is for who takes away responses.
_PARTS: dict[str, Part] = {
    **dict.fromkeys(
        ("context", "private_context", "harmonica_md", "questions", "template", "summary_prompt"), "design"
    ),
    **dict.fromkeys(("platform_guidelines_override", "prompt", "prompt_versions", "edits"), "design"),
    **dict.fromkeys(("summary", "summaries", "brief"), "summary"),
    **{"messages": "transcripts", "insights": "insights", "order_of_insights": "insights"},
}
_ALWAYS = ("session", "thread")
_STATE = "says where work stands"
_COUNTED = "counts what was removed of the same participant, too"
# Attributes that no export has, and why; REST tells hosts of none of them.
_LEFT_OUT = {
    **dict.fromkeys((keys.DUE_KIND, keys.DUE_AT, keys.PROMPT_WANTED_AT, keys.WANTED_AT, "tries", "turn_id"), _STATE),
    **dict.fromkeys(("leased_until", "digest_tries", "digest_tried_to", "digest_after", "edits"), _STATE),
    "is_replied_to_later": _STATE,
    **dict.fromkeys(("prompt_failed", "prompt_tries", "prompt_outdated"), _STATE),
    "has_aliases": "says how this deployment finds conversations that came from another one",
}
_LEFT_OUT_OF_PEOPLE = {
    "scope": "may name an account: channel and another_account are there instead",
    "source": "is a fingerprint of the network that somebody came from",
    "generation": "says which links of a participant are in force",
    "passed_on": "is between a participant and the other conversations: results are the same",
    "message_id": "is the channel's own",
    "receipt": "is the hash of a code that the participant alone has",
    **dict.fromkeys(("starts_after", "last_sequence", "last_said", "answered_to"), _COUNTED),
    **dict.fromkeys(("digested_to", "sequence", "to_sequence"), _COUNTED),
}
_OF_EVERYBODY = "is of everybody, and only some people were asked for"


def render_json(
    contents: SessionContents,
    people: Sequence[ThreadView],
    insights: Sequence[ListedInsight],
    selection: Selection,
    texts: ExportTexts,
) -> str:
    """Returns the document. What is not in it is said under `not_exported`, with the reason.

    Insights are as members read them: without the quotes of people who were taken out of the results.
    """
    own = [kind for kind in KINDS if kind.table in OF_SESSIONS and kind.owner in ("session", "person") and kind.export]
    asked = [kind for kind in own if _is_asked(kind, selection)]
    document: Json = {
        "schema": SCHEMA,
        "schema_version": VERSION,
        "use": texts.use,
        **({"warning": texts.filled(texts.few, count=LEAST)} if is_few(contents.view, selection) else {}),
        "session_id": contents.view.session.id,
        "parts": selection.parts,
    }
    document |= _exported(asked, "session", "", contents.items)
    if "themes" in document:
        document["themes"] = _name_themes(document["themes"], contents)
    if "insights" in selection.parts:
        document["insights"] = [{"id": it.insight.id, **asdict(it.insight), "lost": it.lost} for it in insights]
    if selection.has_people:
        by_person: dict[str, list[StoredItem]] = {person.thread.id: [] for person in people}
        for item in contents.items:
            if item.person in by_person:
                by_person[item.person].append(item)
        unquotable = {person.thread.id for person in people if not person.thread.quotable}
        document["participants"] = [
            {
                "participant_id": thread_id,
                **_without_quotes(_exported(asked, "person", thread_id, items), thread_id in unquotable),
            }
            for thread_id, items in by_person.items()
        ]
    document["not_exported"] = _left_out(contents, people, selection, [kind for kind in own if kind not in asked])
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode()


def _without_quotes(person: Json, is_unquotable: bool) -> Json:
    """Returns what is exported of a person; of one who is not to be quoted the digest is without their words, which the messages have."""
    if is_unquotable and person.get("digest"):
        stored = person["digest"]
        points = hide_words(msgspec.convert(stored["points"], tuple[Point, ...]))
        return {**person, "digest": {**stored, "points": msgspec.to_builtins(points), "gist": None}}
    return person


def _is_asked(kind: ItemKind, selection: Selection) -> bool:
    """Says whether a kind is in the document: with chosen people, what was made of everybody is not."""
    if selection.participants and _is_made_of_all(kind):
        return False
    return kind.export in _ALWAYS or _part_of(kind) in selection.parts


def _is_made_of_all(kind: ItemKind) -> bool:
    return kind.owner == "session" and kind.export not in _ALWAYS and _part_of(kind) != "design"


def _part_of(kind: ItemKind) -> Part:
    return _PARTS.get(kind.export, "responses")


def _exported(kinds: Sequence[ItemKind], owner: str, person: str, items: Sequence[StoredItem]) -> Json:
    """Returns what these items hold by the names of their kinds, in the order of the registry; of several, a list."""
    found: Json = {}
    for kind in kinds:
        if kind.owner != owner:
            continue
        held = [_shown(it) for it in items if it.kind is kind and it.person == person]
        found[kind.export] = held if _comes_in_numbers(kind) else next(iter(held), None)
    return found


def _name_themes(stored: Sequence[Json], contents: SessionContents) -> list[Json]:
    """Returns these themes by the names that pages show."""
    read = ThemeRegistry(themes=tuple(msgspec.convert(it["theme"], RegisteredTheme) for it in stored))
    shown = without_names_of_the_gone(read, aggregate_heads(contents.view, (it.thread for it in contents.people)))
    return [{**it, "theme": asdict(theme)} for it, theme in zip(stored, shown.themes, strict=True)]


def _comes_in_numbers(kind: ItemKind) -> bool:
    """Says whether there are several of a kind: a person's only where they are numbered, which those are that go by a job."""
    return kind.name.endswith("#") and (kind.owner == "session" or kind.goes == "by job")


def _shown(item: StoredItem) -> Json:
    left_out = _LEFT_OUT | (_LEFT_OUT_OF_PEOPLE if item.person else {})
    shown = {name: value for name, value in item.values.items() if name not in left_out}
    if item.kind is THREAD:
        rules = rules_of(item.values["scope"])
        shown |= {"channel": rules.channel, "another_account": rules.is_strangers}
    return shown


def _left_out(
    contents: SessionContents, people: Sequence[ThreadView], selection: Selection, not_asked: Sequence[ItemKind]
) -> list[dict[str, str]]:
    """Returns what there is of a session that the document has not, and why."""
    of_session = [kind for kind in KINDS if kind.table in OF_SESSIONS]
    reasons = {kind.export: "was not asked for" for kind in not_asked}
    if selection.participants:
        reasons |= {kind.export: _OF_EVERYBODY for kind in not_asked if _is_made_of_all(kind)}
    if selection.has_people and len(people) < len(contents.people):
        why = "include=all gives those who were taken out of the results, and test runs"
        less = len(contents.people) - len(people)
        reasons["participants"] = f"{less} were not asked for" + ("" if selection.participants else f": {why}")
    reasons |= {_plain(kind): kind.not_exported for kind in of_session if kind.not_exported}
    reasons |= {kind.export: "is an account's" for kind in of_session if kind.owner == "account"}
    reasons |= {f"attribute {name}": why for name, why in (_LEFT_OUT | _LEFT_OUT_OF_PEOPLE).items()}
    return [{"what": what, "why": why} for what, why in reasons.items()]


def _plain(kind: ItemKind) -> str:
    return kind.name.rstrip("#")
