"""Widgets: what a call may present, how it reads as text, and which values an answer may have."""

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import Invalid
from chalicelib.llm.interface import ToolCall
from chalicelib.services.facilitation.widgets import (
    PRESENT_WIDGET,
    check_value,
    list_choices,
    read_spec,
    render_choices,
    salvage_text,
)
from tests.example_tables import each_row

SINGLE = {"type": "SingleSelect", "label": "Where?", "options": ["At home", "Outside"]}
MULTI = {"type": "MultiSelect", "label": "Which?", "options": ["Books", "Films", "Games"]}
SCALE = {"type": "RatingScale", "label": "How much?", "min": 0, "max": 5, "minLabel": "Not at all", "maxLabel": "Very"}
RANKING = {"type": "RankingList", "label": "In what order?", "items": ["First aid", "Fire", "Water"]}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)


def call(widget: Any) -> ToolCall:
    return ToolCall("present_widget", {"widget": widget})


def spec(widget: dict[str, Any]) -> dict[str, Any]:
    made = read_spec(call(widget))
    assert made is not None
    return made


@pytest.mark.parametrize("widget", [SINGLE, MULTI, SCALE, RANKING])
def test_a_good_call_is_a_spec_of_its_kind_and_props(widget: dict[str, Any]) -> None:
    props = {name: value for name, value in widget.items() if name != "type"}
    assert spec(widget) == {"root": {"type": widget["type"], "props": props, "children": []}}


def test_texts_become_single_lines_and_what_does_not_belong_is_left_out() -> None:
    made = spec({**SINGLE, "label": " Where\n then? ", "options": ["At\thome ", "Outside"], "colour": "red"})
    assert made["root"]["props"] == {"label": "Where then?", "options": ["At home", "Outside"]}


@each_row(
    "widget",
    [
        None,
        "SingleSelect",
        [],
        {},
        {**SINGLE, "type": "Dropdown"},
        {**SINGLE, "type": ["SingleSelect"]},
        {**SINGLE, "label": "  "},
        {**SINGLE, "label": 7},
        {**SINGLE, "label": "x" * 301},
        {**SINGLE, "label": "\ud800"},
        {**SINGLE, "options": "AB"},
        {**SINGLE, "options": ["Only one"]},
        {**SINGLE, "options": [str(number) for number in range(11)]},
        {**SINGLE, "options": ["Same", " Same"]},
        {**SINGLE, "options": ["Good", ""]},
        {**SINGLE, "options": ["Good", 2]},
        {**SINGLE, "options": ["Good", "x" * 201]},
        {**MULTI, "items": ["A", "B"], "options": None},
        {**RANKING, "items": ["A"]},
        {"type": "RankingList", "label": "Order?", "options": ["A", "B"]},
        {**SCALE, "min": -1},
        {**SCALE, "min": 5},
        {**SCALE, "max": 11},
        {**SCALE, "max": 5.0},
        {**SCALE, "min": False},
        {**SCALE, "min": "1"},
        {**SCALE, "maxLabel": None},
        {**SCALE, "minLabel": "x" * 201},
    ],
)
def test_a_call_that_breaks_a_rule_presents_nothing(widget: Any) -> None:
    assert read_spec(call(widget)) is None


def test_the_limits_themselves_are_allowed() -> None:
    options = [f"{number}".rjust(200, "x") for number in range(10)]
    assert spec({**SINGLE, "label": "x" * 300, "options": options})["root"]["props"]["options"] == options
    assert spec({**SCALE, "min": 9, "max": 10, "minLabel": "", "maxLabel": ""})["root"]["props"]["max"] == 10


@given(JSON)
def test_whatever_a_model_gives_is_a_spec_or_none(widget: Any) -> None:
    for given_input in (
        {"widget": widget},
        {"widget": {**SINGLE, "options": widget}},
        {"widget": {**SCALE, "min": widget}},
    ):
        made = read_spec(ToolCall("present_widget", given_input))
        assert made is None or render_choices(made)
        assert isinstance(salvage_text(ToolCall("present_widget", given_input)), str)


@pytest.mark.parametrize(
    ("widget", "lines"),
    [
        (SINGLE, "- At home\n- Outside"),
        (RANKING, "- First aid\n- Fire\n- Water"),
        (SCALE, "0 (Not at all) – 5 (Very)"),
        ({**SCALE, "minLabel": "", "maxLabel": ""}, "0 – 5"),
    ],
)
def test_a_widget_reads_as_plain_lines(widget: dict[str, Any], lines: str) -> None:
    assert render_choices(spec(widget)) == lines


def test_choices_of_a_scale_are_its_ends() -> None:
    assert list_choices(spec(SCALE)) == ["0 (Not at all)", "5 (Very)"]


@each_row(
    "widget, text",
    [
        ({**SINGLE, "options": ["Only one"]}, "Where?\n\n- Only one"),
        ({**RANKING, "items": ["A", 3, "A"]}, "In what order?\n\n- A\n- A"),
        ({**SCALE, "max": 100}, "How much?"),
        ({"options": ["A", "B"]}, "- A\n- B"),
        ({"label": 3, "options": 4}, ""),
        ("Where?", ""),
    ],
)
def test_of_a_broken_call_question_and_options_are_saved(widget: Any, text: str) -> None:
    assert salvage_text(call(widget)) == text


@each_row(
    "widget, value",
    [
        (SINGLE, "Outside"),
        (MULTI, ["Games"]),
        (MULTI, ["Films", "Books", "Games"]),
        (SCALE, 0),
        (SCALE, 5),
        (RANKING, ["Water", "First aid", "Fire"]),
    ],
)
def test_a_value_that_the_widget_allows_is_given_back(widget: dict[str, Any], value: Any) -> None:
    assert check_value(spec(widget), value) == value


@each_row(
    "widget, value, message",
    [
        (SINGLE, "Elsewhere", "widget_value must be one of the options"),
        (SINGLE, ["Outside"], "widget_value must be one of the options"),
        (SINGLE, None, "widget_value must be one of the options"),
        (SINGLE, {}, "widget_value must be one of the options"),
        (MULTI, [], "widget_value must be a list of options of the widget, each at most once"),
        (MULTI, "Games", "widget_value must be a list of options of the widget, each at most once"),
        (MULTI, ["Games", "Games"], "widget_value must be a list of options of the widget, each at most once"),
        (MULTI, ["Games", "Chess"], "widget_value must be a list of options of the widget, each at most once"),
        (MULTI, [["Games"]], "widget_value must be a list of options of the widget, each at most once"),
        (SCALE, 6, "widget_value must be a whole number from 0 to 5"),
        (SCALE, -1, "widget_value must be a whole number from 0 to 5"),
        (SCALE, 3.0, "widget_value must be a whole number from 0 to 5"),
        (SCALE, True, "widget_value must be a whole number from 0 to 5"),
        (SCALE, "3", "widget_value must be a whole number from 0 to 5"),
        (RANKING, ["Water", "Fire"], "widget_value must hold all items of the widget, each once"),
        (RANKING, ["Water", "Fire", "Fire"], "widget_value must be a list of items of the widget, each at most once"),
    ],
)
def test_any_other_value_is_invalid(widget: dict[str, Any], value: Any, message: str) -> None:
    with pytest.raises(Invalid) as refused:
        check_value(spec(widget), value)
    assert refused.value.message == message


@given(JSON)
def test_no_value_breaks_the_check(value: Any) -> None:
    for widget in (SINGLE, MULTI, SCALE, RANKING):
        with suppress(Invalid):
            assert check_value(spec(widget), value) == value


def test_the_tool_is_strict_and_of_four_kinds() -> None:
    schema = PRESENT_WIDGET.schema
    assert (PRESENT_WIDGET.name, schema["required"], schema["additionalProperties"]) == (
        "present_widget",
        ["text", "widget"],
        False,
    )
    kinds = schema["properties"]["widget"]["anyOf"]
    assert [list(kind["properties"]) for kind in kinds] == [
        ["type", "label", "options"],
        ["type", "label", "options"],
        ["type", "label", "min", "max", "minLabel", "maxLabel"],
        ["type", "label", "items"],
    ]
    for kind in kinds:
        assert (kind["type"], kind["required"], kind["additionalProperties"]) == (
            "object",
            list(kind["properties"]),
            False,
        )
    assert [kind["properties"]["type"]["const"] for kind in kinds] == [
        "SingleSelect",
        "MultiSelect",
        "RatingScale",
        "RankingList",
    ]
