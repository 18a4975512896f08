"""A session that follows up another one: proposed by a model of what belongs to nobody alone, and stored by nobody but its host."""

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.model import Quote, Summary, Theme
from chalicelib.services.synthesis import state
from chalicelib.services.templates import find_template
from chalicelib.store.sessions import FOR_RESULTS
from chalicelib.store.spending import Ledger
from tests.api.hosts import Host, error_of, new_host
from tests.clock import NOON
from tests.fake_anthropic import text, tool
from tests.llm.wire import LiveApi, live_api, outside, texts
from tests.web.host.visitor import everything

PROPOSED = {"topic": "Quiet rooms", "goal": "Decide where they go.", "critical": "Who needs one", "method": "swot"}
LONELY, NAME, WORDS = "Parrots", "Zebedee wants the corner", "the printer room smells of cabbage"


@pytest.fixture
def live(aws: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[LiveApi]:
    with live_api(monkeypatch, MODEL_MEDIUM="claude-sonnet-5-5") as found:
        found.server.rule = lambda _: text("What keeps you?")
        yield found


def summary_of(people: int, **changed: Any) -> Summary:
    """A summary of so many people: a theme that they share, one of a single person, and what only members read."""
    quote = Quote(WORDS, container.new_id(), container.new_id())
    return Summary(
        markdown="",
        generated_at=NOON,
        model="a-model",
        participants=people,
        messages=3 * people,
        overview=f"People want quiet.\n\n{NAME}.",
        themes=(
            Theme("Quiet & calm", "Noise keeps people away.", 3, (quote,)),
            Theme(LONELY, "Animals at work.", 1, (quote,)),
        ),
        tensions=("Some want rooms, some want rules.",),
        open_questions=("Who pays for the rooms?", NAME),
        minority_views=(LONELY,),
        withheld=(f"{NAME}.", NAME),
        **changed,
    )


def conclude(host: Host, people: int = 5, summary: Summary | None = None, **fields: Any) -> str:
    """A session in which so many people took part, with a summary."""
    session = str(host.new_session(topic="Our office", goal="Decide about the office", prompt="Ask.", **fields)["id"])
    for number in range(people):
        assert host.join(session, f"p{number}").status_code == 200
    record = container.sessions().view(session, FOR_RESULTS).session
    assert container.summaries().put(record, summary or summary_of(people), state.end(0))
    return session


def follow_up(host: Host, session: str) -> Any:
    """Ask for the next session."""
    return host.call("POST", f"/sessions/{session}/follow-up")


def test_a_follow_up_is_made_of_what_belongs_to_nobody_alone(live: LiveApi) -> None:
    session = conclude(live.host, context="A <canteen>", private_context="SECRET", language="de")
    live.server.queue(tool("propose_follow_up", PROPOSED))
    live.server.bodies.clear()
    answer = follow_up(live.host.invite(session, "viewer"), session)
    assert answer.status_code == 200, answer.body
    proposed = answer.json_body
    context = proposed.pop("context")
    swot = find_template("swot")
    assert swot
    fields = {name: it for name, it in PROPOSED.items() if name != "method"}
    assert proposed == {**fields, "template_id": swot.id}
    (sent,) = live.bodies
    assert (sent["model"], sent["tools"][0]["strict"]) == ("claude-sonnet-5-5", True)
    shown = "\n".join(texts(sent))
    assert "Write in de." in shown
    assert '<theme label="Quiet &amp; calm" people="3">Noise keeps people away.</theme>' in shown
    assert "<open_question>Who pays for the rooms?</open_question>" in shown
    assert "Our office" not in outside(sent)
    for told in (context, shown):
        assert "Noise keeps people away" in told
        assert [it for it in (LONELY, NAME, WORDS, "SECRET") if it in told] == []
    assert "canteen" in context
    assert PROPOSED["topic"] not in everything()


def test_where_fewer_than_five_took_part_nothing_of_it_is_told(live: LiveApi) -> None:
    session = conclude(live.host, people=4)
    live.server.queue(tool("propose_follow_up", PROPOSED | {"method": "no such"}))
    live.server.bodies.clear()
    found = follow_up(live.host, session).json_body
    assert found["template_id"] is None
    assert "People want quiet" not in found["context"] + "\n".join(texts(live.bodies[-1]))
    assert "Decide about the office" in found["context"]


def test_however_long_the_first_background_was_the_results_are_in_the_next(live: LiveApi) -> None:
    session = conclude(live.host, context="_<" * 50_000)
    live.server.queue(tool("propose_follow_up", PROPOSED))
    context = follow_up(live.host, session).json_body["context"]
    assert len(context) <= 100_000
    assert "Who pays for the rooms?" in context
    made = live.host.call("POST", "/sessions", {"draft": True, "context": context, "follow_up_of": session})
    assert live.host.get(f"/sessions/{made.json_body['id']}")["follow_up_of"] == session


def test_of_answers_that_a_script_listed_the_questions_are_told(live: LiveApi) -> None:
    themes = (Theme("What keeps you away?", f"In the same words: {WORDS} (3).", 5, (Quote(WORDS, "t", "m"),)),)
    session = conclude(live.host, summary=replace(summary_of(5), model="scripted", overview="", themes=themes))
    live.server.queue(tool("propose_follow_up", PROPOSED))
    live.server.bodies.clear()
    context = follow_up(live.host, session).json_body["context"]
    assert "What keeps you away? (5 of 5" in context
    assert "own words" not in context
    assert WORDS not in context + "\n".join(texts(live.bodies[-1]))


def test_what_cannot_stand_in_a_field_is_no_proposal_and_the_caller_pays(live: LiveApi) -> None:
    session = conclude(live.host)
    viewer = live.host.invite(session, "viewer")
    for wrong in ({"topic": " "}, {"goal": "x" * 801}, {"critical": "Call 030 12345678"}, {"topic": 7}):
        live.server.queue(tool("propose_follow_up", PROPOSED | wrong))
        told = error_of(follow_up(viewer, session))
        assert told == (503, "internal_error", "The language model proposed nothing usable; try again later")
    day = live.clock.now().date().isoformat()
    assert Ledger().spent(f"{day}#{viewer.user_id}") > 0


def test_it_needs_a_summary_a_model_and_a_role(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    empty = host.new_session(prompt="Ask.")["id"]
    status, code, message = error_of(follow_up(host, empty))
    assert (status, code) == (400, "validation_error")
    assert message == "The session has no summary yet, and a follow-up is made of one"
    session = conclude(host)
    monkeypatch.setattr(container, "model", cache(ScriptedModel))
    assert error_of(follow_up(host, session))[::2] == (
        503,
        "A follow-up needs a language model, and this server runs without one",
    )
    bo = new_host("bo@example.com")
    assert follow_up(bo, session).status_code == 403
    for asks, named in ((bo, session), (host, "nonsense"), (host, container.new_id())):
        refused = asks.call("POST", "/sessions", {"draft": True, "follow_up_of": named})
        assert error_of(refused)[0] == 400
        assert "follow_up_of" in error_of(refused)[2]
