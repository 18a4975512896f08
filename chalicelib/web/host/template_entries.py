"""What stands in the form of a template: read of a form, taken from a template or a session, and what it means."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from chalicelib.model import Question
from chalicelib.model.templates import BriefField, OwnTemplate
from chalicelib.operations.field_limits import limit_of, limits_of
from chalicelib.operations.session_fields import NewQuestion
from chalicelib.operations.template_fields import NewTemplateField
from chalicelib.operations.templates import CreateTemplate
from chalicelib.services.templates import template_of
from chalicelib.store import keys
from chalicelib.web.host.form_cards import Card, card_of, content_of, edited, new_card, read_cards
from chalicelib.web.host.form_cards import find_mistakes as find_mistakes_in
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.session_page import open_session
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.texts import Texts

TEXTS = (
    "title",
    "description",
    "icon",
    "facilitation_prompt",
    "default_session_name",
    "default_goal",
    "default_critical",
    "default_context",
)
_PARTS = (keys.CONTEXT, keys.QUESTIONS, keys.PROMPT_CURRENT, keys.TEMPLATE)  # of a session
_STORED = "stored-"  # before the place of a question that a template has


class FieldRow(Struct, frozen=True):
    """A question to whoever designs a session, as it stands in the form; one that says nothing is none."""

    key: str
    label: str = ""
    hint: str = ""
    maps_to: str = "context"
    is_required: bool = False


class Entries(Struct, frozen=True):
    """What stands in the form. `has_form` says that sessions ask the questions of the cards, also where there are none."""

    texts: Mapping[str, str] = field(default_factory=dict)
    cross_pollination: bool = False
    is_public: bool = False
    has_form: bool = False
    cards: Sequence[Card] = ()
    rows: Sequence[FieldRow] = ()
    project_id: str = ""


def entries_of(template: OwnTemplate) -> Entries:
    """Returns what the form of a template begins with."""
    return Entries(
        {name: text for name in TEXTS if (text := getattr(template, name))},
        template.cross_pollination_default,
        template.is_public,
        template.questions is not None,
        [card_of(it.id, content_of(it)) for it in _questions_of(template)],
        [FieldRow(it.key, it.label, it.hint, it.maps_to, it.required) for it in template.fields],
        template.project_id or "",
    )


def entries_of_session(host: HostRequest, session_id: str) -> Entries:
    """Returns what the form begins with for a template made of a session: its design, and nothing of what anybody said.

    The background of a follow-up tells of the results of another session, and so may the prompt that was written from it: neither is
    taken.
    """
    view = open_session(host, session_id, _PARTS, "editor")
    of, tells_results = view.session, view.session.follow_up_of is not None
    template, prompt = template_of(view), view.prompt
    if prompt and tells_results and prompt.origin != "host":
        prompt = None
    texts = {
        "title": of.topic,
        "description": template.description if template else "",
        "facilitation_prompt": prompt.text if prompt else template.facilitation_prompt if template else "",
        "default_session_name": of.topic,
        "default_goal": of.goal,
        "default_critical": of.critical or "",
        "default_context": "" if tells_results else view.context or "",
    }
    cards = [replace(new_card(), **_content(it)) for it in view.questions]
    return Entries(
        {name: text for name, text in texts.items() if text}, of.cross_pollination, False, of.has_questions, cards
    )


def read_entries(form: Form) -> Entries:
    """Returns what a form says."""
    rows: list[FieldRow] = []
    while (prefix := f"f{len(rows)}.") + "key" in form:
        rows.append(
            FieldRow(
                form[prefix + "key"],
                form.get(prefix + "label", ""),
                form.get(prefix + "hint", ""),
                form.get(prefix + "maps_to", ""),
                bool(form.get(prefix + "required")),
            )
        )
    return Entries(
        {name: form[name] for name in TEXTS if form.get(name)},
        bool(form.get("cross_pollination")),
        bool(form.get("is_public")),
        form.get("asks") == "own",
        read_cards(form),
        rows,
        form.get("project", ""),
    )


def with_room(entries: Entries, kind: str) -> Entries:
    """Returns the entries with an empty question to participants, or one to whoever designs a session."""
    if kind == "question":
        return replace(entries, cards=[*entries.cards, new_card()], has_form=True)
    taken = {it.key for it in entries.rows}
    free = next(key for number in range(1, len(taken) + 2) if (key := f"asked{number}") not in taken)
    return replace(entries, rows=[*entries.rows, FieldRow(free)])


def find_mistakes(entries: Entries, texts: Texts) -> dict[str, str]:
    """Returns what is wrong, by the names of the form's fields."""
    found = {} if entries.texts.get("title") else {"title": texts("field_needed")}
    for name, text in entries.texts.items():
        if len(text) > (limit := limit_of(name, CreateTemplate)):
            found[name] = texts("field_long", count=len(text), limit=limit)
    for number, card in enumerate(entries.cards):
        mistakes = find_mistakes_in(card.content, False) if card.text or card.content.options else {}
        found |= {f"q{number}.{name}": mistake.explain(texts) for name, mistake in mistakes.items()}
    for number, row in enumerate(entries.rows):
        found |= {f"f{number}.{name}": told for name, told in _mistakes_in(row, texts).items()}
    filled = {"questions": len(_filled(entries)), "fields": len([it for it in entries.rows if it.label])}
    limits = {name: limits_of(name, CreateTemplate)[0] for name in filled}
    return found | {name: texts("editor_full", limit=limits[name]) for name in filled if filled[name] > limits[name]}


def _mistakes_in(row: FieldRow, texts: Texts) -> dict[str, str]:
    if row.hint and not row.label:
        return {"label": texts("field_needed")}
    given = {"label": row.label, "hint": row.hint}
    limits = {name: limit_of(name, NewTemplateField) for name in given}
    return {
        name: texts("field_long", count=len(text), limit=limits[name])
        for name, text in given.items()
        if len(text) > limits[name]
    }


def values_of(entries: Entries, stored: OwnTemplate | None) -> dict[str, Any]:
    """Returns the fields of a template as operations take them; a question that nobody touched stays to the letter."""
    known = {it.id: it for it in _questions_of(stored)} if stored else {}
    asked = [edited(it.content, known.get(it.key)) for it in _filled(entries)]
    plain = [{name: getattr(it, name) for name in NewQuestion.__struct_fields__} for it in asked]
    rows = [
        NewTemplateField(
            it.key,
            it.label,
            next((name for name in get_args(BriefField) if name == it.maps_to), "context"),
            it.hint,
            it.is_required,
        )
        for it in entries.rows
        if it.label
    ]
    return {
        **{name: entries.texts.get(name) for name in TEXTS},
        "cross_pollination_default": entries.cross_pollination,
        "is_public": entries.is_public,
        "workspace_id": entries.project_id or None,
        "fields": tuple(rows),
        "questions": tuple(NewQuestion(**it) for it in plain) if entries.has_form else None,
    }


def _filled(entries: Entries) -> list[Card]:
    return [it for it in entries.cards if it.text]


def _questions_of(template: OwnTemplate) -> list[Question]:
    given = msgspec.to_builtins(template.questions or ())
    return [
        msgspec.convert({**it, "id": f"{_STORED}{position}", "position": position}, Question)
        for position, it in enumerate(given)
    ]


def _content(question: Question) -> dict[str, Any]:
    content = content_of(question)
    return {
        "text": content.text,
        "kind": content.kind,
        "is_required": content.is_required,
        "options": content.options,
    }
