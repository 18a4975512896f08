"""What of a theme others may be told: nothing that one person only said."""

import pytest

from chalicelib.services.synthesis.hearing import hear
from chalicelib.services.synthesis.telling import Common
from tests.services.builders import digest, point, session

SAID = (
    digest("ann", point("Buses", "a1", quote="The evening buses to Rosenberg are full, ask Zoe.")),
    digest("bob", point("Buses", "b1", quote="An evening bus would help; parking is dear at the Zebulon factory.")),
    digest("cat", point("Parking and Zebulon", "c1", quote="Parking costs too much, 24 a day.")),
    digest("dan", point("計程車", "d1", quote="計程車太貴，王小明也這樣說"), point("費率", "d2", quote="費率不公平")),
    digest("eve", point("計程車", "e1", quote="計程車的費率太高")),
)


@pytest.fixture
def common() -> Common:
    return Common(hear(SAID), session(topic="Getting around Springfield", critical="Night shifts?"))


@pytest.mark.parametrize(
    "text",
    [
        "Evening buses",
        "The parking and the bus, in the evening",
        "Getting around Springfield at night",
        "A bus shift",
        "計程車費率",
        "計程車與費率",
        "Bus 24",
    ],
)
def test_what_two_wrote_or_the_host_named_may_be_told(common: Common, text: str) -> None:
    assert common.may_tell(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Buses to Rosenberg",
        "Zebulon parking",  # one wrote it; the other point only has it in a model's words
        "Zoe's bus",
        "Unheard matters",
        "王小明",
        "計程車王小明",
        "Bus 1234",
        "Bus 12a",
        "bus@evening",
        "https://evening",
        "evening.bus",
        "@bus",
    ],
)
def test_what_could_tell_who_it_was_is_not(common: Common, text: str) -> None:
    assert not common.may_tell(text)
