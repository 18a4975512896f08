"""What a session passes on: the sides of a theme are counted by people, as what is told of it is."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from chalicelib.model import RegisteredTheme, Summary, Theme, ThemeRegistry
from chalicelib.services.synthesis.aggregate import aggregate_digests
from chalicelib.services.synthesis.conclusions import conclude
from tests.services.builders import digest, point, view

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REGISTRY = ThemeRegistry(1, (RegisteredTheme("t1", "More buses", ""),), 1)
THEME = Theme("More buses", "Many people want more buses.", 6, id="t1")
SUMMARY = Summary("", NOW, "test-model", 6, 6, "People spoke of more buses.", (THEME,))


@pytest.mark.parametrize(("together", "kind"), [((), "tension"), (("d", "e", "f"), "settled")])
def test_conversations_that_may_be_one_persons_are_no_side(together: tuple[str, ...], kind: str) -> None:
    said = aggregate_digests(
        [
            digest(name, point("More buses", "buses", theme="t1", stance=stance))
            for names, stance in (("abc", "for"), ("def", "against"))
            for name in names
        ]
    )
    said = replace(said, sources=dict.fromkeys(together, "n1"))
    (told,) = conclude(view(), SUMMARY, said, REGISTRY, NOW).points
    assert (told.kind, told.label) == (kind, "More buses")
