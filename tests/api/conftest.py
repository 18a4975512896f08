"""At the API's door summaries are written one digest at a time; three people may have spoken already."""

import pytest

from chalicelib.services.synthesis import digest_runner
from tests.api.hosts import Host
from tests.api.jobs import asked, summarise, write_brief
from tests.api.participants import SAID
from tests.clock import FakeClock


@pytest.fixture(autouse=True)
def one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """The in-memory AWS bears no second thread."""
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)


@pytest.fixture
def people(host: Host, clock: FakeClock) -> tuple[str, dict[str, str]]:
    """A session in which three people spoke, with a summary and a brief; and their participant ids."""
    session = host.new_session(prompt="Ask.")["id"]
    ids = {}
    for name, words in SAID.items():
        ids[name] = host.say(session, words, name, participant_name=name).json_body["thread_id"]
        clock.advance(1)
    assert summarise(session)
    assert write_brief(session)
    clock.advance(60)
    asked("summaries")
    return session, ids
