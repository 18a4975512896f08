"""`kill -9` in the middle of a consultation."""

import threading
import time
from collections.abc import Iterator

import pytest

from infra.demo import AT_ONCE, CORPORA, Api, Statement, read_people
from tests.e2e.local import LocalCloud, free_port
from tests.e2e.test_main_job import current_summary, wait_for

HEARD = 50  # messages, at least, that the save has to hold


@pytest.fixture
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    running = LocalCloud(tmp_path_factory.mktemp("power"), free_port())
    try:
        yield running.start()
    finally:
        running.stop()


class Crowd:
    """People who talk, eight at a time, and note what was acknowledged and when."""

    def __init__(self, api: Api, session: str, people: dict[str, list[Statement]]) -> None:
        self.acknowledged: list[tuple[float, str, str]] = []
        self._api, self._session = api, session
        self._people = iter(people.items())
        self._next = threading.Lock()
        self._threads = [threading.Thread(target=self._talk, daemon=True) for _ in range(AT_ONCE)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until everybody has said everything."""
        for thread in self._threads:
            thread.join()

    def let_no_more_in(self) -> None:
        """Let those who talk say all they have, and nobody else begin."""
        with self._next:
            self._people = iter(())

    def _talk(self) -> None:
        while True:
            with self._next:
                person = next(self._people, None)
            if person is None:
                return
            author, statements = person
            for statement in statements:
                body = {"participant_id": author, "participant_name": "", "content": statement.text}
                path = f"/sessions/{self._session}/chat"
                self._api.expect(200, "POST", path, {**body, "message_id": statement.id})
                self.acknowledged.append((time.monotonic(), author, statement.text))


def test_a_killed_cloud_has_every_acknowledged_message_but_those_of_the_last_seconds(cloud: LocalCloud) -> None:
    api = Api(cloud.url, cloud.key)
    session = api.expect(201, "POST", "/sessions", CORPORA["bowling-green"].session)["id"]
    people = read_people(CORPORA["bowling-green"])
    crowd = Crowd(api, session, people)
    crowd.start()
    # The first words of a session wait for its facilitation prompt, and a save may come before them.
    wait_for("words that were heard", lambda: len(crowd.acknowledged) >= HEARD)
    first = _saved_again(cloud, None)
    acknowledged = len(crowd.acknowledged)
    # What the next save begins with is later than the end of this one: it holds all that was acknowledged until now.
    _saved_again(cloud, first)
    cloud.kill()
    cloud.start()
    crowd.let_no_more_in()
    crowd.join()
    stored = {
        person["external_id"]: [m["content"] for m in person["messages"] if m["role"] == "user"]
        for person in cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    }
    safe = crowd.acknowledged[:acknowledged]
    assert len(safe) >= HEARD
    lost = [(author, said) for _, author, said in safe if said not in stored.get(author, [])]
    assert lost == []
    for author, texts in stored.items():
        said = [statement.text for statement in people[author]]
        assert [text for text in said if text in texts] == texts, f"{author}: doubled or out of order"
    last = cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    newest = max(person["last_message_at"] for person in last)
    wait_for("summary", lambda: current_summary(cloud, session, newest))
    assert cloud.call("GET", f"/sessions/{session}").json()["participant_count"] == len(stored)


def _saved_again(cloud: LocalCloud, before: float | None) -> float:
    """Wait until the cloud has saved its tables anew; when it did."""
    file = cloud.folder / "state" / "dynamodb.json"
    known = before if before is not None else file.stat().st_mtime if file.exists() else 0.0

    def look() -> float:
        return file.stat().st_mtime if file.exists() and file.stat().st_mtime != known else 0.0

    return float(wait_for("save", look))
