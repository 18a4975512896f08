"""What is exported, imported and exported again is the same; and who had a conversation finds it."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis.strategies import booleans

from chalicelib.store.item_kinds import KINDS
from tests.api.hosts import new_host
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.infra.movement.stages import Stages, items_in, secret_here
from tests.infra.movement.state_machine import EVERYTHING, Story, stories, tell
from tests.snapshots import restore_snapshot, take_snapshot

EXAMPLES = int(os.environ.get("EXAMPLES", "12"))
ORDINARY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_every_kind_of_item_has_decided_whether_it_moves() -> None:
    assert [kind.name for kind in KINDS if kind.moving is None] == []
    assert [kind.name for kind in KINDS if kind.moving and not kind.moving.because] == []
    assert [kind.name for kind in KINDS if kind.export and kind.moves] == []  # what is its owner's always moves


def test_any_session_is_the_same_in_another_stage(
    stages: Stages, clock: FakeClock, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself without the secret of its stage, with all others along with it; whatever has happened in it."""
    host = new_host()
    begun = take_snapshot()

    @ORDINARY
    @example(EVERYTHING, False)
    @example(EVERYTHING, True)
    @given(stories, booleans())
    def moves(steps: Any, with_secret: bool) -> None:
        stages.leave("s" * 64)
        restore_snapshot(begun)
        story = Story(host, clock)
        tell(story, steps)
        what = ("stage", "--with-secret") if with_secret else ("session", story.session)
        before, again = stages.export(*what), stages.export(*what)
        assert items_in(before) == items_in(again)
        stages.leave()
        stages.run("import", str(before))
        after = stages.export(*what)
        assert items_in(after) == items_in(before)
        assert secret_here() == ("s" if with_secret else "t") * 64

    moves()
