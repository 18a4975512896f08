"""What a host does to the pre-session form: the steps on its page, and what of the page is to be stored."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import Question, SessionView
from chalicelib.operations.field_limits import limit_of
from chalicelib.operations.session_changes import EditSession
from chalicelib.services.sessions.merging import MergedItems, merge_items
from chalicelib.web.host.field_mistakes import Mistake
from chalicelib.web.host.form_cards import Card, Content, card_of, content_of, edited, find_mistakes, new_card
from chalicelib.web.host.saving import read_choices, read_noted
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.request import number_in_link

MOST_QUESTIONS = limit_of("questions", EditSession)

Focus = tuple[str, Literal["text", "up", "down", "undo"]]
"""Where somebody goes on after a step: the key of a card, and what of it."""


class Step(Struct, frozen=True):
    """The cards after a step, and where to go on; `is_full` where no other card has room."""

    cards: list[Card]
    focus: Focus | None = None
    is_full: bool = False


class FormPlan(Struct, frozen=True):
    """The form as its page shows it, and what is to be changed of the session; nothing where somebody has to look again."""

    cards: list[Card]
    merged: MergedItems[Content]
    stored: dict[str, Content]
    mistakes: dict[str, dict[str, Mistake]] = {}
    changes: dict[str, Any] = {}

    @property
    def is_clash(self) -> bool:
        """Whether somebody has to choose."""
        return bool(self.merged.clashes or self.merged.stored_order)

    @property
    def is_overfull(self) -> bool:
        """Whether there are more questions than a form has."""
        return sum(content is not None for content in self.merged.values.values()) > MOST_QUESTIONS


def take_step(cards: Sequence[Card], do: str) -> Step:
    """Returns the cards after what a button says: its name, the key of its card, and for `to` the place to go to."""
    name, _, rest = do.partition(":")
    key, _, place = rest.partition(":")
    found = next((index for index, card in enumerate(cards) if card.key == key), None)
    if name == "add":
        return _add(cards)
    if found is None:
        return Step([*cards])
    match name:
        case "up":
            return _move(cards, found, -1)
        case "down":
            return _move(cards, found, 1)
        case "to":
            left = [card for card in cards if card.key != key]
            at = found if (asked := number_in_link(place)) is None else asked
            return Step([*left[:at], cards[found], *left[at:]], (key, "up"))
        case "remove":
            return Step(_put(cards, found, is_removed=True), (key, "undo"))
        case "undo":
            return Step(_put(cards, found, is_removed=False), (key, "text"))
        case _:
            return Step([*cards])


def make_plan(view: SessionView, asked: Sequence[Question], cards: Sequence[Card], form: Form) -> FormPlan:
    """Returns what these cards change of the form that the session asks by now."""
    known = {question.id: question for question in asked}
    stored = {key: content_of(question) for key, question in known.items()}
    mine = _recognise(cards, stored)
    left = {card.key: card.content for card in mine if not card.is_removed}
    merged = merge_items(read_noted(form), left, stored, read_choices(form))
    plan = FormPlan(_arrange(mine, merged), merged, stored)
    changed = {key: content for key, content in merged.values.items() if content and content != stored.get(key)}
    found = {key: find_mistakes(content, view.session.anonymous) for key, content in changed.items()}
    mistakes = {key: wrong for key, wrong in found.items() if wrong}
    if mistakes or plan.is_clash or plan.is_overfull or not merged.is_changed:
        return replace(plan, mistakes=mistakes)
    questions = tuple(edited(content, known.get(key)) for key, content in merged.values.items() if content)
    return replace(plan, changes={"questions": questions})


def _add(cards: Sequence[Card]) -> Step:
    if sum(not card.is_removed for card in cards) >= MOST_QUESTIONS:
        return Step([*cards], is_full=True)
    card = new_card()
    return Step([*cards, card], (card.key, "text"))


def _move(cards: Sequence[Card], found: int, by: Literal[-1, 1]) -> Step:
    """Moves a card past the next one that is not removed."""
    others = [index for index, card in enumerate(cards) if not card.is_removed and (index - found) * by > 0]
    if not others:
        return Step([*cards])
    to = others[-1] if by < 0 else others[0]
    moved = [*cards]
    moved.insert(to, moved.pop(found))
    return Step(moved, (cards[found].key, "up" if by < 0 else "down"))


def _put(cards: Sequence[Card], found: int, *, is_removed: bool) -> list[Card]:
    return [replace(card, is_removed=is_removed) if index == found else card for index, card in enumerate(cards)]


def _recognise(cards: Sequence[Card], stored: Mapping[str, Content]) -> list[Card]:
    """Gives a card that is stored by now under an id the page does not have that id: the form was sent twice."""
    free = {key: content for key, content in stored.items() if key not in {card.key for card in cards}}
    known = []
    for card in cards:
        twin = next((key for key, content in free.items() if content == card.content), None)
        if card.key not in stored and not card.is_removed and twin:
            del free[twin]
            card = replace(card, key=twin)
        known.append(card)
    return known


def _arrange(cards: Sequence[Card], merged: MergedItems[Content]) -> list[Card]:
    """Returns the cards of the merged form in its order, and the removed ones where they were."""
    before = {card.key: card for card in cards}
    shown = [
        card_of(key, content, before.get(key)) if content else _removed(before, merged, key)
        for key, content in merged.values.items()
    ]
    for place, card in enumerate(cards):
        if card.is_removed and card.key not in merged.values:
            keys = [it.key for it in shown]
            behind = next((keys.index(it.key) + 1 for it in reversed(cards[:place]) if it.key in keys), 0)
            shown.insert(behind, card)
    return shown


def _removed(before: Mapping[str, Card], merged: MergedItems[Content], key: str) -> Card:
    """Returns a card that was removed here while somebody else changed it."""
    card = before.get(key) or card_of(key, merged.clashes.get(key) or Content())
    return replace(card, is_removed=True)
