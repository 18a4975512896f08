"""Both corpora, one participant an author: every theme quotes somebody, and no orders, inventions or miscounts get through."""

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Model, Reply, Request, ToolCall
from chalicelib.llm.scripted.catalogue import list_catalogues
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.llm.scripted.transcript import ScriptMessage, list_answers
from chalicelib.model import Digest, Summary
from chalicelib.services.synthesis.aggregate import aggregate_digests
from chalicelib.services.synthesis.digests import digest_thread
from chalicelib.services.synthesis.evidence import EvidenceBook
from chalicelib.services.synthesis.shared_registry import SharedRegistry
from chalicelib.services.synthesis.stored_results import list_quotes
from chalicelib.services.synthesis.summary import write_summary
from tests.rule_based_model import RuleBasedModel
from tests.services.builders import NOW, deadline, message, thread, view

DATA = Path(__file__).parents[2] / "data" / "polis"
TOPICS = {"bowling-green": "Improving Bowling Green / Warren County", "uberx-taiwan": "UberX 在台灣應該如何規範"}
LIE = "Nobody ever said a word of this to anybody"
Said = Mapping[str, Sequence[str]]


def everybody(corpus: str) -> dict[str, list[str]]:
    with (DATA / f"{corpus}.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: (int(row["timestamp"]), int(row["comment-id"])))
    said: defaultdict[str, list[str]] = defaultdict(list)
    for row in rows:
        said[row["author-id"]].append(row["comment-body"])
    return dict(said)


def digest_all(said: Said, topic: str, model: Model, shared: SharedRegistry) -> list[Digest]:
    made = []
    for author, texts in said.items():
        messages = [message(number, "user", words) for number, words in enumerate(texts, 1)]
        fixed: Any = {"shared": shared, "model": model, "deadline": deadline(), "now": NOW}
        made.append(digest_thread(view(topic=topic), thread(author), None, messages, **fixed))
    return made


def summarise(said: Said, topic: str, model: Model | None = None, digests: Model | None = None) -> Summary:
    shared = SharedRegistry()
    return write(digest_all(said, topic, digests or RuleBasedModel(), shared), shared, topic, model or RuleBasedModel())


def write(digests: Sequence[Digest], shared: SharedRegistry, topic: str, model: Model) -> Summary:
    book = EvidenceBook(aggregate_digests(digests), shared.registry)
    return write_summary(view(topic=topic), book, model=model, deadline=deadline(), now=NOW).summary


class Corpus(NamedTuple):
    """Who said what on a topic, what honest models read in it and with which themes, and what they wrote."""

    topic: str
    said: dict[str, list[str]]
    digests: list[Digest]
    shared: SharedRegistry
    summary: Summary


@pytest.fixture(scope="module", params=sorted(TOPICS))
def corpus(request: pytest.FixtureRequest) -> Corpus:
    topic, said, shared = TOPICS[request.param], everybody(request.param), SharedRegistry()
    digests = digest_all(said, topic, RuleBasedModel(), shared)
    return Corpus(topic, said, digests, shared, write(digests, shared, topic, RuleBasedModel()))


def assert_said(summary: Summary, said: Said) -> None:
    for quote in list_quotes(summary):
        number = int(quote.message_id.removeprefix("m"))
        assert quote.text in " ".join(said[quote.thread_id][number - 1].split())


def test_every_theme_has_a_quote_and_there_are_ten(corpus: Corpus) -> None:
    said, summary = corpus.said, corpus.summary
    assert summary.participants == len(said)
    assert all(theme.quotes for theme in summary.themes if theme.participants > 1)
    assert len(list_quotes(summary)) >= 7
    assert_said(summary, said)


@pytest.mark.parametrize("corpus_name", sorted(TOPICS))
def test_without_a_model_everybody_is_counted_and_no_theme_is_invented(corpus_name: str) -> None:
    said, topic = everybody(corpus_name), TOPICS[corpus_name]
    made = summarise(said, topic, model=ScriptedModel(), digests=ScriptedModel())
    assert made.participants == len(said)
    assert made.messages == sum(map(len, said.values()))
    (theme,) = made.themes  # nobody was asked anything
    assert theme.label in {words.further for words in list_catalogues()}
    assert theme.participants == sum(
        any(list_answers([ScriptMessage(text, is_participants=True) for text in texts], lambda _: None))
        for texts in said.values()
    )
    assert len(theme.quotes) == 5
    assert_said(made, said)


def test_whoever_says_a_thing_thirty_times_is_one_participant() -> None:
    said = {"loud": ["More buses in the evening, please."] * 30, "other": ["More buses in the morning, please."]}
    made = summarise(said, "Town")
    assert (made.participants, made.messages) == (2, 31)
    assert [theme.participants for theme in made.themes] == [2]


class Liar:
    """A model that writes, but it invents, changes and misattributes quotes, and gives numbers."""

    name = "liar"
    understands = True

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """A true answer, spoilt."""
        given: Any = RuleBasedModel().complete(request, deadline).tool_calls[0]
        spoilt = self._digest(given.input, request) if request.task == "digest" else self._summary(given.input)
        return Reply("", "liar", (ToolCall(given.name, spoilt),))

    def _digest(self, given: dict[str, Any], request: Request) -> dict[str, Any]:
        ids = [piece.attributes["id"] for piece in tags.read("said", request.messages[0].blocks[0].text)]
        points = given["points"]
        for place, point in enumerate(points):
            kind = place % 4
            if kind == 0:
                point["quote"] = LIE
            elif kind == 1:
                point["quote"] = f"Frankly, {point['quote']} and more"
            elif kind == 2:
                point["message_id"] = ids[(ids.index(point["message_id"]) + 1) % len(ids)]
            points[place] = point
        return {"points": points}

    def _summary(self, given: dict[str, Any]) -> dict[str, Any]:
        for theme in given["themes"]:
            theme["statement"] += f" “{LIE}”. All 999 participants agree."
            theme |= {"participants": 999, "quotes": [LIE], "stances": {"for": 999}}
        orders = [f"“{LIE}”, says everybody.", "999 participants agree."]
        return {**given, "agreements": orders, "critical_answer": orders[0], "overview": f"“{LIE}”. It is mixed."}


def test_a_model_that_invents_paraphrases_misattributes_and_miscounts_gets_nothing_through(
    corpus: Corpus,
) -> None:
    topic, said, honest = corpus.topic, corpus.said, corpus.summary
    made = summarise(said, topic, model=Liar(), digests=Liar())
    assert_said(made, said)
    assert LIE not in made.markdown
    assert "999" not in made.markdown
    assert (made.participants, made.messages) == (honest.participants, honest.messages)
    assert made.overview == "It is mixed."
    alone = write(corpus.digests, corpus.shared, topic, Liar())
    assert [(theme.id, theme.participants, theme.stances, theme.quotes) for theme in alone.themes] == [
        (theme.id, theme.participants, theme.stances, theme.quotes) for theme in honest.themes
    ]
