"""Widgets: a choice, a scale or a ranking that the facilitator may present in place of an open question.

The model calls `present_widget`; what it gives is checked here, and what breaks a rule is shown as text instead. The
schema keeps to what strict tools can enforce, so lengths and numbers stand in its descriptions.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.errors import WidgetValueRefused
from chalicelib.llm.interface import Tool, ToolCall

LABEL_LIMIT = 300
OPTION_LIMIT = 200
FEWEST_OPTIONS, MOST_OPTIONS = 2, 10
SCALE_TOP = 10
_SAVED = 20  # options of a broken call that are still worth reading

# The kinds of widgets that offer a list, and the name of that list.
_LISTS = {"SingleSelect": "options", "MultiSelect": "options", "RankingList": "items"}
SCALE = "RatingScale"

Spec = dict[str, Any]


def _text(description: str) -> dict[str, Any]:
    return {"type": "string", "description": description}


def _list(description: str) -> dict[str, Any]:
    limits = f"{FEWEST_OPTIONS} to {MOST_OPTIONS} different ones, each at most {OPTION_LIMIT} characters."
    return {"type": "array", "items": {"type": "string"}, "description": f"{description}: {limits}"}


def _kind(name: str, description: str, **props: dict[str, Any]) -> dict[str, Any]:
    label = _text(f"The question, in the participant's language, at most {LABEL_LIMIT} characters.")
    properties = {"type": {"type": "string", "const": name}, "label": label, **props}
    return {
        "type": "object",
        "description": description,
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


PRESENT_WIDGET = Tool(
    name="present_widget",
    description=(
        'Present one question as a widget. Only where the pacing says widget="may", and never together with `conclude`. '
        "The participant reads only what is in the call: `text`, and below it the widget with its label and options."
    ),
    schema={
        "type": "object",
        "properties": {
            "text": _text(
                "The one sentence above the widget, in the participant's language: it leads over from what they said. It asks "
                "nothing, since the label does, and lists no options."
            ),
            "widget": {
                "anyOf": [
                    _kind("SingleSelect", "Choose one.", options=_list("The options")),
                    _kind("MultiSelect", "Choose one or more.", options=_list("The options")),
                    _kind(
                        SCALE,
                        "Choose a whole number.",
                        min={"type": "integer", "description": "The lowest number: 0 or more."},
                        max={"type": "integer", "description": f"The highest number: above min, at most {SCALE_TOP}."},
                        minLabel=_text("What the lowest number means, in a few words."),
                        maxLabel=_text("What the highest number means, in a few words."),
                    ),
                    _kind("RankingList", "Put all items in an order.", items=_list("The items")),
                ]
            },
        },
        "required": ["text", "widget"],
        "additionalProperties": False,
    },
)


def read_spec(call: ToolCall) -> Spec | None:
    """Returns the widget that a call presents, as clients are shown it; None where the call breaks a rule."""
    given = call.input.get("widget")
    if not isinstance(given, Mapping):
        return None
    kind, label = given.get("type"), _line(given.get("label"), LABEL_LIMIT)
    props = _scale(given) if kind == SCALE else _options(given, kind)
    if not label or props is None:
        return None
    return {"root": {"type": kind, "props": {"label": label, **props}, "children": []}}


def label_of(spec: Spec) -> str:
    """Returns the question that a widget asks."""
    return str(spec["root"]["props"]["label"])


def choices_of(spec: Spec) -> list[str]:
    """Returns everything that can be chosen in a widget: its options or items, or each number of its scale."""
    kind, props = spec["root"]["type"], spec["root"]["props"]
    return list(map(str, range(props["min"], props["max"] + 1))) if kind == SCALE else list(props[_LISTS[kind]])


def list_choices(spec: Spec) -> list[str]:
    """Returns what a widget offers: its options or items, or the two ends of its scale."""
    kind, props = spec["root"]["type"], spec["root"]["props"]
    if kind != SCALE:
        return list(props[_LISTS[kind]])
    ends = ((props["min"], props["minLabel"]), (props["max"], props["maxLabel"]))
    return [f"{number} ({meaning})" if meaning else str(number) for number, meaning in ends]


def render_choices(spec: Spec) -> str:
    """Returns what a widget offers as plain lines of text, without a blank one, for whoever does not see the widget."""
    if spec["root"]["type"] == SCALE:
        return " – ".join(list_choices(spec))
    return "\n".join(f"- {choice}" for choice in list_choices(spec))


def text_beside(content: str, spec: Spec) -> str:
    """Returns the words of a message without the choices at their end, which the widget beside them shows."""
    return content.removesuffix(render_choices(spec)).rstrip()


def describe_value(spec: Spec, value: Any) -> str:
    """Returns a choice in words, as the participant's message."""
    if not isinstance(value, list):
        return str(value)
    if spec["root"]["type"] == "RankingList":
        return "\n".join(f"{place}. {option}" for place, option in enumerate(value, 1))
    return "\n".join(f"- {option}" for option in value) if len(value) > 1 else str(value[0])


def salvage_text(call: ToolCall) -> str:
    """Returns what can still be read of a call that breaks a rule: its question, and the options that are text."""
    given = call.input.get("widget")
    if not isinstance(given, Mapping):
        return ""
    listed = [option for name in ("options", "items") if isinstance(given.get(name), list) for option in given[name]]
    lines = [line for option in listed[:_SAVED] if (line := _line(option, OPTION_LIMIT))]
    label = _line(given.get("label"), 2 * LABEL_LIMIT) or ""
    return "\n\n".join(part for part in (label, "\n".join(f"- {line}" for line in lines)) if part)


def check_value(spec: Spec, value: Any) -> Any:
    """Returns the value that a participant gave in this widget. Raises WidgetValueRefused where the widget does not allow it."""
    kind, props = spec["root"]["type"], spec["root"]["props"]
    if kind == SCALE:
        low, high = props["min"], props["max"]
        if type(value) is not int or not low <= value <= high:
            raise WidgetValueRefused(f"widget_value must be a whole number from {low} to {high}")
        return value
    offered = props[_LISTS[kind]]
    if kind == "SingleSelect":
        if not isinstance(value, str) or value not in offered:
            raise WidgetValueRefused("widget_value must be one of the options")
        return value
    if not isinstance(value, list) or not value or not _distinct(value) or any(one not in offered for one in value):
        raise WidgetValueRefused(f"widget_value must be a list of {_LISTS[kind]} of the widget, each at most once")
    if kind == "RankingList" and len(value) != len(offered):
        raise WidgetValueRefused("widget_value must hold all items of the widget, each once")
    return value


def _options(given: Mapping[str, Any], kind: Any) -> dict[str, Any] | None:
    name = _LISTS.get(kind) if isinstance(kind, str) else None
    listed = given.get(name) if name else None
    if name is None or not isinstance(listed, list) or not FEWEST_OPTIONS <= len(listed) <= MOST_OPTIONS:
        return None
    lines = [line for option in listed if (line := _line(option, OPTION_LIMIT))]
    return {name: lines} if len(lines) == len(listed) and _distinct(lines) else None


def _scale(given: Mapping[str, Any]) -> dict[str, Any] | None:
    low, high = given.get("min"), given.get("max")
    if type(low) is not int or type(high) is not int or not 0 <= low < high <= SCALE_TOP:
        return None
    ends = [_line(given.get(name), OPTION_LIMIT) for name in ("minLabel", "maxLabel")]
    return None if None in ends else {"min": low, "max": high, "minLabel": ends[0], "maxLabel": ends[1]}


def _line(value: Any, limit: int) -> str | None:
    """Returns a text as one line; None where it is none, is too long, or cannot be stored."""
    if not isinstance(value, str) or any("\ud800" <= character <= "\udfff" for character in value):
        return None
    line = " ".join(value.split())
    return line if len(line) <= limit else None


def _distinct(values: Sequence[Any]) -> bool:
    return all(isinstance(value, str) for value in values) and len(set(values)) == len(values)
