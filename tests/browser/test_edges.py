"""The states beside a conversation: no barrier that axe-core knows, nothing that sticks out."""

from tests.browser.edges import EDGES, WORDY
from tests.browser.looks import examine_all
from tests.browser.stage import Stage


def test_every_state_beside_a_conversation_is_without_barriers_and_fits_every_screen(stage: Stage) -> None:
    assert examine_all(stage, EDGES, WORDY) == []
