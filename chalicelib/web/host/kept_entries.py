"""What people are shown of a kept form: what they entered, by the labels of the page that it came from."""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.services.sessions.merging import note
from chalicelib.web.host.form_cards import read_cards
from chalicelib.web.host.saving import read_noted
from chalicelib.web.host.settings_fields import SETTINGS, join_times, option_text
from chalicelib.web.kit.http import Form, clean_text
from chalicelib.web.kit.texts import Texts

_BRIEF = {name: f"brief_{name}" for name in ("goal", "critical", "context", "topic")}
_SESSION = {"name": "delete_name"}
_TEMPLATE = {
    "title": "template_title",
    "description": "template_description",
    "facilitation_prompt": "template_facilitation_prompt",
    "default_session_name": "brief_topic",
    "default_goal": "brief_goal",
    "default_critical": "brief_critical",
    "default_context": "brief_context",
}
_INVITED = {"addresses": "invitations_addresses", "message": "invitations_message"}
_PROJECT = {"title": "project_title", "description": "project_description", "location": "project_location", **_INVITED}
_ABOVE = {"templates": _TEMPLATE, "projects": _PROJECT}
_ASKED = "field."  # before the name of what a template asks, whose question travels beside it
_LABELS: Mapping[str, Mapping[str, str]] = {
    "new": _BRIEF,
    "brief": _BRIEF,
    "suggestions": _BRIEF,
    "prompt": {"instructions": "prompt_words_label", "text": "prompt_edit", "summary": "prompt_recap"},
    "insights": {"title": "insight_title", "content": "insight_content", "quotes": "insight_quotes"},
    "invitations": _INVITED,
    "members": _INVITED,
    "projects": _PROJECT,
    "ask": {"question": "ask_question", "offered": "ask_question"},
    "keys": {"name": "key_name"},
    "account": {"name": "profile_name"},
    "harmonica-md": {
        "who": "harmonica_question_who",
        "what": "harmonica_question_what",
        "harmonica_md": "harmonica_label",
    },
}
"""The labels of a page's fields, by the end of its address. What is not here, pages send beside what people enter."""


def list_entries(path: str, fields: Sequence[tuple[str, str]], texts: Texts) -> list[tuple[str, str]]:
    """Returns the label and the content of each field that somebody filled in, of what was sent to this address; of a page that
    notes what it was made from, without what they left as it was.
    """
    above, page = f"/{path.partition('?')[0]}".split("/")[-2:]
    form = {name: clean_text(value) for name, value in fields}
    noted = read_noted(form)
    if page == "form":
        entered = _list_questions(form, noted, texts)
    elif page == "settings":
        entered = _list_settings(form, noted, texts)
    else:
        labels = _ABOVE.get(above) or _LABELS.get(page, _SESSION if above == "sessions" else {})
        changed = [name for name in form if name in labels and not _is_left(name, form[name], noted)]
        entered = [(texts(labels[name]), form[name]) for name in changed]
        entered += [(form.get(f"label.{name}", ""), form[name]) for name in form if name.startswith(_ASKED)]
        if above == "templates":
            entered += _list_questions(form, noted, texts)
    return [(label, value) for label, value in entered if value]


def _list_settings(form: Form, noted: Mapping[str, str], texts: Texts) -> list[tuple[str, str]]:
    values = {name: form.get(name, "") for name in SETTINGS}
    left = {name for name, value in join_times(values).items() if _is_left(name, value, noted)}
    if "closes_at" in left:
        left |= {"opens_at", "time_zone"}
    return [(texts(f"setting_{it}"), _say(it, value, texts)) for it, value in values.items() if it not in left]


def _list_questions(form: Form, noted: Mapping[str, str], texts: Texts) -> list[tuple[str, str]]:
    entered: list[tuple[str, str]] = []
    for number, card in enumerate((it for it in read_cards(form) if not it.is_removed), 1):
        if not _is_left(card.key, card.content, noted):
            entered += (
                (texts("editor_question", number=number), card.text),
                (texts("editor_options"), card.content.options),
            )
    return entered


def _is_left(name: str, value: Any, noted: Mapping[str, str]) -> bool:
    return name in noted and note({name: value}).get(name) == noted[name]


def _say(name: str, value: str, texts: Texts) -> str:
    """Returns what a setting says, in words where the page has some for it."""
    kind = SETTINGS[name].kind
    named = (
        ("clash_on" if value else "clash_off")
        if kind == "switch"
        else option_text(name, value)
        if kind == "choice"
        else ""
    )
    return texts(named) if named in texts.catalogue else value
