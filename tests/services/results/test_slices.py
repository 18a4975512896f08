"""Slices: groups that everybody is in once, and numbers that are right and of five people at least."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import STANCES, RegisteredTheme, ThemeRegistry
from chalicelib.services.results.answers import Answers
from chalicelib.services.results.counted import Group, list_counted
from chalicelib.services.results.form_answers import QuestionAnswers
from chalicelib.services.results.slices import LEAST_GROUP, Slice, make_slice
from chalicelib.services.results.suppression import FEWEST
from chalicelib.services.results.widget_answers import WidgetAnswers
from tests.services.builders import thread

REGISTRY = ThemeRegistry(1, (RegisteredTheme("t1", "Rota"), RegisteredTheme("t2", "Breaks")), 2)
SAYS = st.one_of(st.none(), st.sampled_from(STANCES))
PERSON = st.tuples(st.sampled_from(["Days", "Nights", "Weekends", ""]), SAYS, SAYS, st.integers(0, 10))
Person = tuple[str, str | None, str | None, int]


def answers_of(people: Mapping[str, Person]) -> Answers:
    """People, each with a shift, their stances on two themes, and what they chose on a scale; nought is no choice."""
    given = {name: it[0] for name, it in people.items() if it[0]}
    shifts = [
        Group(shift, tuple(name for name, it in given.items() if it == shift)) for shift in sorted({*given.values()})
    ]
    question = QuestionAnswers("q", "Shift?", "choices", len(people), tuple(shifts), given, offered=len(shifts))
    values = [Group(str(value), tuple(name for name, it in people.items() if it[3] == value)) for value in range(1, 11)]
    chose = tuple(name for name, it in people.items() if it[3])
    widget = WidgetAnswers("w", "RatingScale", "How good?", tuple(values), chose, 0, len(people) - len(chose))
    heads = {name: thread(name, message_count=1) for name in people}
    return Answers(heads, (question,), (widget,), [*heads.values()])


def slice_of(of: str, people: Mapping[str, Person]) -> Slice:
    stances = {
        theme: {name: str(it[place]) for name, it in people.items() if it[place]}
        for theme, place in (("t1", 1), ("t2", 2))
    }
    return make_slice(of, "q", answers_of(people), stances, REGISTRY)


def people_of(*groups: tuple[int, Person]) -> dict[str, Person]:
    """So many people of each kind."""
    return {f"{place}.{number}": it for place, (count, it) in enumerate(groups) for number in range(count)}


@given(st.lists(PERSON, min_size=20, max_size=80).filter(lambda it: any(person[0] for person in it)))
def test_what_is_shown_is_right_and_of_five_and_two_slices_tell_no_more_together(drawn: list[Person]) -> None:
    people = {str(number): person for number, person in enumerate(drawn)}
    themes, one = slice_of("themes", people), slice_of("t1", people)
    speaks = [column.id for column in themes.columns].index("t1") if any(it[1] for it in drawn) else None
    for made in (themes, one, slice_of("w", people)):
        assert sum(it.rest for it in made.rows) == any(not it[0] for it in drawn)
        assert sorted(answer for row in made.rows for answer in row.answers) == sorted({it[0] for it in drawn if it[0]})
        for row in made.rows:
            assert all(cell is None or cell >= FEWEST for cell in (row.people, *row.cells))
            assert row.people is None or row.people >= LEAST_GROUP or not any(row.cells)
    for row, of_all in zip(one.rows, themes.rows, strict=True):
        group = [it for it in drawn if it[0] in row.answers or (row.rest and not it[0])]
        for column, cell in zip(one.columns, row.cells, strict=True):
            assert cell in (None, sum((it[1] or "") == column.id for it in group))
        if speaks is not None and of_all.cells[speaks] is None:
            assert not any(row.cells)


def test_a_group_too_small_for_two_cells_is_counted_with_the_largest() -> None:
    people = people_of(
        (14, ("Days", "for", None, 1)),
        (11, ("Days", None, None, 1)),
        (8, ("Nights", "for", None, 1)),
        (6, ("Nights", None, None, 1)),
        (2, ("Weekends", "for", None, 1)),
        (1, ("", None, None, 1)),
    )
    made = slice_of("themes", people)
    assert [(it.answers, it.rest, it.people, it.cells) for it in made.rows] == [
        (("Days", "Weekends"), True, 28, (16,)),
        (("Nights",), False, 14, (8,)),
    ]
    assert (made.whole.people, made.whole.cells) == (42, (24,))


def test_nothing_is_shown_of_groups_that_are_all_too_small() -> None:
    made = slice_of("t1", people_of((9, ("Days", "for", None, 1)), (30, ("Nights", "for", None, 1))))
    assert (made.is_empty, [it.answers for it in made.rows]) == (True, [("Days",), ("Nights",)])


@pytest.mark.parametrize("size", [4, 5, 6, 7, 10])
def test_a_scale_of_more_than_three_values_has_a_low_a_middle_and_a_high_band(size: int) -> None:
    people = people_of(
        *((12, (shift, None, None, value)) for shift in ("Days", "Nights") for value in range(1, min(size, 10) + 1))
    )
    found = answers_of(people)
    widget = found.widgets[0]
    cut = WidgetAnswers("w", widget.type, widget.label, widget.groups[:size], widget.answered, 0, 0)
    made = make_slice("w", "q", Answers(found.counted, found.questions, (cut,), found.heads), {}, REGISTRY)
    assert len([it for it in made.columns if not it.rest]) == 3


def test_a_test_run_is_nobodys_and_who_is_left_out_does_not_count() -> None:
    heads = [thread("1"), thread("2", test=True), thread("3", test=True, included=False), thread("4", included=False)]
    assert [head.id for head in list_counted(heads)] == ["1"]
