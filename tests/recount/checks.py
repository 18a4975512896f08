"""What the pages and the API say of a session, held against what was counted from the tables.

Each check takes what is stored and the two doors. A number that is not what is stored fails it.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.api.hosts import Host
from tests.recount import counts
from tests.recount.reading import Reading
from tests.recount.stored import Person, Stored
from tests.web.browser import Browser, Page

PROGRESS = {
    "joined": "joined, has said nothing yet",
    "talking": "in conversation",
    "quiet": "went quiet",
    "completed": "finished",
    "left": "ended without a word",
}
PAGE = 50
_SAYS_LESS = re.compile(r"[?&](lang=|remove=|stance=[^f])")
_ANCHOR = re.compile(r'id="message-([0-9a-f-]{36})"')


@dataclass(frozen=True)
class Doors:
    """How a host asks: over REST, and on pages in English; at a moment, of a session that is over or not."""

    host: Host
    browser: Browser
    session: str
    now: datetime
    is_over: bool = False

    def get(self, path: str) -> Any:
        """What REST has at this address below the session's."""
        return self.host.get(f"/sessions/{self.session}{path}")

    def text(self, path: str) -> str:
        """A file of the session's."""
        answer = self.host.call("GET", f"/sessions/{self.session}{path}")
        assert answer.status_code == 200, answer.body
        return str(answer.body.decode())

    def open(self, path: str) -> Page:
        """A page of the session's."""
        page = self.browser.open(f"/sessions/{self.session}{path}")
        assert page.status == 200, (path, page.status)
        return page

    def pages(self) -> dict[str, Page]:
        """Every page about the session that links lead to, for members and for others, by its address."""
        found: dict[str, Page] = {}
        waiting = [f"/sessions/{self.session}", f"/results?s={self.session}&as=others"]
        while waiting:
            path = waiting.pop()
            found[path] = self.browser.open(path)
            waiting += [it for it in self.links_of(found[path]) if it not in {*found, *waiting}]
        return found

    def links_of(self, page: Page) -> list[str]:
        """The addresses of other pages about the session: in one language, and without those that say less than another one."""
        links = dict.fromkeys(map(_address, page.links))
        ours = (f"/sessions/{self.session}", f"/results?s={self.session}")
        return [it for it in links if it.startswith(ours) and not _SAYS_LESS.search(it)]

    def walk(self, path: str) -> Iterator[dict[str, Any]]:
        """A list of REST's, page by page."""
        found = self.get(f"{path}limit={PAGE}")
        while True:
            yield found
            if not found.get("next_cursor"):
                return
            found = self.get(f"{path}limit={PAGE}&cursor={found['next_cursor']}")

    def turn(self, path: str) -> Iterator[Page]:
        """A list of the pages', page by page."""
        page = self.open(path)
        while True:
            yield page
            more = [link for link in page.links if f"{path}?cursor=" in link]
            if not more:
                return
            page = self.browser.open(more[-1].partition("#")[0])


def check_everything(stored: Stored, doors: Doors, gathered: Mapping[str, Sequence[str]] | None = None) -> None:
    """All of it. `gathered` are the themes in each of the summary's, by its label; where it is None each stands for itself."""
    check_people(stored, doors)
    check_people_page(stored, doors)
    check_activity(stored, doors)
    check_recap(stored, doors)
    check_summary(stored, doors, gathered)
    check_quotes(stored, doors)
    check_tables(stored, doors)


def check_people(stored: Stored, doors: Doors) -> None:
    """Who joined, how far everybody is, how much they said, what they entered."""
    session = doors.get("")
    people = [it for it in stored.people if not it.test]
    progress = counts.count_progress(stored, doors.is_over, doors.now)
    assert (session["participant_count"], session["completed_count"]) == (len(people), progress["completed"])
    listed = [it for page in doors.walk("/responses?mode=list&include=all&") for it in page["data"]]
    assert [it["participant_id"] for it in listed] == [it.id for it in by_first_words(stored.people)]
    told = {it["participant_id"]: it for it in listed}
    for person in stored.people:
        found = told[person.id]
        assert found["progress"] == counts.progress(person, doors.is_over, doors.now), person.id
        assert found["message_count"] == len(person.said), person.id
        assert (found["included"], found["test"]) == (person.included, person.test)
        assert (found["rating"], found["participant_name"]) == (person.head.get("rating"), person.name)
        assert [it["answer"] for it in found["answers"]] == [it["answer"] for it in person.form.values()]


def check_people_page(stored: Stored, doors: Doors) -> None:
    """The same on the page of people."""
    tables = [Reading(page.html).table_of("people") for page in doors.turn("/people")]
    rows = [dict(zip(table.rows[0], row, strict=True)) for table in tables for row in table.body]
    people = by_first_words(stored.people)
    assert len(rows) == len(people)
    for row, person in zip(rows, people, strict=True):
        state = PROGRESS[counts.progress(person, doors.is_over, doors.now)]
        state += " · test run" * person.test + " · left out of the results" * (not person.included)
        assert (row["State"], row["Messages"]) == (state, str(len(person.said)))
        assert row.get("Rating", "") == str(person.head.get("rating") or "")
        assert row["Name"].startswith(person.name or "")


def check_activity(stored: Stored, doors: Doors) -> None:
    """How many are how far, whether new themes still come up, and the newest words."""
    told, people = doors.get("/activity"), [it for it in stored.people if not it.test]
    progress = counts.count_progress(stored, doors.is_over, doors.now)
    shown = {name.removesuffix("_count"): told[name] for name in told if name.endswith("_count")}
    assert shown.pop("participant") == len(people)
    assert shown.pop("excluded") == sum(not it.included for it in people)
    assert {name: count for name, count in shown.items() if count} == dict(progress)
    saturation = told["saturation"]
    conversations, fresh = counts.new_themes(stored)
    assert (saturation["conversations"], saturation["themes"]) == (conversations, sum(fresh))
    assert saturation["new_themes"] == sum(fresh[-saturation["last"] :])
    step = saturation["step"]
    assert saturation["new_by_step"] == [sum(fresh[at : at + step]) for at in range(0, len(fresh), step)]
    words = [it for it in told["events"] if "content" in it]
    newest = sorted((it for it in stored.people if it.included and it.spoke), key=lambda it: (it.said[-1].at, it.id))
    assert [(it["participant_id"], it["message_id"], it["content"]) for it in words] == [
        (it.id, it.said[-1].id, it.said[-1].words) for it in newest[-len(words) :]
    ]


def check_recap(stored: Stored, doors: Doors) -> None:
    """What each person holds, what several speak of, and what nobody else brought up."""
    pages = list(doors.walk("/recap?"))
    everybody = [it for it in by_first_words(stored.people) if it.included and it.spoke]
    said = [it for page in pages for it in page["participants"]]
    assert [it["participant_id"] for it in said] == [it.id for it in everybody]
    for found, person in zip(said, everybody, strict=True):
        assert (found["gist"] or "") == person.digest.get("gist", "")
        assert [_point(it) for it in found["points"]] == [
            (it["text"], it["quote"], stored.live(it.get("theme")), it.get("stance", "neutral"), it["message_id"])
            for it in person.points
        ]
    common = counts.common_themes(stored)
    for page in pages:
        told = {it["id"]: (it["label"], it["participants"], it["stances"]) for it in page["themes"]}
        assert told == common
        assert page["total"] == sum(person.spoke for person in stored.counted)
    sizes = [it["participants"] for it in pages[0]["themes"]]
    assert sizes == sorted(sizes, reverse=True)
    alone = [(it["participant_id"], it["message_id"], it["text"]) for page in pages for it in page["unique"]]
    assert Counter(alone) == Counter(counts.unique_points(stored))


def check_summary(stored: Stored, doors: Doors, gathered: Mapping[str, Sequence[str]] | None) -> None:
    """How many people speak of each theme of the summary, and where they stand."""
    for theme in doors.get("/summary")["themes"]:
        named = gathered[theme["label"]] if gathered is not None else [theme["id"]]
        people = counts.carriers_of_any(stored, named)
        assert (theme["participants"], theme["stances"]) == (len(people), counts.by_stance(people)), theme["label"]


def check_quotes(stored: Stored, doors: Doors) -> None:
    """Every quote is verbatim in the message that it names, and that is of somebody who is part of the results."""
    summary = doors.get("/summary")
    told = [*summary["quotes"], *(it for theme in summary["themes"] for it in theme["quotes"])]
    found = [(it["text"], it["message_id"]) for it in told]
    for page in doors.walk("/recap?"):
        points = [point for person in page["participants"] for point in person["points"]]
        found += [(it["quote"], it["message_id"]) for it in points]
    found += [(it["text"], it["message_id"]) for it in _insight_quotes(doors)]
    assert found
    for words, message in found:
        check_quote(stored, words, message)


def check_quote(stored: Stored, words: str, message: str, person: str = "") -> None:
    """These words are in this message of somebody who is part of the results."""
    of = {entry.id: (it.id, entry.words) for it in stored.people if it.included for entry in it.said}
    assert message in of, (words, message)
    assert " ".join(words.split()) in " ".join(of[message][1].split()), (words, message)
    assert person in ("", of[message][0])


def check_quotes_of_page(stored: Stored, html: str) -> int:
    """The same of everything that a page quotes, and of all messages that it leads to; gives how many quotes it has."""
    page = Reading(html)
    everything = "\n".join(" ".join(entry.words.split()) for it in stored.people if it.included for entry in it.said)
    for quote in page.quotes:
        assert quote.words in everything, quote
        if quote.message:
            check_quote(stored, quote.words, quote.message, quote.person)
    for person, message in page.named:
        check_quote(stored, "", message, person)
    return len(page.quotes)


def check_conversation(person: Person, html: str) -> None:
    """The page of a conversation has every message of it, once, under its own address."""
    found = _ANCHOR.findall(html)
    assert found == [entry.id for entry in person.log]
    text = " ".join(Reading(html).text.split())
    for entry in person.said:
        assert " ".join(entry.words.split()) in text, entry


def check_tables(stored: Stored, doors: Doors) -> None:
    """The rows of the exports: one a person of the results, and one a message of theirs."""
    people = [it for it in stored.people if it.included]
    rows = _rows(doors.text("/export?format=csv"))
    assert {row["participant_id"] for row in rows} == {it.id for it in people}
    assert len(rows) == len(people)
    by_id = {it.id: it for it in people}
    texts = {question["id"]: question["text"] for question in stored.questions}
    for row in rows:
        person = by_id[row["participant_id"]]
        assert (row["name"], row["rating"]) == (person.name or "", str(person.head.get("rating") or ""))
        assert bool(row["completed_at"]) == (person.concluded and person.spoke)
        for question, text in texts.items():
            assert row[text] == person.form.get(question, {}).get("answer", "")
        for label, value in _chosen(person):
            assert row[label] == ("; ".join(value) if isinstance(value, list) else str(value))
    said = _rows(doors.text("/export?format=csv&parts=transcripts"))
    assert {(row["message_id"], row["participant_id"], row["content"].removeprefix("'")) for row in said} == {
        (entry.id, it.id, entry.words.removeprefix("'")) for it in people for entry in it.log
    }
    assert len(said) == sum(len(it.log) for it in people)


def by_first_words(people: Sequence[Person]) -> list[Person]:
    """People in the order of lists: those who spoke, by their first words, then those who did not, by when they came."""
    return sorted(people, key=lambda it: (not it.spoke, it.said[0].at if it.spoke else it.began, it.id))


def _address(link: str) -> str:
    """An address without the place in the page, from the root."""
    address = link.partition("#")[0]
    return f"/{address}" if address.startswith("results?") else address


def _chosen(person: Person) -> Iterator[tuple[str, Any]]:
    """What somebody chose in each widget, by what it asks; of the same one the last counts."""
    asked, found = "", dict[str, Any]()
    for entry in person.log:
        if entry.widget is not None:
            asked = entry.widget["root"]["props"]["label"]
        elif entry.value is not None:
            found[asked] = entry.value
    yield from found.items()


def _point(of: dict[str, Any]) -> tuple[str, str, str | None, str, str]:
    return of["text"], of["quote"], of["theme_id"], of["stance"], of["message_id"]


def _insight_quotes(doors: Doors) -> Iterator[dict[str, Any]]:
    for insight in doors.get("/insights")["data"]:
        yield from insight["quotes"]


def _rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
