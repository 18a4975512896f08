"""Widgets as form controls, and what a filled-in one says.

A form names options by their position: `w` for one of them, `w0`, `w1` … for several or for the places of a ranking.
"""

from typing import Any

from msgspec import Struct

from chalicelib.model import Message
from chalicelib.services.facilitation.widgets import label_of, list_choices
from chalicelib.web.kit.http import Form
from chalicelib.web.kit.request import number_in_link


class Control(Struct, frozen=True):
    """A widget as the page shows it. `numbers` are those of a scale, `low` and `high` what its ends mean; `chosen` is the answer that
    it was given already, where that can be changed."""

    kind: str
    sequence: int
    label: str
    options: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    low: str = ""
    high: str = ""
    chosen: Any = None

    @property
    def is_sent_with_one_tap(self) -> bool:
        """Whether one choice is all there is to it."""
        return self.kind in ("SingleSelect", "RatingScale")


class WidgetUnanswered(Exception):
    """A form that does not answer its widget; `key` is the text that says so."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


def make_control(message: Message, chosen: Any = None) -> Control | None:
    """Returns the control for the widget that a message presents, with the answer that was given there."""
    spec = message.widget_spec
    if spec is None:
        return None
    kind, props = spec["root"]["type"], spec["root"]["props"]
    if kind == "RatingScale":
        numbers = tuple(range(props["min"], props["max"] + 1))
        return Control(
            kind, message.sequence, label_of(spec), (), numbers, props["minLabel"], props["maxLabel"], chosen
        )
    return Control(kind, message.sequence, label_of(spec), tuple(list_choices(spec)), chosen=chosen)


def read_value(control: Control, form: Form) -> Any:
    """Returns what a form chose. Raises WidgetUnanswered."""
    if control.kind == "RatingScale":
        chosen = number_in_link(form.get("w", ""))
        if chosen not in control.numbers:
            raise WidgetUnanswered("widget_missing")
        return chosen
    options = dict(enumerate(control.options))
    if control.kind == "SingleSelect":
        place = number_in_link(form.get("w", ""))
        if place not in options:
            raise WidgetUnanswered("widget_missing")
        return options[place]
    if control.kind == "MultiSelect":
        several = [option for place, option in options.items() if form.get(f"w{place}")]
        if not several:
            raise WidgetUnanswered("widget_missing")
        return several
    placed = {number_in_link(form.get(f"w{place}", "")): option for place, option in options.items()}
    if placed.keys() != set(range(1, len(options) + 1)):
        raise WidgetUnanswered("widget_places", count=len(options))
    return [placed[place] for place in range(1, len(options) + 1)]
