"""What people are shown of a kept form: what they entered, by the labels of the page that it came from."""

from collections.abc import Iterable, Mapping, Sequence

from chalicelib.web.host.form_cards import CHOICES, read_cards
from chalicelib.web.host.settings_fields import SETTINGS
from chalicelib.web.kit.texts import Texts

_BRIEF = {name: f"brief_{name}" for name in ("goal", "critical", "context", "topic")}
_SESSION = {"name": "delete_name"}
_LABELS: Mapping[str, Mapping[str, str]] = {
    "new": _BRIEF,
    "brief": _BRIEF,
    "suggestions": _BRIEF,
    "settings": {name: f"setting_{name}" for name in SETTINGS},
    "prompt": {"instructions": "prompt_words_label", "text": "prompt_edit", "summary": "prompt_recap"},
    "keys": {"name": "key_name"},
}
"""The labels of a page's fields, by the end of its address. What is not here, pages send beside what people enter."""


def list_entries(path: str, fields: Sequence[tuple[str, str]], texts: Texts) -> list[tuple[str, str]]:
    """Returns the label and the content of each field that somebody filled in, of what was sent to this address."""
    above, page = f"/{path.partition('?')[0]}".split("/")[-2:]
    labels = _LABELS.get(page, _SESSION if above == "sessions" else {})
    entered: Iterable[tuple[str, str]] = ((texts(labels[name]), value) for name, value in fields if name in labels)
    if page == "form":
        entered = _list_questions(fields, texts)
    if page == "settings":
        entered = ((texts(labels[name]), _say(name, value, texts)) for name, value in fields if name in labels)
    return [(label, value) for label, value in entered if value.strip()]


def _list_questions(fields: Sequence[tuple[str, str]], texts: Texts) -> Iterable[tuple[str, str]]:
    cards = [card for card in read_cards(dict(fields)) if not card.is_removed]
    for number, card in enumerate(cards, 1):
        yield texts("editor_question", number=number), card.text
        if card.kind in CHOICES:
            yield texts("editor_options"), card.options


def _say(name: str, value: str, texts: Texts) -> str:
    """Returns what a setting says, in words where the page has some for it."""
    words = {"switch": "clash_on", "choice": f"visible_{value}"}.get(SETTINGS[name].kind, "")
    return texts(words) if words in texts.catalogue else value
