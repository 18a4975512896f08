"""`kill -9` in the middle of a consultation, for `tests/infra/local/test_cloud.py`."""

import threading
from collections.abc import Iterator
from itertools import islice

from infra.demo import ASKS_FOR_PATIENCE, AT_ONCE, CORPORA, Api, Statement, read_people
from tests.e2e.local import LocalCloud
from tests.e2e.test_main_job import current_summary, wait_for

HEARD = 30  # messages, at least, that the save has to hold
MOST = 5  # statements of a person, of whom one has made ninety
NEWCOMERS = 4  # people who begin once the cloud is back
PAUSE = 10.0  # seconds between two messages of a person, while there are enough


class Crowd:
    """People who talk, eight at a time; what was acknowledged is noted, in its order, as author and text."""

    def __init__(self, api: Api, session: str, people: dict[str, list[Statement]]) -> None:
        self.began: list[str] = []
        self.acknowledged: list[tuple[str, str]] = []
        self._refused: list[str] = []
        self._api, self._session = api, session
        self._people: Iterator[tuple[str, list[Statement]]] = iter(people.items())
        self._next = threading.Lock()
        self._hurries = threading.Event()
        self._hurries.set()
        self._threads = [threading.Thread(target=self._talk, daemon=True) for _ in range(AT_ONCE)]

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        """Wait until all who have begun have said everything; nothing was refused them."""
        for thread in self._threads:
            thread.join()
        assert not self._refused, self._refused

    def take_time(self) -> None:
        """Speak on, with pauses: how much is said does not depend on how long something else takes."""
        self._hurries.clear()

    def hurry(self) -> None:
        """Speak without pauses again."""
        self._hurries.set()

    def let_in(self, most: int) -> None:
        """Let this many more people begin, and then nobody."""
        with self._next:
            self._people = islice(self._people, most)

    def _talk(self) -> None:
        try:
            self._talk_for_all()
        except SystemExit as refused:  # which would end the thread without a word
            self._refused.append(str(refused))

    def _talk_for_all(self) -> None:
        while True:
            with self._next:
                author, statements = next(self._people, ("", []))
                if not author:
                    return
                self.began.append(author)
            for statement in statements:
                self._hurries.wait(PAUSE)
                body = {"participant_id": author, "participant_name": "", "content": statement.text}
                path = f"/sessions/{self._session}/chat"
                self._api.expect(200, "POST", path, {**body, "message_id": statement.id})
                self.acknowledged.append((author, statement.text))


def kill_amid_a_crowd(cloud: LocalCloud) -> None:
    """Kill a cloud and start it again: every acknowledged message is there but those of the last seconds, and all goes on."""
    api = Api(cloud.url, cloud.key)
    session = api.expect(201, "POST", "/sessions", CORPORA["bowling-green"].session)["id"]
    people = {author: said[:MOST] for author, said in read_people(CORPORA["bowling-green"]).items()}
    crowd = Crowd(api, session, people)
    crowd.start()
    # The first words of a session wait for its facilitation prompt, and a save may come before them.
    wait_for("words that were heard", lambda: len(crowd.acknowledged) >= HEARD)
    crowd.take_time()
    acknowledged = len(crowd.acknowledged)
    # The first save that ends from now on may have begun before; one behind it holds all that was acknowledged until now.
    _saved_again(cloud, _saved_again(cloud, None))
    crowd.hurry()
    api.sent_again = ASKS_FOR_PATIENCE | {502}  # a gateway's, with nobody behind it
    cloud.kill()
    cloud.start()
    api.sent_again = ASKS_FOR_PATIENCE
    before, heard = len(crowd.began), len(crowd.acknowledged)
    crowd.let_in(NEWCOMERS)
    crowd.join()
    assert len(crowd.began) == before + NEWCOMERS
    stored = {
        person["external_id"]: [m["content"] for m in person["messages"] if m["role"] == "user"]
        for person in cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    }
    safe = crowd.acknowledged[:acknowledged] + crowd.acknowledged[heard:]
    assert acknowledged >= HEARD
    lost = [(author, said) for author, said in safe if said not in stored.get(author, [])]
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
