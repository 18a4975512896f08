"""Words that a model declines to read: everybody else's results come all the same, say what is missing, and nothing is asked twice."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import groupby
from operator import itemgetter

import pytest

import app
from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import ModelDeclined, Reply, Request, Task
from chalicelib.model import Digest, SessionView, Summary
from chalicelib.services.synthesis.state import summary_status
from chalicelib.store.sessions import FOR_RESULTS
from tests import events
from tests.events import Context
from tests.llm.queued import prompt_of
from tests.workers.consultation import Consultation

WORD = "cyanide"
VOICES = (
    "More buses in the evening would help the town.",
    "The library should open on Sunday.",
    "The buses should run until midnight.",
    f"Somebody should put {WORD} into the fountain.",
    "The library needs quiet rooms for pupils.",
)
NOTE = "1 message is left out, since the language model declined to read it."


@dataclass
class Squeamish:
    """Declines whatever has the word, in these tasks; remembers each request."""

    complete: Callable[[Request, Deadline], Reply]
    tasks: tuple[Task, ...]
    asked: list[tuple[Task, str]] = field(default_factory=list)

    def __call__(self, request: Request, deadline: Deadline) -> Reply:
        text = prompt_of(request)
        self.asked.append((request.task, text))
        if request.task in self.tasks and WORD in text:
            raise ModelDeclined("declined", "general_harms")
        return self.complete(request, deadline)

    def count(self, task: Task) -> int:
        return sum(asked == task for asked, _ in self.asked)


def squeamish(of: Consultation, monkeypatch: pytest.MonkeyPatch, *tasks: Task) -> Squeamish:
    model = Squeamish(of.model.complete, tasks)
    monkeypatch.setattr(of.model, "complete", model)
    return model


def read(of: Consultation) -> tuple[SessionView, Summary]:
    view = container.sessions().view(of.session.id, FOR_RESULTS)
    assert view.summary
    return view, view.summary


def digests(of: Consultation) -> list[Digest]:
    return container.conversations().digests(of.session.id)


@pytest.mark.parametrize("task", ["digest", "summary"])
def test_a_session_of_five_with_one_such_voice_has_its_summary_without_it_and_says_so(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch, task: Task
) -> None:
    model = squeamish(consultation, monkeypatch, task)
    consultation.speak(*VOICES)
    assert consultation.summarise() == []
    assert consultation.write_brief() == []
    view, summary = read(consultation)
    assert (summary.participants, summary.messages, summary.withheld_messages) == (5, 5, 1)
    assert NOTE in summary.markdown
    assert WORD not in summary.markdown
    told = {quote.text for theme in summary.themes for quote in theme.quotes}
    assert told <= set(VOICES) - {VOICES[3]}
    assert view.brief
    assert NOTE in view.brief.markdown
    asked = [text for asked, text in model.asked if asked == task]
    assert len(set(asked)) == len(asked)  # nothing is asked twice
    assert len(asked) <= 12
    before = len(model.asked)
    assert consultation.summarise() == []
    assert len(model.asked) == before
    assert view.synthesis.tries == 0


def test_the_next_summary_is_not_asked_to_read_it_again(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = squeamish(consultation, monkeypatch, "summary")
    consultation.speak(*VOICES)
    consultation.summarise()
    _, first = read(consultation)
    assert len(first.declined) == 1
    before = model.count("summary")
    consultation.speak("The market should stay where it is.")
    consultation.clock.advance(600)
    assert consultation.summarise() == []
    _, second = read(consultation)
    assert (second.participants, second.declined, second.withheld_messages) == (6, first.declined, 1)
    assert model.count("summary") == before + 1


def test_of_a_long_conversation_only_the_declined_words_are_passed_over(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = squeamish(consultation, monkeypatch, "digest")
    consultation.join()
    for number in range(7):
        consultation.say(f"Bench number {number} in the park needs new paint.")
    consultation.say(VOICES[3])
    assert consultation.summarise() == []
    (digest,) = digests(consultation)
    assert (digest.messages, len(digest.points), digest.withheld) == (8, 7, 1)
    (head,) = container.conversations().heads(consultation.session.id)
    assert not head.is_stale
    assert model.count("digest") <= 8


def test_where_every_word_is_declined_the_summary_says_so_and_gives_way_to_what_is_said_later(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = squeamish(consultation, monkeypatch, "digest", "summary")
    consultation.speak(*(f"{voice} {WORD}" for voice in VOICES))
    assert consultation.summarise() == []
    assert consultation.write_brief() == []
    view, summary = read(consultation)
    told = "5 messages are left out, since the language model declined to read them."
    assert (summary.participants, summary.withheld_messages, summary.themes, summary.overview) == (5, 5, (), "")
    assert told in summary.markdown
    assert view.brief
    assert told in view.brief.markdown
    assert (model.count("summary"), summary_status(view, consultation.clock.now())) == (0, "current")
    before = len(model.asked)
    assert consultation.summarise() == []
    assert len(model.asked) == before
    consultation.speak(VOICES[0])
    consultation.clock.advance(600)
    assert consultation.summarise() == []
    _, later = read(consultation)
    assert (later.participants, later.withheld_messages, bool(later.overview)) == (6, 5, True)


@pytest.mark.parametrize(("ended", "tiers"), [(False, ["medium"]), (True, ["large", "medium"])])
def test_where_nothing_can_be_left_out_each_model_is_asked_once_until_somebody_says_something_new(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch, ended: bool, tiers: list[str]
) -> None:
    of, asked = consultation, list[tuple[str, str]]()
    complete = of.model.complete

    def decline(request: Request, deadline: Deadline) -> Reply:
        if request.task == "summary":
            asked.append((request.tier, prompt_of(request)))
            raise ModelDeclined("declined")
        return complete(request, deadline)

    of.speak(*VOICES[:3])
    monkeypatch.setattr(of.model, "complete", decline)
    if ended:
        of.edit(closes_at=of.clock.now() + timedelta(seconds=1))
        of.clock.advance(2)
    for tier in tiers:
        again = of.summarise()  # where another model is to be asked, the queue brings it again
        assert (len(again), asked[-1][0]) == (tier != tiers[-1], tier)
    assert [tier for tier, _ in groupby(asked, key=itemgetter(0))] == tiers
    assert 1 < len(asked) <= 11 * len(tiers)
    assert len(set(asked)) == len(asked)
    before = len(asked)
    for hours in (1, 24, 240):
        of.clock.advance(3_600 * hours)
        app.sweep(events.clock_event(), Context())
        assert of.asked("summaries") == []
        assert of.summarise() == []
    assert len(asked) == before
    if not ended:
        of.speak(VOICES[4])
        of.summarise()
        assert len(asked) > before
