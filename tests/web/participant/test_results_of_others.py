"""What those who are no members read of results, where the model obeys one participant: nothing that tells who somebody is."""

from typing import Any

import pytest
from chalice.local import LambdaEventConverter

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.store.sessions import FOR_RESULTS
from tests.api import jobs
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.rule_based_model import RuleBasedModel
from tests.web.browser import Browser
from tests.web.participant.test_results import opened, results

PRIVATE = "My name is Dorothea Quimby and I was fired by Mr Harris, my phone is 0171 555 0199"
ADVICE = "Ask for Quimby. Call 0171, 555, 0199. Ask dora (at) post dot org. See casino.example."
COMMON = "The canteen is too far away from our desks"
SAYINGS = (PRIVATE, *[f"{COMMON}, {word}" for word in ("alas", "sadly", "again", "still", "today")])
PARTS = ("overview", "agreements", "tensions", "open_questions", "critical_answer")


class Obedient(RuleBasedModel):
    """Hands in what one participant wrote in every part of a summary, in its own words and in theirs."""

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """The digests of that model, and such a summary."""
        reply = super().complete(request, deadline)
        if request.task != "summary":
            return reply
        given = dict(reply.tool_calls[0].input)
        told = f"The canteen is far away. Dorothea was fired. {PRIVATE}. {ADVICE}"
        given |= {name: told if name in ("overview", "critical_answer") else [told] for name in PARTS}
        given["themes"] = [{**theme, "statement": told} for theme in given["themes"]]
        return Reply("", self.name, (ToolCall("write_summary", given),))


@pytest.fixture
def session(host: Host, model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A session of six people, one of whom tells who they are; its summary and its brief are written."""
    monkeypatch.setattr(model, "_writer", Obedient())
    session = host.new_session(results_visibility="public", critical="What must not happen?")
    for saying in SAYINGS:
        person = Browser()
        person.join(session)
        person.say(session, saying)
    assert jobs.summarise(session["id"])
    assert jobs.write_brief(session["id"])
    return session


def test_a_stranger_reads_no_name_no_number_and_nobodys_words(host: Host, session: dict[str, Any]) -> None:
    told = ("Dorothea", "Quimby", "Harris", "0199", "dora", "casino", "I was fired")
    page, member = results(Browser(), session), opened(host, session)[1]
    assert page.status == 200
    html = page.html.replace(session["id"], "")  # in which any four digits may come together
    assert [word for word in told if word in html] == []
    assert page.text.count("The canteen is far away.") == len(PARTS) + 1  # with the statement of their theme
    assert [word for word in told if word not in member.text and word != "casino"] == []


def test_nor_does_a_next_session_that_is_given_the_brief(
    host: Host, session: dict[str, Any], model: Interviewer
) -> None:
    brief = container.sessions().view(session["id"], FOR_RESULTS).brief
    assert brief is not None
    assert "The canteen is far away." in brief.markdown
    following = host.new_session(context=brief.markdown)
    Browser().join(following)
    shown = model.requests[-1]
    prompt = "\n".join([block.text for block in shown.system] + [b.text for m in shown.messages for b in m.blocks])
    assert "The canteen is far away." in prompt
    assert [word for word in ("Dorothea", "Quimby", "Harris", "0199", "dora") if word in prompt] == []


@pytest.mark.parametrize(
    ("addresses", "fields", "is_open"),
    [
        (["203.0.113.9"] * 5, {}, False),
        (["203.0.113.9"] * 5, {"shared_network": True}, True),
        ([f"203.0.113.{number}" for number in range(5)], {}, True),
    ],
    ids=["one address", "a workshop", "five addresses"],
)
def test_one_visitor_with_five_browsers_is_no_five_people(
    host: Host, monkeypatch: pytest.MonkeyPatch, addresses: list[str], fields: dict[str, Any], is_open: bool
) -> None:
    session = host.new_session(results_visibility="public", **fields)
    for address, saying in zip(addresses, SAYINGS[1:], strict=True):
        monkeypatch.setattr(LambdaEventConverter, "LOCAL_SOURCE_IP", address)
        person = Browser()
        person.join(session)
        person.say(session, saying)
    assert jobs.summarise(session["id"])
    page, member = results(Browser(), session), opened(host, session)[1]
    assert ("Fewer than 5 people" in page.text) is not is_open
    assert ("canteen" in page.text.lower()) is is_open
    assert "canteen" in member.text.lower()
    assert "5 participants" in member.text
    if not is_open:
        host.call("PATCH", f"/sessions/{session['id']}", {"shared_network": True})
        assert "canteen" in results(Browser(), session).text.lower()


def test_one_visitor_before_and_after_midnight_is_no_two_people(
    host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(results_visibility="public")
    clock.advance(11.8 * 3600)  # from noon
    addresses = ["203.0.113.9", "203.0.113.9", *(f"203.0.113.{number}" for number in range(3))]
    for address, saying in zip(addresses, SAYINGS[1:], strict=True):
        monkeypatch.setattr(LambdaEventConverter, "LOCAL_SOURCE_IP", address)
        person = Browser()
        person.join(session)
        person.say(session, saying)
        clock.advance(20 * 60)
    assert jobs.summarise(session["id"])
    assert "Fewer than 5 people" in results(Browser(), session).text
