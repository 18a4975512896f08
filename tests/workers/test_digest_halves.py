"""A piece of a conversation that is too much for the model: digested in halves, nothing said is passed over."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import ModelCutOff, ModelRefused, ModelUnavailable, Reply, Request, RequestRefused
from chalicelib.services.synthesis import digest_runner
from tests.workers.consultation import Consultation

WORDS = "Bench number {} in the park needs new paint before the summer comes."
Failure = type[ModelUnavailable]


@dataclass
class Narrow:
    """Takes so many messages of a participant at once; remembers how many it was given each time, and what came through."""

    complete: Callable[[Request, Deadline], Reply]
    failure: Failure
    most: int
    given: list[int] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def __call__(self, request: Request, deadline: Deadline) -> Reply:
        if request.task == "digest":
            said = [piece.attributes["id"] for piece in tags.read("said", request.messages[0].blocks[0].text)]
            self.given.append(len(said))
            if len(said) > self.most:
                raise self.failure("too much")
            self.taken += said
        return self.complete(request, deadline)


@pytest.fixture
def talk(consultation: Consultation) -> Consultation:
    """A session in which somebody said eight things."""
    consultation.join()
    for number in range(8):
        consultation.say(WORDS.format(number))
    return consultation


def narrow(
    consultation: Consultation, monkeypatch: pytest.MonkeyPatch, most: int, failure: Failure = RequestRefused
) -> Narrow:
    model = Narrow(consultation.model.complete, failure, most)
    monkeypatch.setattr(consultation.model, "complete", model)
    return model


def is_stale(consultation: Consultation) -> bool:
    (head,) = container.conversations().heads(consultation.session.id)
    return head.is_stale


@pytest.mark.parametrize("failure", [RequestRefused, ModelCutOff])
def test_what_is_too_much_at_once_is_digested_in_halves(
    talk: Consultation, monkeypatch: pytest.MonkeyPatch, failure: Failure
) -> None:
    model = narrow(talk, monkeypatch, 2, failure)
    assert talk.summarise() == []
    assert model.given == [8, 4, 2, 2, 4, 2, 2]
    said = [message.id for message in talk.thread().messages if message.role == "user"]
    assert model.taken == said
    (digest,) = container.conversations().digests(talk.session.id)
    assert (digest.messages, len(digest.points)) == (8, 8)
    assert not is_stale(talk)


def test_what_is_digested_stays_so_where_a_single_message_is_too_much(
    talk: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = narrow(talk, monkeypatch, 8)
    refused = WORDS.format(5)

    def picky(request: Request, deadline: Deadline) -> Reply:
        if request.task == "digest" and refused in request.messages[0].blocks[0].text.split("</known>")[-1]:
            model.given.append(-1)
            raise RequestRefused("no")
        return model(request, deadline)

    monkeypatch.setattr(talk.model, "complete", picky)
    talk.summarise()
    (digest,) = container.conversations().digests(talk.session.id)
    assert digest.messages == 5
    assert model.given == [-1, 4, -1, -1, 1, -1]
    assert is_stale(talk)


@pytest.mark.parametrize("failure", [ModelUnavailable, ModelRefused, RequestRefused])
def test_another_failure_and_one_at_every_size_end_soon(
    talk: Consultation, monkeypatch: pytest.MonkeyPatch, failure: Failure
) -> None:
    model = narrow(talk, monkeypatch, 0, failure)
    talk.summarise()
    assert model.given == ([8, 4, 2, 1] if failure is RequestRefused else [8])
    assert is_stale(talk)


def test_there_is_an_end_to_halving(talk: Consultation, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_runner, "MOST_HALVED", 4)
    model = narrow(talk, monkeypatch, 1)
    talk.summarise()
    assert model.given == [8, 4, 2, 1, 1, 2, 1, 1, 4]
    assert is_stale(talk)
    talk.clock.advance(3_600)
    model.given.clear()
    talk.summarise()
    assert model.given == [4, 2, 1, 1, 2, 1, 1]
    assert not is_stale(talk)
