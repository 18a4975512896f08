"""`make demo`: people of a real consultation talk to the running instance, and its summary and brief are written to
files.

Each author of the data set joins as one participant and says their statements in order, eight people at a time. Data:
Polis, see `tests/data/polis/NOTICE.md`.
"""

import csv
import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import urllib3
from msgspec import Struct

from infra.local.instance import local_folder

DATA = Path(__file__).parent.parent / "tests" / "data" / "polis"
AT_ONCE = 8
LEAST_STATEMENTS = 3
PATIENCE_SECONDS = 900.0  # for one request, through queues, limits and restarts
SYNTHESIS_SECONDS = 1800.0
ASKS_FOR_PATIENCE = frozenset((409, 429, 503))


class Corpus(Struct, frozen=True):
    """A data set, and the session that its question makes."""

    file: str
    session: dict[str, Any]


CORPORA = {
    "bowling-green": Corpus(
        "bowling-green.csv",
        {
            "topic": "Improving Bowling Green / Warren County",
            "goal": (
                "What do you believe should change in Bowling Green/Warren County in order to make it a better place to live, "
                "work and spend time?"
            ),
            "critical": "Which changes matter most to residents, and why.",
            "questions": [],
        },
    ),
    "uberx-taiwan": Corpus(
        "uberx-taiwan.csv",
        {
            "topic": "UberX 在台灣應該如何規範",
            "goal": "了解大家認為 Uber 與計程車在台灣應該如何規範",
            "critical": "哪些規範最重要，以及理由",
            "questions": [],
            "language": "zh-TW",
        },
    ),
}


class Statement(Struct, frozen=True):
    """One thing somebody said; the id names it for ever."""

    id: str
    text: str


class Api:
    """The REST API with one key."""

    def __init__(self, url: str, key: str) -> None:
        self._base = f"{url}/api/v1"
        self._headers = {"Authorization": f"Bearer {key}"}
        self.sent_again = ASKS_FOR_PATIENCE  # statuses after which a request is sent again
        self._told = False
        self._http = urllib3.PoolManager(maxsize=AT_ONCE, retries=False, timeout=300)

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> urllib3.BaseHTTPResponse:
        """A request that is sent again while the service asks for patience, or is away; anything else unexpected ends the demo."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            sent_again = self.sent_again  # as it is now: what was sent during a restart may be answered after it
            try:
                answer = self._http.request(method, self._base + path, json=body, headers=self._headers)
            except urllib3.exceptions.HTTPError as error:
                if time.monotonic() > until:
                    raise SystemExit(f"{method} {path}: no answer: {error}") from error
                time.sleep(1)
                continue
            if answer.status not in sent_again or time.monotonic() > until:
                return answer
            self._tell_once(answer)
            time.sleep(float(answer.headers.get("Retry-After", 1)))

    def _tell_once(self, answer: urllib3.BaseHTTPResponse) -> None:
        """Say why nothing moves, the first time that the facilitator is out of reach."""
        if answer.status == 503 and not self._told:
            self._told = True
            print(f"  Waiting, since the application says: {answer.json()['error']['message']}", flush=True)

    def expect(self, status: int, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """The JSON of an answer that must have this status."""
        answer = self.call(method, path, body)
        if answer.status != status:
            raise SystemExit(f"{method} {path}: {answer.status} {answer.data.decode()[:500]}")
        return dict(answer.json())


class Progress:
    """Tells how far the talk is: in one line that is written over, or where it can't be, in a new one now and then."""

    def __init__(self, people: int, statements: int) -> None:
        self._people, self._statements = people, statements
        self._joined = self._said = 0
        self._lock = threading.Lock()
        self._in_place = sys.stdout.isatty()

    def joined(self) -> None:
        """Somebody is in."""
        with self._lock:
            self._joined += 1
            self._tell()

    def said(self) -> None:
        """A statement is stored, and answered."""
        with self._lock:
            self._said += 1
            self._tell(milestone=self._said % (self._statements // 10 or 1) == 0 or self._said == self._statements)

    def _tell(self, *, milestone: bool = False) -> None:
        line = f"  {self._joined} of {self._people} people joined, {self._said} of {self._statements} statements said"
        if self._in_place:
            print(f"\r{line}", end="\n" if self._said == self._statements else "", flush=True)
        elif milestone:
            print(line, flush=True)


def read_people(corpus: Corpus) -> dict[str, list[Statement]]:
    """Authors with at least three statements, each with what they said, in order."""
    with (DATA / corpus.file).open(newline="", encoding="utf-8") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (int(row["timestamp"]), int(row["comment-id"])))
    people: dict[str, list[Statement]] = {}
    for row in rows:
        said = Statement(row["comment-id"], row["comment-body"].strip())
        people.setdefault(row["author-id"], []).append(said)
    return {author: said for author, said in people.items() if len(said) >= LEAST_STATEMENTS}


def run(api: Api, corpus: Corpus, folder: Path) -> str:
    """The whole demo; gives the lines that sum it up."""
    began = time.monotonic()
    people = read_people(corpus)
    statements = sum(len(said) for said in people.values())
    session = api.expect(201, "POST", "/sessions", corpus.session)
    print(f"{len(people)} people take part, {AT_ONCE} at a time, in {session['join_url']}", flush=True)
    progress = Progress(len(people), statements)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda person: _talk(api, session["id"], progress, *person), people.items()))
    talked = time.monotonic() - began
    responses = api.expect(200, "GET", f"/sessions/{session['id']}/responses")
    problems = check(people, responses["data"])
    if problems:
        raise SystemExit("\n".join(problems))
    print("Waiting for the summary and the brief of it …", flush=True)
    summary, brief = _await_synthesis(api, session["id"], responses["data"])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "summary.md").write_text(summary)
    (folder / "SESSION.md").write_text(brief)
    (folder / "responses.json").write_text(json.dumps(responses, ensure_ascii=False, indent=1))
    results = api.expect(200, "GET", f"/sessions/{session['id']}")["results_url"]
    return (
        f"{len(people)} participants, {statements} statements, each stored once and in order; talked for {talked:.0f} s, "
        f"summary and brief {time.monotonic() - began - talked:.0f} s later\n"
        f"Results: {results}\n"
        f"Files:   {folder}/summary.md, SESSION.md, responses.json"
    )


def check(people: dict[str, list[Statement]], responses: Sequence[dict[str, Any]]) -> list[str]:
    """What is lost, doubled, out of order or in a stranger's thread; empty where every statement is there once."""
    stored = {
        person["external_id"]: [m["content"] for m in person["messages"] if m["role"] == "user"] for person in responses
    }
    said = {author: [statement.text for statement in statements] for author, statements in people.items()}
    if stored.keys() != said.keys():
        return [f"Participants differ: {sorted(stored.keys() ^ said.keys())}"]
    return [
        f"Participant {author}: what is stored differs from what was said"
        for author in said
        if stored[author] != said[author]
    ]


def _talk(api: Api, session_id: str, progress: Progress, author: str, statements: Sequence[Statement]) -> None:
    who = {"participant_id": author, "participant_name": ""}
    # A 400 says that an earlier try, whose answer was lost, has joined already.
    joined = api.call("POST", f"/sessions/{session_id}/chat/questions", {**who, "answers": []})
    if joined.status not in (200, 400):
        raise SystemExit(f"chat/questions: {joined.status} {joined.data.decode()[:500]}")
    progress.joined()
    for statement in statements:
        said = {**who, "content": statement.text, "message_id": statement.id}
        api.expect(200, "POST", f"/sessions/{session_id}/chat", said)
        progress.said()


def _await_synthesis(api: Api, session_id: str, responses: Sequence[dict[str, Any]]) -> tuple[str, str]:
    """Summary and brief that cover the last message."""
    last = max(person["last_message_at"] for person in responses)
    until = time.monotonic() + SYNTHESIS_SECONDS
    while time.monotonic() < until:
        summary = api.expect(200, "GET", f"/sessions/{session_id}/summary")
        brief = api.call("GET", f"/sessions/{session_id}/session-md")
        if summary["status"] == "current" and summary["generated_at"] > last and brief.status == 200:
            made_from = f'summary_generated_at: "{summary["generated_at"][:19]}'
            if made_from in brief.data.decode():
                return summary["summary"], brief.data.decode()
        time.sleep(1)
    raise SystemExit(f"No summary of the last message within {SYNTHESIS_SECONDS:.0f} s: {summary['status']}")


def main() -> None:
    """Run the demo of DATA (default bowling-green) against the instance of LOCAL_DIR."""
    name = os.environ.get("DATA") or "bowling-green"
    if name not in CORPORA:
        raise SystemExit(f"DATA={name} is no data set; there are: {', '.join(CORPORA)}")
    file = local_folder() / "harmonica.env"
    if not file.exists():
        raise SystemExit(f"No instance in {file.parent}: start one with `make run`")
    values = dict(line.split("=", 1) for line in file.read_text().splitlines())
    print(run(Api(values["HARMONICA_API_URL"], values["HARMONICA_API_KEY"]), CORPORA[name], local_folder() / "demo"))


if __name__ == "__main__":
    main()
