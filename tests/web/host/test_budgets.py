"""What a host's request to a page costs: the calls to AWS that it makes, warm."""

import pytest

from tests.api.hosts import Host
from tests.api.test_budgets import Meter
from tests.api.test_budgets import meter as meter
from tests.web.browser import Browser
from tests.web.host.test_brief import brief_of, type_words
from tests.web.host.visitor import send, sign_in

CALLS_TO_ADMIT = 2  # the network's allowance, and whose browser it is
BELL = 1  # of whole pages: how much the host has not read


@pytest.fixture
def ana(host: Host, ben: Browser) -> Browser:
    """Her browser; the process is warm."""
    browser = sign_in(ben, "ana@example.com")
    browser.open(f"/sessions/{host.new_session(prompt='Ask.')['id']}")
    browser.open("/")
    return browser


def test_a_page_costs_these_calls_to_be_shown(host: Host, ana: Browser, meter: Meter) -> None:
    for _ in range(6):
        draft = host.new_session(draft=True, context="c")["id"]
    session = host.new_session(prompt="Ask.", context="c")["id"]
    person = host.say(session, "Soup").json_body["thread_id"]
    costs = {
        # The drafts, the other sessions, and for each list, and for that of projects, in which the host has a role; whose the account
        # is, and whether that address is invited anywhere.
        "/": 5,
        "/account": 5,  # which items are the user's, what they say, whether there is a digest; the drafts, the other sessions
        "/account/harmonica-md": 1,
        "/account/export": 1,
        "/notifications": 0,  # the list counts for the bell
        "/account/telegram": 1,
        "/keys": 2,
        f"/sessions/{session}": 2,  # the session, the user's Telegram groups
        f"/sessions/{draft}": 3,
        f"/sessions/{session}/brief": 1,
        f"/sessions/{session}/prompt": 3,
        f"/sessions/{session}/prompt?version=1": 2,
        f"/sessions/{session}/form": 1,
        f"/sessions/{session}/settings": 1,
        f"/sessions/{session}/summary": 1,
        f"/sessions/{session}/summaries": 2,
        f"/sessions/{session}/review": 2,  # the session, the heads
        f"/sessions/{session}/history": 3,  # the session, its prompts, the other texts
        f"/sessions/{session}/history?revision=context-1": 2,
        f"/sessions/{session}/recap": 4,  # the session, for its page and for the recap, the heads, the digests
        f"/sessions/{session}/people": 8,  # the session three times, the heads twice, words, forms, records
        f"/sessions/{session}/people?part=live": 4,
        f"/sessions/{session}/similarity": 3,  # the session, for its page and for the comparison, the heads
        f"/sessions/{session}/people/{person}": 4,  # the session, and with the person, the messages, the heads
    }
    for path in costs:
        ana.open(path)
    meter.sent.clear()
    found = {path: meter.of(ana.get(path), 200) - CALLS_TO_ADMIT - BELL * ("?part=" not in path) for path in costs}
    assert found == costs


def test_saving_costs_these_calls(host: Host, ana: Browser, meter: Meter) -> None:
    draft = host.new_session(draft=True, context="c")["id"]
    brief = brief_of(ana.open(f"/sessions/{draft}/brief?step=goal"))
    settings = ana.open(f"/sessions/{draft}/settings").noted_form()
    meter.sent.clear()
    assert meter.of(type_words(ana, f"/sessions/{draft}/brief", brief, goal="Words"), 200) - CALLS_TO_ADMIT == 3
    assert (
        meter.of(send(ana, f"/sessions/{draft}/settings", settings, duration_minutes="20"), 303) - CALLS_TO_ADMIT == 3
    )
