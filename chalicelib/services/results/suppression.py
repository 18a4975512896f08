"""Which cells of a table of people are hidden, so that no number under five can be read from it or worked out.

The table parts the same people twice: each is in one row and one column. Whoever reads it may know the total of every row and column,
since pages show how many gave which answer, and who speaks of what. The rule:

1. A cell of fewer than five is hidden, a cell of nobody too: that nobody of a group says something tells of each of them.
2. Where some cells of a row or column are hidden and others shown, at least two are hidden, and those are five people or more
   together: the smallest that is shown is hidden, too, until that is so.
3. No hidden cell has only one value with which all totals come out: while one has, more is hidden.

A row or column that is hidden as a whole may come to fewer: its total is told elsewhere. Hidden cells look all the same, whichever
of the three hid them.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

FEWEST: Final = 5  # people in a cell that is shown

Cell = tuple[int, int]
Table = Sequence[Sequence[int]]


def find_hidden(table: Table) -> frozenset[Cell]:
    """The cells of this table that are hidden, by row and column."""
    hidden = {(row, column) for row, column, people in _cells(table) if people < FEWEST}
    while more := _find_unprotected(table, hidden) or _find_exposed(table, hidden):
        hidden |= more
    return frozenset(hidden)


def _cells(table: Table) -> Iterator[tuple[int, int, int]]:
    return ((row, column, people) for row, line in enumerate(table) for column, people in enumerate(line))


def _lines(table: Table) -> Iterator[list[Cell]]:
    """Every row and every column."""
    rows, columns = range(len(table)), range(len(table[0]) if table else 0)
    yield from ([(row, column) for column in columns] for row in rows)
    yield from ([(row, column) for row in rows] for column in columns)


def _find_unprotected(table: Table, hidden: set[Cell]) -> set[Cell]:
    """What has to be hidden by the second rule in the first line that breaks it."""
    for line in _lines(table):
        covered = [cell for cell in line if cell in hidden]
        shown = [cell for cell in line if cell not in hidden]
        if covered and shown and (len(covered) == 1 or sum(map(_of(table), covered)) < FEWEST):
            return {min(shown, key=_of(table))}
    return set()


def _find_exposed(table: Table, hidden: set[Cell]) -> set[Cell]:
    """What is hidden next because some hidden cell has one value only: the smallest shown cell of its row and column, else of all."""
    for cell in sorted(hidden):
        if _is_fixed(table, hidden, cell):
            shown = [(row, column) for row, column, _ in _cells(table) if (row, column) not in hidden]
            near = [it for it in shown if it[0] == cell[0] or it[1] == cell[1]]
            if shown:
                return {min(near or shown, key=_of(table))}
    return set()


def _of(table: Table) -> Callable[[Cell], int]:
    return lambda cell: table[cell[0]][cell[1]]


def _is_fixed(table: Table, hidden: set[Cell], cell: Cell) -> bool:
    """Whether no other whole numbers in the hidden cells, none below zero, have the same totals and another value here.

    One person more here is one less in another cell of the column, one more in that cell's row, and so on, until the way comes back to
    this row; one less here goes the other way round.
    """
    row, column = cell
    others = hidden - {cell}
    fuller = {it for it in others if table[it[0]][it[1]] > 0}  # from which one can be taken
    more = _leads(column, row, takes=fuller, gives=others)
    less = table[row][column] > 0 and _leads(column, row, takes=others, gives=fuller)
    return not (more or less)


def _leads(column: int, row: int, takes: set[Cell], gives: set[Cell]) -> bool:
    """Whether a way leads from a column to a row, from column to row by cells in `takes`, from row to column by cells in `gives`."""
    columns, rows = {column}, set[int]()
    while True:
        reached = {it[0] for it in takes if it[1] in columns} - rows
        if not reached:
            return False
        if row in reached:
            return True
        rows |= reached
        columns |= {it[1] for it in gives if it[0] in rows}
