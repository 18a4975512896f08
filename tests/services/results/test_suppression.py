"""Nobody reads a number of fewer than five people from a slice, nor works one out."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.services.results.suppression import FEWEST, Cell, find_hidden

Table = list[list[int]]


def tables(rows: int, columns: int, most: int) -> st.SearchStrategy[Table]:
    """Tables of two rows and columns at least, in which no row and no column is empty, as those of slices are."""

    def of(size: tuple[int, int]) -> st.SearchStrategy[Table]:
        line = st.lists(st.integers(0, most), min_size=size[1], max_size=size[1])
        return st.lists(line, min_size=size[0], max_size=size[0])

    sizes = st.tuples(st.integers(2, rows), st.integers(2, columns))
    return sizes.flatmap(of).filter(lambda it: all(map(any, it)) and all(map(any, zip(*it, strict=True))))


def shown_as(table: Table) -> tuple[list[list[int | None]], frozenset[Cell]]:
    """What a reader sees."""
    hidden = find_hidden(table)
    cells = [[None if (r, c) in hidden else it for c, it in enumerate(line)] for r, line in enumerate(table)]
    return cells, hidden


def rows_with(total: int, line: list[int | None]) -> Iterator[list[int]]:
    """Every row with this total that has what is shown of this one."""
    left = total - sum(it for it in line if it is not None)
    for values in product(range(left + 1), repeat=line.count(None)):
        if sum(values) == left:
            hidden = iter(values)
            yield [next(hidden) if it is None else it for it in line]


@given(tables(6, 6, 40))
def test_no_cell_under_five_is_shown_and_none_is_hidden_alone(table: Table) -> None:
    cells, _ = shown_as(table)
    for line in [*cells, *zip(*cells, strict=True)]:
        assert all(it >= FEWEST for it in line if it is not None)
        assert list(line).count(None) != 1


@given(tables(3, 3, 7))
def test_no_hidden_number_can_be_worked_out_from_all_totals(table: Table) -> None:
    """By going through every table that has the same totals and the same shown cells."""
    cells, hidden = shown_as(table)
    totals = [sum(column) for column in zip(*table, strict=True)]
    values: dict[Cell, set[int]] = {cell: set() for cell in hidden}
    for rows in product(*(rows_with(sum(all_of_it), line) for all_of_it, line in zip(table, cells, strict=True))):
        if [sum(column) for column in zip(*rows, strict=True)] == totals:
            for row, column in hidden:
                values[row, column].add(rows[row][column])
    assert [cell for cell, found in values.items() if len(found) < 2] == []


@pytest.mark.parametrize(
    ("table", "shown"),
    [
        ([[9, 8], [7, 6]], [[9, 8], [7, 6]]),
        ([[9, 2], [7, 6]], [[None, None], [None, None]]),
        (
            [[12, 3, 1, 9], [14, 6, 5, 8], [9, 7, 6, 5]],
            [[12, None, None, 9], [14, None, None, 8], [9, 7, 6, 5]],
        ),
        ([[6, 0, 0], [7, 8, 9]], [[None, None, None], [None, None, None]]),
    ],
    ids=["none", "two by two", "a second in each row and column", "unanimous"],
)
def test_what_is_hidden_is_little_where_little_is_enough(table: Table, shown: list[list[int | None]]) -> None:
    assert shown_as(table)[0] == shown
