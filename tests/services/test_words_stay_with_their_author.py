"""What one participant says is theirs: no request of another thread has it, nor anything that is stored of or shown to others.

The host's summary does. The facilitator here says back all that it is shown for a turn. Once the digests coin labels of
plain matters, and once one puts what was said into labels and descriptions: then others' digests are shown those labels,
which they have to be to find the same theme, and nobody else is shown anything of it.
"""

import json
import re
from functools import cache
from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request
from chalicelib.services.synthesis import digest_runner
from chalicelib.services.synthesis.brief_job import write_session_brief
from chalicelib.services.synthesis.scratchpad import FIRST_MINUTES
from chalicelib.services.synthesis.summary_job import JOB_SECONDS, summarise
from chalicelib.services.synthesis.visibility import results_for
from tests.clock import own_time
from tests.conversation import Conversation, participant
from tests.faults import Interviewer
from tests.llm.queued import calls, prompt_of, says, steering_of
from tests.snapshots import Snapshots

OWN_WORDS = (
    *("zyzzogeton", "quillfeather", "mumblethorpe", "snickerdoodling", "flibbert"),  # words
    *("Zebulon", "Quixworth", "Zoë", "王小明", "Пржевальский", "Łucja", "O'Brannigan"),  # names
    *("Brimblewick", "Ødegårdshaugen", "蘑菇巷", "Wobbegong Bay", "Quagmire-on-Sea"),  # places
    *("48151623", "zq@quagmire.example", "https://quagmire.example/zq"),
)
BUSES, GARDENS, TOADS = "Evening buses", "Quiet gardens", "Toads"
MATTERS = {"buses": BUSES, "gardens": GARDENS, "toads": TOADS}
CARRIERS = [f"The {word} buses in the evening matter to me." for word in ("late", "last", "few", "slow", "full")]
OTHER = "I like to sit in the gardens near my street, because it is quiet there, and green, and I can read for an hour."
LONG = f"{OTHER} " * 60
LISTENERS = 6


def own_words_in(text: str) -> list[str]:
    return [word for word in OWN_WORDS if word in text]


class Scribe(Interviewer):
    """A model that remembers who each request is for; `leaks` says whether its digests name themes in what was said."""

    leaks = False
    speaking = ""

    def __init__(self) -> None:
        super().__init__()
        self.turns: list[tuple[str, Request]] = []

    def complete(self, request: Request, _: Deadline) -> Reply:
        """A turn says back what it is shown, and now and then first nothing; digests and summaries are made by rule."""
        self.requests.append(request)
        if request.task == "turn":
            self.turns.append((self.speaking, request))
            shown = "\n".join(it.attributes["label"] + it.text for it in tags.read("theme", steering_of(request)[0]))
            return says("" if len(self.turns) % 5 == 0 else f"({len(self.turns)}) {shown} And what else?")
        if request.task == "digest":
            points = [point for said in _said(request) for point in self._points(request, said)]
            return calls("record_digest", {"points": points})
        return calls("write_summary", _summary(request))

    def _points(self, request: Request, said: tags.Tagged) -> list[dict[str, str]]:
        """The point of a message; with a leak also one for each theme that was named so, whoever speaks of its matter."""
        known = {it.attributes["label"]: it.attributes["id"] for it in tags.read("theme", request.system[-1].text)}
        plain = next(label for matter, label in MATTERS.items() if matter in said.text)
        named = own_words_in(said.text)
        labels = [plain]
        if self.leaks:
            labels = [f"{plain} of {named[0]}"] if named else [it for it in known if plain in it and it != plain]
            labels += [] if named else [plain]
        point = {"message_id": said.attributes["id"], "quote": said.text, "stance": "for"}
        return [
            {
                **point,
                "text": f"{said.text} ({number})",
                "topic": label,
                "theme": known.get(label, ""),
                "description": f"All of {named}",
            }
            for number, label in enumerate(labels)
        ]


def _said(request: Request) -> list[tags.Tagged]:
    return tags.read("said", request.messages[0].blocks[0].text)


def _summary(request: Request) -> dict[str, Any]:
    """A theme for each matter, quoting others; the host reads what one person said as a quote."""
    prompt = request.messages[0].blocks[0].text
    themes, points = tags.read("theme", prompt), tags.read("point", prompt)
    groups = []
    for label in MATTERS.values():
        ids = [it.attributes["id"] for it in themes if label in it.attributes["label"]]
        plain = [it.attributes["id"] for it in points if it.attributes["theme"] in ids and not own_words_in(it.text)]
        groups.append({"themes": ids, "label": label, "statement": "It is wanted.", "evidence": plain})
    told = [f"“{it.text.partition(' (')[0]}”" for it in points if own_words_in(it.text)]
    return {"overview": "It is mixed.", "themes": groups, "minority_views": told}


@pytest.fixture(scope="module")
def snapshots() -> Snapshots[Conversation]:
    return Snapshots()


@pytest.fixture(params=[False, True], ids=["plain labels", "labels that tell"])
def conversation(
    aws: None, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest, snapshots: Snapshots[Conversation]
) -> Conversation:
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)
    conversation = snapshots.restore(request.param, lambda: talked_in(monkeypatch, leaks=request.param))
    own_time(monkeypatch, known=conversation.clock)
    monkeypatch.setattr(container, "model", cache(lambda: conversation.model))
    return conversation


def talked_in(monkeypatch: pytest.MonkeyPatch, *, leaks: bool) -> Conversation:
    """A session in which one said all of these words, five carry a theme, and others spoke of something else, long and longer."""
    model = Scribe()
    model.leaks = leaks
    monkeypatch.setattr(container, "model", cache(lambda: model))
    conversation = Conversation(
        own_time(monkeypatch), model, cross_pollination=True, prompt="Ask.", topic="Moving about"
    )
    met = [", ".join(OWN_WORDS[first : first + 3]) for first in range(0, len(OWN_WORDS), 3)]
    speak(conversation, "author", *[f"On the evening buses I met {names}." for names in met[:4]])
    speak(conversation, "author", *[f"My toads are called {names}." for names in met[4:]])
    sum_up(conversation)
    for number, said in enumerate(CARRIERS):
        speak(conversation, f"carrier-{number}", said)
    sum_up(conversation)
    for number in range(LISTENERS):
        speak(
            conversation,
            f"listener-{number}",
            *[f"{OTHER} And {word}." for word in ("more", "so on", "again", "at last")],
        )
    speak(conversation, "talker", *[f"{LONG} And {number}." for number in range(14)])
    sum_up(conversation)
    write_session_brief(
        conversation.session.id, sessions=container.sessions(), clock=container.clock(), public_url="https://x"
    )
    return conversation


def scribe(conversation: Conversation) -> Scribe:
    assert isinstance(conversation.model, Scribe)
    return conversation.model


def speak(conversation: Conversation, name: str, *said: str) -> None:
    conversation.who = participant(name, OWN_WORDS[5] if name == "author" else "")
    scribe(conversation).speaking = name
    for text in said:
        conversation.clock.advance(1)
        conversation.say(text)


def sum_up(conversation: Conversation) -> None:
    conversation.clock.advance(FIRST_MINUTES.seconds)
    summarise(
        conversation.session.id, deps=container.synthesis_deps(), deadline=conversation.clock.deadline(JOB_SECONDS)
    )


def of_others(conversation: Conversation) -> tuple[list[Request], list[Request]]:
    """The requests for the turns and for the digests of everybody else."""
    (head,) = [it for it in container.conversations().heads(conversation.session.id) if it.external_id == "author"]
    own = {message.id for message in container.conversations().messages(head)}
    digests = [request for request in scribe(conversation).requests if request.task == "digest"]
    turns = [request for who, request in scribe(conversation).turns if who != "author"]
    return turns, [it for it in digests if not any(said.attributes["id"] in own for said in _said(it))]


def items(conversation: Conversation, table: str) -> list[dict[str, Any]]:
    found = boto3.client("dynamodb").scan(TableName=table)["Items"]
    return [dict(item) for item in found if item["session_id"]["S"] == conversation.session.id]


def test_no_request_for_another_thread_has_it_but_labels_for_digests(conversation: Conversation) -> None:
    turns, digests = of_others(conversation)
    assert len(digests) >= 12
    assert len(turns) > 45  # with those asked again for a reply without words
    assert any("<earlier" in prompt_of(request) for request in turns)
    assert [own_words_in(prompt_of(request)) for request in turns if own_words_in(prompt_of(request))] == []
    shown = [prompt_of(request) for request in digests]
    assert any(own_words_in(prompt) for prompt in shown) is scribe(conversation).leaks
    for prompt in shown:
        assert own_words_in(re.sub(r'(<theme [^>]*?\blabel=)"[^"]*"', r"\1", prompt)) == []


def test_nothing_that_is_stored_of_others_or_shown_to_them_has_it(conversation: Conversation) -> None:
    (author,) = [it for it in container.conversations().heads(conversation.session.id) if it.external_id == "author"]
    others = [it for it in items(conversation, "conversations") if author.id not in it["part"]["S"]]
    assert len(others) > 100
    holding = {it["part"]["S"].partition("#")[0] for it in others if own_words_in(json.dumps(it, ensure_ascii=False))}
    assert holding == (
        {"digest"} if scribe(conversation).leaks else set()
    )  # their points carry the label, which nobody is shown
    view = conversation.view()
    assert view.summary is not None
    assert view.brief is not None
    assert set(own_words_in(view.summary.markdown)) == set(OWN_WORDS)  # the host reads it
    assert own_words_in(view.brief.markdown) == []
    for visitor in ("participant", "stranger"):
        results = results_for(view, visitor)
        assert results.summary is not None
        shown = [theme.label for theme in results.summary.themes]
        assert shown == [GARDENS, BUSES]
        assert own_words_in(repr(replace(results.summary, markdown=""))) == []


def test_what_is_stored_of_the_session_has_it_in_the_summary_and_in_names_for_themes_only(
    conversation: Conversation,
) -> None:
    where = {
        it["part"]["S"] for it in items(conversation, "sessions") if own_words_in(json.dumps(it, ensure_ascii=False))
    }
    named = {part for part in where if part.startswith("theme#") or part == "scratchpad"}
    assert {part.partition("#")[0] for part in where - named} == {"summary"}  # the one there is, and those before it
    assert bool(named) is scribe(conversation).leaks


def test_what_five_carry_reaches_nearly_everybody_all_the_same(conversation: Conversation) -> None:
    told = {
        who
        for who, request in scribe(conversation).turns
        for it in tags.read("theme", steering_of(request)[0])
        if it.attributes["label"] == BUSES
    }
    assert len(told & {f"listener-{number}" for number in range(LISTENERS)}) >= 0.8 * LISTENERS
