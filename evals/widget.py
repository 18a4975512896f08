"""Widgets as the API's contract draws them, read without the product's own code."""

import re
from typing import Any, Final

from evals.transcript import Entry

_PROPS: Final = {
    "SingleSelect": {"label", "options"},
    "MultiSelect": {"label", "options"},
    "RatingScale": {"label", "min", "max", "minLabel", "maxLabel"},
    "RankingList": {"label", "items"},
}
MOST_CHOICES, CHOICE_LENGTH, LABEL_LENGTH, HIGHEST = 10, 200, 300, 10


def kind_of(spec: dict[str, Any] | None) -> str:
    """The type of a widget; empty where there is none."""
    root = (spec or {}).get("root")
    return str(root.get("type", "")) if isinstance(root, dict) else ""


def props_of(spec: dict[str, Any] | None) -> dict[str, Any]:
    """The properties of a widget; empty where there are none."""
    root = (spec or {}).get("root")
    props = root.get("props") if isinstance(root, dict) else None
    return props if isinstance(props, dict) else {}


def choices(spec: dict[str, Any] | None) -> list[str]:
    """The options or items of a widget."""
    props = props_of(spec)
    listed = props.get("options", props.get("items", []))
    return [it for it in listed if isinstance(it, str)] if isinstance(listed, list) else []


def fault_of(spec: dict[str, Any]) -> str:
    """What is wrong with a specification; empty where nothing is."""
    if (
        set(spec) != {"root"}
        or not isinstance(spec["root"], dict)
        or set(spec["root"]) != {"type", "props", "children"}
    ):
        return "not of the contract's shape"
    kind, props = kind_of(spec), props_of(spec)
    if kind not in _PROPS or spec["root"]["children"] != []:
        return f"no widget of the contract: {kind}"
    if not set(props) <= _PROPS[kind] or not (_PROPS[kind] - {"minLabel", "maxLabel"}) <= set(props):
        return f"properties of a {kind} are {', '.join(sorted(_PROPS[kind]))}"
    label = props["label"]
    if not isinstance(label, str) or not label.strip() or len(label) > LABEL_LENGTH:
        return "no label, or too long a one"
    return _scale_fault(props) if kind == "RatingScale" else _choices_fault(props, spec)


def _scale_fault(props: dict[str, Any]) -> str:
    low, high = props["min"], props["max"]
    if type(low) is not int or type(high) is not int or not 0 <= low < high <= HIGHEST:
        return f"a scale from {low} to {high}"
    names = [props.get(name) for name in ("minLabel", "maxLabel")]
    return "" if all(name is None or isinstance(name, str) for name in names) else "a label that is no text"


def _choices_fault(props: dict[str, Any], spec: dict[str, Any]) -> str:
    found = choices(spec)
    listed = props.get("options", props.get("items"))
    if not isinstance(listed, list) or len(found) != len(listed) or not 2 <= len(found) <= MOST_CHOICES:
        return f"two to {MOST_CHOICES} choices are meant"
    if len(set(found)) != len(found) or any(not it.strip() or len(it) > CHOICE_LENGTH for it in found):
        return "empty, too long or equal choices"
    return ""


def without_choices(entry: Entry) -> str:
    """A message without the lines that spell out what its widget offers."""
    if entry.widget is None:
        return entry.text
    offered = set(choices(entry.widget))
    lines = entry.text.splitlines()
    return "\n".join(line for line in lines if _bare(line) not in offered and not _is_scale(line, entry.widget))


def _bare(line: str) -> str:
    """A line of a list without its mark."""
    return re.sub(r"^\s*(?:[-*•]|\d+[.)、])\s*", "", line).strip()


def _is_scale(line: str, spec: dict[str, Any]) -> bool:
    """Whether a line says from where to where a scale goes, and is no sentence."""
    props = props_of(spec)
    ends = [str(props.get(name)) for name in ("min", "max")]
    return kind_of(spec) == "RatingScale" and all(it in line for it in ends) and not re.search(r"[.?!。？！]\s*$", line)
