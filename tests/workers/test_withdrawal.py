"""Somebody who named a theme is taken out: no word of theirs stays with the session, and everybody else still counts."""

from functools import cache
from typing import Any

import boto3
import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.model import RegisteredTheme, ThreadView
from chalicelib.model.deletions import DeletionRecord
from chalicelib.services.participants.decisions import remove_participant, set_included
from chalicelib.services.synthesis import reduced_digests, state
from chalicelib.store.themes import Themes
from tests.concurrency import before_next
from tests.workers.consultation import Consultation

COINED = "Zeppelin landing"
OTHERS = "Airship mooring"


class Namer:
    """Gives every message one theme, and names it as its writer does; a summary has a theme for each registered one."""

    name = "namer"
    understands = True

    def complete(self, request: Request, _: Deadline) -> Reply:
        """A digest or a summary."""
        if request.task == "digest":
            return Reply("", self.name, (ToolCall("record_digest", {"points": [*self._points(request)]}),))
        shown = tags.read("theme", request.messages[0].blocks[0].text)
        themes = [{"themes": [it.attributes["id"]], "label": it.attributes["label"], "statement": ""} for it in shown]
        return Reply("", self.name, (ToolCall("write_summary", {"overview": "It is mixed.", "themes": themes}),))

    def _points(self, request: Request) -> Any:
        known = [piece.attributes["id"] for piece in tags.read("theme", request.system[-1].text)]
        for said in tags.read("said", request.messages[0].blocks[0].text):
            label = said.text.partition(":")[0]
            yield {
                "message_id": said.attributes["id"],
                "quote": said.text.partition(": ")[2],
                "text": said.text,
                "theme": known[0] if known and label == OTHERS else "",
                "topic": label,
                "stance": "for",
            }


@pytest.fixture(params=[400, 1], ids=["a list", "reduced"])
def named(consultation: Consultation, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Consultation:
    """A session in which the first of three named the theme of all."""
    monkeypatch.setattr(reduced_digests, "FROM_THREADS", request.param)
    model = Namer()
    said = [f"{COINED}: it lands.", *(f"{OTHERS}: mast {n}." for n in range(3)), f"{COINED}s elsewhere: alone."]
    for words in said:
        consultation.speak(words)
        consultation.clock.advance(1)
    monkeypatch.setattr(container, "model", cache(lambda: model))
    assert consultation.summarise() == []
    return consultation


def stored(consultation: Consultation) -> str:
    """All of the session that is not a conversation."""
    found = boto3.client("dynamodb").scan(TableName="sessions")["Items"]
    return repr([item for item in found if item["session_id"]["S"] == consultation.session.id])


def counted(consultation: Consultation) -> dict[str, int]:
    summary = consultation.view().summary
    assert summary
    return {theme.label: theme.participants for theme in summary.themes}


def coiner(consultation: Consultation) -> Any:
    (found,) = [
        head
        for head in container.conversations().heads(consultation.session.id)
        if starts(consultation, head, f"{COINED}: ")
    ]
    return found


def starts(consultation: Consultation, head: Any, words: str) -> bool:
    return any(message.content.startswith(words) for message in container.conversations().messages(head))


@pytest.mark.parametrize("removed", [True, False])
def test_no_word_of_theirs_stays(named: Consultation, removed: bool) -> None:
    assert counted(named)[COINED] == 4
    gone = coiner(named)
    (alone,) = [head for head in container.conversations().heads(named.session.id) if starts(named, head, f"{COINED}s")]
    for found in (ThreadView(gone), ThreadView(alone)):
        if removed:
            remove_participant(named.session, found, deps=container.participant_deps())
        else:
            set_included(named.session.id, found, False, deps=container.participant_deps())
    named.clock.advance(3_600)
    assert named.summarise() == []
    assert counted(named) == {OTHERS: 3}
    assert "eppelin" not in stored(named)
    (theme,) = Themes().get(named.session.id).themes
    assert (theme.id, theme.label) == ("t1", OTHERS)


def test_where_somebody_else_changes_the_themes_meanwhile_it_is_done_again(
    named: Consultation, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = named.clock.now()
    assert container.removals().begin(
        coiner(named), DeletionRecord("r", "host", now, {}), state.exclude(now), is_capped=named.session.is_capped
    )
    named.clock.advance(3_600)

    def move() -> None:
        registry = Themes().get(named.session.id)
        lakes = RegisteredTheme("t9", "Lakes")
        assert Themes().put(named.session.id, replace(registry, themes=(*registry.themes, lakes), last=9), registry)

    before_next(monkeypatch, "TransactWriteItems", move)
    assert named.summarise() == []
    assert Themes().get(named.session.id).themes[0].label == OTHERS
    assert f'"{COINED}"' not in stored(named)
