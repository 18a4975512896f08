"""The questions of the pre-session form as cards of a page: what stands on each, what is wrong with that, and the question meant."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import Question, QuestionType, SessionView
from chalicelib.operations.field_limits import limit_of, limits_of
from chalicelib.operations.session_fields import EditedQuestion, NewQuestion
from chalicelib.services.participants.form import DEFAULT_TEXTS, page_questions
from chalicelib.services.participants.question_roles import role_of
from chalicelib.web.host.field_mistakes import Mistake
from chalicelib.web.kit.form_fields import question_text
from chalicelib.web.kit.http import Form, clean_text
from chalicelib.web.kit.texts import Texts

Kind = Literal["short", "long", "one", "many", "name", "email", "short_email"]
"""What is entered: a question's type, role, and whether it is long or takes several, of which few go together."""

KINDS: tuple[Kind, ...] = get_args(Kind)
CHOICES = ("one", "many")
WHO = ("name", "email", "short_email")  # what an anonymous session does not ask
_MEANT: Mapping[Kind, tuple[QuestionType, dict[str, Any]]] = {
    "short": ("Short field", {"role": "other"}),
    "long": ("Short field", {"role": "other", "long": True}),
    "one": ("Options", {"role": "other"}),
    "many": ("Options", {"role": "other", "multiple": True}),
    "name": ("Short field", {"role": "name"}),
    "email": ("Email", {"role": "email"}),
    "short_email": ("Short field", {"role": "email"}),
}
_FIELD = re.compile(r"q([0-9]{1,4})\.key")
_NEW = "new-"


class Content(Struct, frozen=True):
    """What stands on a card. `options` are one a line, and none where nothing is chosen from."""

    text: str = ""
    kind: Kind = "short"
    is_required: bool = False
    options: str = ""

    @property
    def option_list(self) -> tuple[str, ...]:
        """Returns the options."""
        return tuple(self.options.splitlines())


class Card(Struct, frozen=True):
    """A question on the page. `key` is its id, or is made up for one that is not stored yet.

    `options` are also kept while another kind is chosen; what is removed stays on the page until it is saved.
    """

    key: str
    text: str = ""
    kind: Kind = "short"
    is_required: bool = False
    options: str = ""
    is_removed: bool = False

    @property
    def content(self) -> Content:
        """Returns what the card says."""
        return Content(self.text, self.kind, self.is_required, self.options if self.kind in CHOICES else "")


def new_card() -> Card:
    """Returns an empty card."""
    return Card(_NEW + container.new_id())


def card_of(key: str, content: Content, before: Card | None = None) -> Card:
    """Returns the card with this content; options that do not count stay on it."""
    kept = content.options or (before.options if before else "")
    return Card(key, content.text, content.kind, content.is_required, kept)


def asked_questions(view: SessionView, texts: Texts) -> tuple[Question, ...]:
    """Returns what is asked as things stand, the two questions that a page asks on its own in its language."""
    return tuple(replace(it, text=question_text(it, texts)) for it in page_questions(view))


def content_of(question: Question) -> Content:
    """Returns what the card of a question says."""
    options = _lines("\n".join(question.options)) if question.type == "Options" else ""
    return Content(clean_text(question.text), _kind_of(question), question.required, options)


def read_cards(form: Form) -> list[Card]:
    """Returns the cards of a form, in its order."""
    numbers = sorted(int(found[1]) for name in form if (found := _FIELD.fullmatch(name)))
    cards = {form[f"q{number}.key"]: _read_card(form, f"q{number}.") for number in numbers}
    return [card for key, card in cards.items() if key]


def edited(content: Content, question: Question | None) -> EditedQuestion:
    """Returns the question that a card stands for: what nobody changed of it stays to the letter what it is."""
    if question is None:
        return EditedQuestion(text=content.text, **_meant(content))
    before, of = content_of(question), _meant(content)
    if content == before:
        of = {name: getattr(question, name) for name in NewQuestion.__struct_fields__}
    text = DEFAULT_TEXTS.get(question.id, question.text) if content.text == before.text else content.text
    return EditedQuestion(**{**of, "text": text}, id=question.id)


def previewed(key: str, content: Content, position: int) -> Question:
    """Returns the question of a card as participants would be asked it, in the words of the card."""
    return Question(id=f"preview-{key}", text=content.text, position=position, **_meant(content))


def find_mistakes(content: Content, is_anonymous: bool) -> dict[str, Mistake]:
    """Returns what is wrong with a card, by its fields."""
    found: dict[str, Mistake] = {}
    limit = limit_of("text", NewQuestion)
    if not content.text:
        found["text"] = Mistake("field_needed")
    elif len(content.text) > limit:
        found["text"] = Mistake("field_long", count=len(content.text), limit=limit)
    if is_anonymous and content.kind in WHO:
        found["kind"] = Mistake("editor_kind_anonymous")
    if content.kind in CHOICES and (wrong := _mistake_in(content.option_list)):
        found["options"] = wrong
    return found


def _mistake_in(options: Sequence[str]) -> Mistake | None:
    (most, limit), longest = limits_of("options", NewQuestion), max(map(len, options), default=0)
    if not options:
        return Mistake("editor_options_none")
    if len(options) > most:
        return Mistake("editor_options_many", count=len(options), limit=most)
    return Mistake("editor_option_long", count=longest, limit=limit) if longest > limit else None


def _read_card(form: Form, prefix: str) -> Card:
    kind = form.get(prefix + "kind", "")
    return Card(
        key=form[prefix + "key"],
        text=form.get(prefix + "text", ""),
        kind=next((it for it in KINDS if it == kind), "short"),
        is_required=bool(form.get(prefix + "required")),
        options=_lines(form.get(prefix + "options", "")),
        is_removed=bool(form.get(prefix + "removed")),
    )


def _kind_of(question: Question) -> Kind:
    if question.type == "Options":
        return "many" if question.multiple else "one"
    if question.type == "Email":
        return "email"
    role = role_of(question)
    return "long" if question.long else "name" if role == "name" else "short_email" if role == "email" else "short"


def _meant(content: Content) -> dict[str, Any]:
    kind, more = _MEANT[content.kind]
    return {"type": kind, "required": content.is_required, "options": content.option_list, **more}


def _lines(text: str) -> str:
    return "\n".join(filter(None, map(clean_text, text.splitlines())))
