"""Where others are told that people stand: never where somebody takes a side alone."""

from chalicelib.model import STANCES, Theme
from chalicelib.services.synthesis.visibility import tellable_stances
from tests.example_tables import each_row


@each_row(
    "stances, told",
    [
        ((2, 5, 2, 2), (2, 5, 2, 2)),
        ((2, 5, 0, 1), (2, 5, 0, 1)),
        ((2, 5, 1, 2), (2, 5, 0, 3)),  # the one who is for it in part is among those without a clear side
        ((2, 5, 1, 0), None),  # and would be known there alone
        ((1, 5, 0, 2), None),
        ((1, 5, 1, 2), None),
        ((0, 0, 1, 1), (0, 0, 0, 2)),
    ],
)
def test_a_side_of_one_hides_all_unless_it_can_be_counted_with_those_without_one(
    stances: tuple[int, int, int, int], told: tuple[int, int, int, int] | None
) -> None:
    theme = Theme("Days", "", sum(stances), stances=dict(zip(STANCES, stances, strict=True)))
    assert tellable_stances(theme, 2) == (dict(zip(STANCES, told, strict=True)) if told else {})
    one_network = Theme("Days", "", sum(stances), stances=theme.stances, sources=1)
    assert tellable_stances(one_network, 2) == {}
