"""Which cells of a table of people are hidden, so that no number under five can be read from it or worked out.

The table parts the same people twice: each is in one row and one column. Whoever reads it may know the total of every row and column,
since pages show how many gave which answer, and who speaks of what. The rule:

1. A cell of fewer than five is hidden, a cell of nobody too: that nobody of a group says something tells of each of them.
2. No hidden cell has only one value with which all totals come out: while one has, others are hidden, too, as few people in them as it
   takes. So where anything of a row or column is hidden, two cells of it are at least.

Hidden cells look all the same, whichever of the two hid them.
"""

from collections.abc import Sequence
from heapq import heappop, heappush
from typing import Final

FEWEST: Final = 5  # people in a cell that is shown

Cell = tuple[int, int]
Table = Sequence[Sequence[int]]


def find_hidden(table: Table) -> frozenset[Cell]:
    """The cells of this table that are hidden, by row and column."""
    hidden = {(row, column) for row, line in enumerate(table) for column, people in enumerate(line) if people < FEWEST}
    while more := _find_next(table, hidden):
        hidden |= more
    return frozenset(hidden)


def _find_next(table: Table, hidden: set[Cell]) -> set[Cell]:
    """What is hidden next: the fewest people in cells that are shown, because of which some hidden cell has one value only."""
    for cell in sorted(hidden):
        ways = [_find_way(table, hidden, cell, adds=True)]
        if table[cell[0]][cell[1]]:
            ways.append(_find_way(table, hidden, cell, adds=False))
        people, way = min((it for it in ways if it), default=(0, ()))
        if people:
            return set(way) - hidden
    return set()


def _find_way(table: Table, hidden: set[Cell], cell: Cell, *, adds: bool) -> tuple[int, tuple[Cell, ...]] | None:
    """The cells that give a hidden cell another value, with all totals the same, and how many people are in those that are shown.

    One person more here, where it `adds`, is one less in another cell of the column, one more in that cell's row, and so on, until the
    way comes back to this row; one less here goes the other way round. None has fewer people than this way (Dijkstra).
    """
    queue: list[tuple[int, bool, int, tuple[Cell, ...]]] = [(0, False, cell[1], ())]
    done = set()
    while queue:
        people, is_row, index, way = heappop(queue)
        if is_row and index == cell[0]:
            return people, way
        if (is_row, index) in done:
            continue
        done.add((is_row, index))
        takes = is_row != adds
        for other in range(len(table[0]) if is_row else len(table)):
            step = (index, other) if is_row else (other, index)
            held = table[step[0]][step[1]]
            if step != cell and (held or not takes):
                heappush(queue, (people + (0 if step in hidden else held), not is_row, other, (*way, step)))
    return None
