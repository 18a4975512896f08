"""People who take part by the page, as its script does, or over REST, as a client should: what was not answered is sent again."""

import random
import re
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, Protocol
from urllib.parse import urlencode

import msgspec
import urllib3

from tests.e2e.local import LocalCloud
from tests.soak.model import reply_to
from tests.web.browser import Browser, Page

MESSAGES = 5  # that each says
PAUSE = (3.0, 20.0)  # seconds between two of them
DUPLICATES = 0.05  # of the messages are sent twice: at once, or again when they are answered
STUCK_SECONDS = 600.0
COME_BACK = (409, 429, 502, 503, 504)
REQUEST_SECONDS = 120  # the queue in front of a local instance lets nobody go

_SEQUENCE = re.compile(r'data-sequence="(\d+)"')


class Refused(Exception):
    """An answer that no second try mends."""


class Stuck(Exception):
    """No answer in ten minutes, however often it was tried."""


@dataclass
class Way:
    """HTTP to the application as one person uses it; `answers` counts the statuses of everybody."""

    cloud: LocalCloud
    answers: Counter[str]
    number: int
    _http: urllib3.PoolManager = field(init=False)

    def __post_init__(self) -> None:
        # Everybody from an address of their own, where this machine has more than one: so many new people of one network
        # would have to wait for their turn.
        own = (f"127.1.{self.number // 250}.{self.number % 250 + 1}", 0) if sys.platform == "linux" else None
        self._http = urllib3.PoolManager(maxsize=2, source_address=own)

    def send(self, method: str, path: str, body: bytes, headers: dict[str, str]) -> urllib3.BaseHTTPResponse | None:
        """One request; None where the connection broke."""
        try:
            answer = self._http.request(
                method,
                self.cloud.url + path,
                body=body,
                headers=headers,
                redirect=False,
                retries=False,
                timeout=REQUEST_SECONDS,
            )
        except urllib3.exceptions.HTTPError:
            self.answers["no answer"] += 1
            return None
        self.answers[str(answer.status)] += 1
        return answer


def until_done(attempt: Callable[[], float | None]) -> None:
    """Try again after the seconds that a try gives, until it gives None."""
    until = time.monotonic() + STUCK_SECONDS
    while (wait := attempt()) is not None:
        if time.monotonic() > until:
            raise Stuck
        time.sleep(wait + random.random())


class Person(Protocol):
    """Somebody who takes part."""

    name: str

    def join(self) -> None:
        """Come in, and be welcomed."""

    def say(self, words: str, message_id: str) -> str:
        """Say something, as often as it takes; gives the reply."""


@dataclass
class Caller:
    """Somebody over REST."""

    name: str
    way: Way
    session: str

    def join(self) -> None:
        """Join under a key, so that a lost answer is given again."""
        self._post("chat/questions", {"answers": []}, {"Idempotency-Key": f"join-{self.name}"})

    def say(self, words: str, message_id: str) -> str:
        """One turn."""
        given = self._post("chat", {"content": words, "message_id": message_id}, {})
        return str(given["message"]["content"])

    def _post(self, path: str, fields: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        body = msgspec.json.encode({"participant_id": self.name, "participant_name": self.name, **fields})
        sent = {"Authorization": f"Bearer {self.way.cloud.key}", "Content-Type": "application/json", **headers}
        given: dict[str, Any] = {}

        def attempt() -> float | None:
            answer = self.way.send("POST", f"/api/v1/sessions/{self.session}/{path}", body, sent)
            if answer is None or answer.status in COME_BACK:
                return _wait(answer)
            if answer.status != 200:
                raise Refused(f"{self.name}: {answer.status} {answer.data[:200]!r}")
            given.update(answer.json())
            return None

        until_done(attempt)
        return given


@dataclass
class RealBrowser(Browser):
    """The tests' browser, over HTTP."""

    way: Way | None = None

    def request(self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Any:
        """Send anything; the bare answer, of status 503 where there was none."""
        assert self.way
        sent = self.headers | {"Accept-Language": "en"} | (headers or {})
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        answer = self.way.send(method, path, body, sent)
        if answer is None:
            return SimpleNamespace(status_code=503, headers={}, body=b"")
        for header in answer.headers.getlist("set-cookie"):
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return SimpleNamespace(status_code=answer.status, headers=dict(answer.headers), body=answer.data)


@dataclass
class Visitor:
    """Somebody at the page."""

    name: str
    way: Way
    session: str
    _browser: RealBrowser = field(init=False)
    _token: str = field(init=False, default="")
    _after: int = field(init=False, default=0)
    _asked: dict[str, int] = field(init=False, default_factory=dict)  # what the page had when each message was said

    def __post_init__(self) -> None:
        self._browser = RealBrowser(way=self.way)

    def join(self) -> None:
        """Press what the page offers, until there is a box to write in."""
        until_done(self._next_step)

    def say(self, words: str, message_id: str) -> str:
        """One message, as the page's script sends it."""
        fields = {"s": self.session, "token": self._token, "content": words, "again": message_id}
        body = urlencode(fields).encode()
        after, shown = self._asked.setdefault(message_id, self._after), ""

        def attempt() -> float | None:
            nonlocal shown
            answer = self._ask(body, after)
            if answer is None:
                return 1.0
            news = answer.json()
            if "message assistant" in news.get("entries", ""):
                self._after, shown = max(self._after, news["after"]), news["entries"]
                return None
            if not (news["kept"] or news["retry"]):
                raise Refused(f"{self.name}: {answer.status} {news['notice']}")
            return _wait(answer)

        until_done(attempt)
        return reply_to(words) if reply_to(words) in shown else shown

    def _next_step(self) -> float | None:
        page = self._browser.chat({"id": self.session})
        self._after = max([0, *map(int, _SEQUENCE.findall(page.html))])
        if page.has_form("Send"):
            self._token = page.form("Send").fields["token"]
            return None
        for button in ("Start the conversation", "Try again", "Show it"):
            if page.has_form(button):
                return self._press(page, button)
        if page.status not in COME_BACK:
            raise Refused(f"{self.name}: {page.status} {page.text[:200]}")
        return 2.0

    def _press(self, page: Page, button: str) -> float:
        answer = self._browser.post(page.form(button))
        return float(answer.headers.get("Retry-After", 1)) if answer.status_code in COME_BACK else 0.0

    def _ask(self, body: bytes, after: int) -> urllib3.BaseHTTPResponse | None:
        """An answer of the application; None for one of the gateway's own, or none at all."""
        headers = {
            **self._browser.headers,
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._browser.cookies.items()),
            "X-Harmonica": "page",
            "X-Harmonica-Token": self._token,
        }
        answer = self.way.send("POST", f"/chat/live?s={self.session}&after={after}", body, headers)
        return None if answer is None or answer.status in (502, 504) else answer


def _wait(answer: urllib3.BaseHTTPResponse | None) -> float:
    return float(answer.headers.get("retry-after", 1)) if answer is not None else 1.0


@dataclass
class Crowd:
    """Everybody: half of them at pages, half over REST. What each was answered is in `acknowledged`, by name."""

    cloud: LocalCloud
    session: str
    people: int
    seconds: float
    chance: random.Random
    acknowledged: dict[str, list[str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    answers: Counter[str] = field(default_factory=Counter)
    duplicates: int = 0

    def talk(self) -> None:
        """Come, one after the other, and talk; returns when everybody has said everything."""
        kinds: tuple[type[Caller] | type[Visitor], ...] = (Caller, Visitor)
        crowd: list[Person] = [
            kinds[number % 2](f"p{number:04d}", Way(self.cloud, self.answers, number), self.session)
            for number in range(self.people)
        ]
        comes = sorted(self.chance.uniform(0, self.seconds) for _ in crowd)
        seeds = [self.chance.random() for _ in crowd]
        threads = [
            threading.Thread(target=self._take_part, args=(person, at, random.Random(seed)), daemon=True)
            for person, at, seed in zip(crowd, comes, seeds, strict=True)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _take_part(self, person: Person, comes: float, chance: random.Random) -> None:
        said = self.acknowledged.setdefault(person.name, [])
        time.sleep(comes)
        try:
            person.join()
            for number in range(1, MESSAGES + 1):
                time.sleep(chance.uniform(*PAUSE))
                words = f"The bus is late, I wait for it every day ({person.name}-{number:02d})"
                self._say(person, words, chance)
                said.append(words)
        except Stuck:
            self.problems.append(f"{person.name} is stuck after {len(said)} messages")
        except Exception as error:  # whatever it is, it is one person's, and told in the end
            self.problems.append(f"{person.name} after {len(said)} messages: {type(error).__name__} {error}")

    def _say(self, person: Person, words: str, chance: random.Random) -> None:
        message_id, replies = str(uuid.UUID(int=chance.getrandbits(128), version=4)), []
        kind = chance.random()
        if kind < DUPLICATES / 2:
            with ThreadPoolExecutor(2) as both:
                replies = list(both.map(lambda _: person.say(words, message_id), range(2)))
        else:
            replies = [person.say(words, message_id)]
            if kind < DUPLICATES:
                replies.append(person.say(words, message_id))
        self.duplicates += len(replies) - 1
        self.problems.extend(
            f"{words[-9:-1]} was answered {reply[:80]!r}" for reply in replies if reply != reply_to(words)
        )
