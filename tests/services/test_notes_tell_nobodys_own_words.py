"""What one participant said reaches no other one, while what a group carries reaches nearly all who are due it.

The facilitator here says back all that it is shown for a turn; the digests put every such word into labels, descriptions
and points, and have others support those themes; the summary puts it into the descriptions that may be told.
"""

import re
from functools import cache
from typing import Any

import pytest

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request
from chalicelib.model import Scratchpad
from chalicelib.services.synthesis import digest_runner, state
from chalicelib.services.synthesis.scratchpad import FIRST_MINUTES
from chalicelib.services.synthesis.summary_job import JOB_SECONDS, summarise
from tests.clock import own_time
from tests.conversation import Conversation, participant
from tests.faults import Interviewer
from tests.llm.queued import calls, prompt_of, says, steering_of
from tests.snapshots import Snapshots

OWN_WORDS = (
    *("Zebulon", "Quixworth"),
    *("48151623", "0176-5550199", "zoe.q@example.org", "@brimblewick", "https://quagmire.example/zq", "wobbegong.io"),
    *("Zoë", "Kwik", "王小明", "蘑菇巷", "Ødegårdshaugen", "Пржевальский"),
)
SHARED_BY_TWO = ("Karenina", "Al", "Office 307", "Walker")
SHARED_BY_THREE = ("Wilhelmina", "Bo", "McTavish", "Łucja")
OF_SEVERAL = (*SHARED_BY_TWO, *SHARED_BY_THREE)
BUSES = "Evening buses"
CARRIERS = [f"The {word} buses in the evening matter to me." for word in ("late", "last", "few", "slow", "full")]
OTHER = "I like to sit in the gardens near my street, because it is quiet there, and green, and I can read for an hour."
LISTENERS = 8


def own_words_in(text: str) -> list[str]:
    """The words of few that a text has; those that several share as words of their own."""
    found = [name for name in OWN_WORDS if name in text]
    return found + [name for name in OF_SEVERAL if re.search(rf"\b{name}\b", text)]


class Indiscreet(Interviewer):
    """A model that would tell everybody everything."""

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Whatever the request shows, said on."""
        if request.task == "turn":
            self.requests.append(request)
            shown = "\n".join(it.attributes["label"] + it.text for it in tags.read("theme", steering_of(request)[0]))
            said = re.sub("<[^>]*>", "", request.messages[-1].blocks[-1].text)
            return says(f"({self.count('turn')}) {said} {shown} And what else?")
        if request.task == "digest":
            return calls("record_digest", {"points": _points(request)})
        return (
            calls("write_summary", _summary(request))
            if request.task == "summary"
            else super().complete(request, deadline)
        )


def _points(request: Request) -> list[dict[str, str]]:
    prompt = prompt_of(request)
    known = {piece.attributes["label"]: piece.attributes["id"] for piece in tags.read("theme", prompt)}
    points = []
    for said in tags.read("said", prompt):
        told = own_words_in(said.text)
        labels = [f"{name} on evening buses" if name in OF_SEVERAL else f"Evening {name} buses" for name in told] or [
            BUSES if "buses" in said.text else "Gardens"
        ]
        if "buses" in said.text and not told:
            labels += [label for label in known if own_words_in(label)]
        for label in labels:
            point = {
                "message_id": said.attributes["id"],
                "quote": said.text,
                "text": f"{label}: {said.text}",
                "topic": label,
            }
            points.append(
                {**point, "theme": known.get(label, ""), "description": f"All about {label}.", "stance": "for"}
            )
    return points


def _summary(request: Request) -> dict[str, Any]:
    shown = tags.read("theme", prompt_of(request))
    themes = [
        {
            "themes": [it.attributes["id"]],
            "label": it.attributes["label"],
            "statement": it.text,
            "evidence": [],
            "description": f"People speak of {it.attributes['label']}.",
        }
        for it in shown
    ]
    lists = dict.fromkeys(("same", "agreements", "tensions", "minority_views", "open_questions"), ())
    return {
        "overview": "People spoke of buses.",
        "themes": themes,
        **{name: [] for name in lists},
        "critical_answer": "",
    }


@pytest.fixture(scope="module")
def snapshots() -> Snapshots[Conversation]:
    return Snapshots()


@pytest.fixture
def conversation(aws: None, monkeypatch: pytest.MonkeyPatch, snapshots: Snapshots[Conversation]) -> Conversation:
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)
    conversation = snapshots.restore("indiscreet", lambda: talked_in(monkeypatch))
    own_time(monkeypatch, known=conversation.clock)
    monkeypatch.setattr(container, "model", cache(lambda: conversation.model))
    return conversation


def talked_in(monkeypatch: pytest.MonkeyPatch) -> Conversation:
    """A session in which one said all of these words, two and three share some, and five carry a theme; its notes are taken."""
    model = Indiscreet()
    monkeypatch.setattr(container, "model", cache(lambda: model))
    conversation = Conversation(
        own_time(monkeypatch), model, cross_pollination=True, prompt="Ask.", topic="Moving about"
    )
    speak(conversation, "author", *(f"My name for the evening buses is {name}." for name in OWN_WORDS))
    for number, names in enumerate((OF_SEVERAL, OF_SEVERAL, SHARED_BY_THREE)):
        told = [f"On the evening buses we met {name}, and {name.lower()} met us." for name in names]
        speak(conversation, f"sharer-{number}", *told)
    for number, said in enumerate(CARRIERS):
        speak(conversation, f"carrier-{number}", said)
        digest(conversation)
    return conversation


def speak(conversation: Conversation, name: str, *said: str) -> str:
    """What somebody says; gives their thread."""
    conversation.who = participant(name, "")
    for text in said:
        conversation.clock.advance(1)
        turn = conversation.say(text)
    return turn.thread_id


def digest(conversation: Conversation) -> Scratchpad:
    conversation.clock.advance(FIRST_MINUTES.seconds)
    summarise(
        conversation.session.id, deps=container.synthesis_deps(), deadline=conversation.clock.deadline(JOB_SECONDS)
    )
    pad = container.sessions().view(conversation.session.id, ("scratchpad",)).scratchpad
    assert pad is not None
    return pad


def listen(conversation: Conversation) -> list[list[Request]]:
    """The requests for the turns of each of those who speak of something else."""
    heard = []
    for number in range(LISTENERS):
        before = len(conversation.model.requests)
        speak(
            conversation,
            f"listener-{number}",
            *[f"{OTHER} And {word}." for word in ("more", "so on", "again", "at last", "now")],
        )
        heard.append(conversation.model.requests[before:])
    return heard


def shows(request: Request) -> list[str]:
    """The labels and descriptions of themes that a turn is given."""
    return [
        text for it in tags.read("theme", steering_of(request)[0]) for text in (it.attributes["label"], it.text) if text
    ]


def test_the_notes_hold_what_must_not_be_told(conversation: Conversation) -> None:
    """Or the tests below prove nothing."""
    pad = digest(conversation)
    carried = [note for note in pad.notes if note.participants >= 3 and note.label != BUSES]
    assert len(carried) >= 10
    assert all(own_words_in(note.label) for note in carried)
    assert any(own_words_in(note.description) for note in carried)
    assert {name for note in carried for name in own_words_in(note.label)} >= set(OF_SEVERAL)
    (buses,) = [note for note in pad.notes if note.label == BUSES]
    assert buses.participants == len(CARRIERS)


def test_what_one_said_reaches_no_other_prompt_and_no_other_thread(conversation: Conversation) -> None:
    heard = [request for requests in listen(conversation) for request in requests]
    assert len(heard) == LISTENERS * 5
    for request in heard:
        assert own_words_in(prompt_of(request)) == []
    own = {"author": list(OWN_WORDS), "sharer-2": list(SHARED_BY_THREE)}
    own |= {name: list(OF_SEVERAL) for name in ("sharer-0", "sharer-1")}
    for head in container.conversations().heads(conversation.session.id):
        said = "\n".join(entry.content for entry in container.conversations().messages(head))
        assert own_words_in(said) == own.get(head.external_id, [])


def test_what_five_carry_reaches_nearly_everybody_who_is_due_it(conversation: Conversation) -> None:
    due, reached = 0, 0
    for requests in listen(conversation):
        third = requests[2]  # the first after three messages of more than forty words
        assert [shows(request) for request in requests[:2]] == [[], []]
        due += 1
        reached += BUSES in shows(third)
        later = [shows(request) for request in requests[3:]]
        assert later[0] == []  # not twice in a row
        assert BUSES not in later[1]  # nor twice at all
    assert reached >= 0.8 * due


def test_without_enough_who_carry_it_nobody_hears_of_it(
    conversation: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        who = container.conversations().heads(conversation.session.id)
        head = next(it for it in who if it.external_id == f"carrier-{number}")
        assert container.participants().exclude(head, state.exclude(conversation.clock.now()))
    digest(conversation)
    assert not any(shows(request) for requests in listen(conversation) for request in requests)
