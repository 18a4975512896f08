"""Every state of every page: no barrier that axe-core knows, nothing that sticks out; a picture of each for people to look at."""

import pytest

from tests.browser.devices import Devices
from tests.browser.facilitator import Facilitator
from tests.browser.looks import examine
from tests.browser.states import STATES, Stage, waiting
from tests.e2e.local import LocalCloud

pytestmark = pytest.mark.timeout(300)
DIRECTIONS = {"en": "ltr", "ar": "rtl"}


@pytest.fixture(params=DIRECTIONS)
def stage(request: pytest.FixtureRequest, devices: Devices, scripted: LocalCloud, model: Facilitator) -> Stage:
    """Left to right, and right to left."""
    return Stage(devices, scripted, model, str(request.param))


def test_every_state_is_without_barriers_and_fits_every_screen(stage: Stage) -> None:
    direction = DIRECTIONS[stage.tongue]
    wrong: list[str] = []
    for state in STATES:
        page = state(stage)
        wrong += examine(page, state.__name__.replace("_", "-"), direction)
        page.context.close()
        stage.model.forget()
    with waiting(stage) as page:
        wrong += examine(page, "waiting", direction)
    assert wrong == []
