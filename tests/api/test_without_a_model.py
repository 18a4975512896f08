"""A whole session without a language model, through the API: a plain script asks, and code lists what was answered.

Nothing said is turned round, nothing is made a theme that nobody asked about, and nothing is said to be missing.
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import app
from chalicelib import container
from chalicelib.llm.scripted.catalogue import list_catalogues, read_catalogue
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.store.sessions import EVERYTHING
from chalicelib.text.normalise import fold
from tests import events
from tests.api.hosts import Host, new_host
from tests.api.jobs import done, summarise, write_brief
from tests.clock import FakeClock
from tests.conftest import forget_wiring
from tests.events import Context

PEOPLE = tomllib.loads((Path(__file__).parents[1] / "data" / "answers.toml").read_text(encoding="utf-8"))
CLAIMS = (
    "Nobody",
    "nobody",
    "no one",
    "little in common",
    "Agreements",
    "Tensions",
    "Minority views",
    "Open questions",
)


@pytest.fixture
def host(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Host:
    """Ana, on a deployment without a language model."""
    monkeypatch.setattr(container, "model", cache(ScriptedModel))
    return new_host()


def new_session(host: Host, **fields: Any) -> str:
    """A session with its facilitation prompt."""
    session = str(host.new_session(**fields)["id"])
    assert done(app.write_prompt(events.batch(events.message(session)), Context()))
    return session


def talk(host: Host, session: str, person: str, said: list[str]) -> list[dict[str, Any]]:
    """One person's conversation; the facilitator's messages."""
    heard = [host.join(session, person).json_body["message"]]
    heard += [host.say(session, words, person).json_body["message"] for words in said]
    return heard


def summed_up(host: Host, session: str, clock: FakeClock) -> dict[str, Any]:
    """The session once its summary and its brief are written."""
    clock.advance(60)
    assert summarise(session)
    assert write_brief(session)
    found: dict[str, Any] = host.get(f"/sessions/{session}")
    assert found["summary_status"] == "current"
    return found


def asked_of(session: str) -> list[str]:
    """The questions of the session's prompt."""
    prompt = container.sessions().view(session, EVERYTHING, None).prompt
    assert prompt
    return re.findall(r"^\d+\. (.+)$", prompt.text, re.MULTILINE)


def repeats(reply: str, said: str) -> bool:
    """Whether a reply has four words in a row of what was said."""
    words = fold(said).split()
    return any(" ".join(words[at : at + 4]) in fold(reply) for at in range(len(words) - 3))


def claims_in(text: str) -> list[str]:
    """What a document claims in its own words, and not in those of participants."""
    own = "\n".join(line for line in text.splitlines() if not line.startswith(">"))
    return [claim for claim in CLAIMS if claim in own]


def test_ten_careful_conversations(host: Host, clock: FakeClock) -> None:
    fields = PEOPLE["depot"]
    session = new_session(host, **fields["session"])
    said: dict[str, list[str]] = fields["people"]
    for person, words in said.items():
        *asked, closing = talk(host, session, person, words)
        assert closing["is_final"], person
        for reply in asked:
            assert not reply["is_final"]
            assert not any(repeats(reply["content"], answer) for answer in words), reply["content"]
        for answer in words[:-1]:
            assert f"“{answer[:199]}" in closing["content"] or len(answer.split()) < 4
    found = summed_up(host, session, clock)
    summary = container.sessions().view(session, EVERYTHING, None).summary
    assert summary
    questions = asked_of(session)
    assert [theme.label for theme in summary.themes] == questions[:-1]  # to the last one everybody only ended
    for place, theme in enumerate(summary.themes):
        assert theme.participants == sum(len(words) - 1 > place for words in said.values())
        assert len(theme.quotes) == 5
        assert all(quote.text in {answer for words in said.values() for answer in words} for quote in theme.quotes)
    for text in (found["summary"], found["session_md"]):
        assert claims_in(text) == []
        assert "Nothing to add" not in text
    assert "## What is critical\n\n" in found["summary"]
    assert found["summary"].index("## What is critical") < found["summary"].index("## Questions and answers")


def test_words_of_many_are_counted_by_people_and_without_stop_words(host: Host, clock: FakeClock) -> None:
    session = new_session(host)
    for number in range(4):
        talk(
            host, session, f"p{number}", ["The soup, the soup and again the soup was cold.", f"Dish {number} is fine."]
        )
    talk(host, session, "p5", ["Only I spoke of the dumplings, three times dumplings."])
    found = summed_up(host, session, clock)["summary"]
    assert "## Words that at least 3 participants used" in found
    line = found.split("participants used\n\n")[1].split("\n")[0]
    assert "soup (4)" in line
    assert "cold (4)" in line
    assert "dumplings" not in line
    assert "the (" not in line


def test_what_several_write_in_the_same_words_is_said_once_and_counted(host: Host, clock: FakeClock) -> None:
    session = new_session(host, prompt="1. Which day suits you best?\n2. Why is that so?")
    for number, day in enumerate(
        ["Any Friday is best", "any friday is best.", "Any Friday is best", "Never on Monday, please"]
    ):
        talk(host, session, f"p{number}", [day])
    found = summed_up(host, session, clock)["summary"]
    assert "**Which day suits you best?** — 4 of 4 participants" in found
    assert "In the same words: Any Friday is best (3)." in found
    assert "> Never on Monday, please" in found


@pytest.mark.parametrize("language", sorted(PEOPLE["languages"]))
def test_five_people_in_any_language_are_in_the_summary(host: Host, clock: FakeClock, language: str) -> None:
    people = PEOPLE["languages"][language]
    session = new_session(host, topic=people["topic"], goal=people["goal"], language=language)
    words = read_catalogue(people["catalogue"])
    for number, answer in enumerate(people["answers"]):
        opening, reply, closing = talk(host, session, f"p{number}", [answer, words.endings[0]])
        assert words.script in opening["content"]
        assert reply["content"].endswith(asked_of(session)[1])
        assert closing["content"].startswith(words.closing)
        assert closing["is_final"]
        assert answer in closing["content"]
    found = summed_up(host, session, clock)
    for text in (found["summary"], found["session_md"]):
        assert all(escaped(answer) in text for answer in people["answers"]), text
    assert found["summary"].count("\n> ") == len(people["answers"])


def escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>~|])", r"\\\1", text)


def test_the_example_of_the_readme_reads_right(host: Host, clock: FakeClock) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    fields = dict(re.findall(r'"(topic|goal|critical)": "([^"]*)"', readme)[:3])
    session = new_session(host, **fields)
    said = re.findall(r'^say (\w+) (\d) "(.*)"$', readme, re.MULTILINE)
    for who in re.findall(r"^join (\w+) ", readme, re.MULTILINE):
        assert host.join(session, who).status_code == 200
        for number, words in [(number, words) for speaker, number, words in said if speaker == who]:
            host.say(session, words, who, message_id=number)
    found = summed_up(host, session, clock)
    assert len(said) == 4
    for text in (found["summary"], found["session_md"]):
        assert all(f"> {words}" in text for _, _, words in said)
        assert claims_in(text) == []
    critical, rest = found["summary"].split("## Questions and answers")
    assert [words for _, number, words in said if f"> {words}" in critical] == [
        words for _, n, words in said if n == "2"
    ]
    assert all(f"> {words}" in rest for _, number, words in said if number == "1")


def test_what_keeps_people_away_stands_under_what_is_critical(host: Host, clock: FakeClock) -> None:
    session = new_session(host, topic="Our office", goal="Decide", critical="What keeps people from coming in")
    heard = talk(
        host, session, "ada", ["We moved there in spring, all of us.", "The noise in the open space keeps me away."]
    )
    assert "What keeps people from coming in" in heard[1]["content"]
    critical = summed_up(host, session, clock)["summary"].split("## Questions and answers")[0]
    assert critical.startswith("## What is critical")
    assert "> The noise in the open space keeps me away." in critical


def test_long_questions_and_a_long_critical_matter_are_told_apart_and_stand_where_they_belong(
    host: Host, clock: FakeClock
) -> None:
    long = "Thinking of the years before and after the move to the new building by the river, " * 3
    session = new_session(
        host, prompt=f"1. {long} what was better?\n2. {long} what was worse?", critical=f"{long}what was worse?"
    )
    for person in range(5):
        talk(
            host,
            session,
            f"p{person}",
            [f"The view was better for person {person}.", f"The noise is worse for {person}."],
        )
    found = summed_up(host, session, clock)
    critical, rest = found["summary"].split("## Questions and answers")
    assert critical.count("> The noise is worse for") == 5
    assert rest.count("> The view was better for") == 5
    assert found["session_md"].count("\n> ") == 10
    assert "eft out here" not in found["session_md"]


def test_what_is_critical_now_is_shown_as_critical(host: Host, clock: FakeClock) -> None:
    session = new_session(host, critical="The budget of the office")
    talk(host, session, "p1", ["I sit there daily.", "It is far too small, this budget."])
    host.call("PATCH", f"/sessions/{session}", {"critical": "What keeps people away"})
    assert done(app.write_prompt(events.batch(events.message(session)), Context()))
    talk(host, session, "p2", ["I sit there weekly.", "The noise keeps me away."])
    critical, rest = summed_up(host, session, clock)["summary"].split("## Questions and answers")
    assert "> The noise keeps me away." in critical
    assert "> It is far too small, this budget." in rest


def test_words_of_danger_are_answered_with_care_and_stand_in_no_list(
    host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HELP_TEXT", "Call 116 016")
    forget_wiring()
    session = new_session(host)
    danger = "I want to kill myself"
    heard = talk(
        host, session, "p1", ["The soup was cold all week.", danger, "It is fine, go on.", "A warmer kitchen.", "stop"]
    )
    care, again = heard[2]["content"], heard[3]["content"]
    assert care == f"{read_catalogue('en').care}\n\nCall 116 016"
    assert "?" not in care
    assert again.endswith(read_catalogue("en").questions[1])
    assert danger not in heard[-1]["content"]
    found = summed_up(host, session, clock)
    assert "> The soup was cold all week." in found["summary"]
    assert danger not in found["summary"] + found["session_md"]
    assert danger in str(host.get(f"/sessions/{session}/responses"))


def test_a_session_in_which_nobody_answered_anything_has_no_summary(host: Host, clock: FakeClock) -> None:
    session = new_session(host)
    talk(host, session, "p1", ["Who reads this?", "👍", "That's all."])
    clock.advance(60)
    assert summarise(session)
    assert (host.get(f"/sessions/{session}")["summary"], host.get(f"/sessions/{session}/summary")["status"]) == (
        None,
        "none",
    )


def test_a_summary_on_demand_is_the_same_list(host: Host, clock: FakeClock) -> None:
    session = new_session(host)
    talk(host, session, "p1", ["Soup is what most of us eat."])
    clock.advance(60)
    given = host.call("POST", f"/sessions/{session}/summary").json_body
    assert given["status"] == "current"
    assert "> Soup is what most of us eat." in given["summary"]


def test_without_a_known_language_the_script_answers_in_that_of_the_messages(host: Host, clock: FakeClock) -> None:
    session = new_session(host, topic="Lunch", goal="Find out what people eat", prompt="Talk about lunch.")
    heard = talk(host, session, "p1", ["Ich esse mittags meistens nur ein Brot, weil die Schlange so lang ist."])
    assert read_catalogue("en").script in heard[0]["content"]
    assert heard[1]["content"].endswith(read_catalogue("de").questions[1])


def test_the_catalogues_have_no_question_or_phrase_twice() -> None:
    for words in list_catalogues():
        told = [*words.questions, words.scale, *words.probes, *words.acknowledged, *words.after]
        assert len(set(map(fold, told))) == len(told)
        assert len(set(words.endings)) == len(words.endings)
