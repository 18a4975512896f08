"""A table as one test fails with each of its rows that does."""

import pytest

from tests.example_tables import each_row


def test_every_row_is_run_and_all_that_fail_are_told() -> None:
    seen = []

    @each_row("one, other", [(1, 1), (1, 2), (3, 3), (3, 4)])
    def equal(one: int, other: int, limit: int) -> None:
        seen.append((one, other, limit))
        assert one == other

    with pytest.raises(ExceptionGroup, match="2 of 4 rows") as raised:
        equal(limit=5)
    assert seen == [(1, 1, 5), (1, 2, 5), (3, 3, 5), (3, 4, 5)]
    assert [error.__notes__ for error in raised.value.exceptions] == [["in the row (1, 2)"], ["in the row (3, 4)"]]
