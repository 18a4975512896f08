"""What those who are no members read of results, where the model obeys one participant: nothing that tells who somebody is."""

from typing import Any

import pytest

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.store.sessions import FOR_RESULTS
from tests.api import jobs
from tests.api.hosts import Host
from tests.faults import Interviewer
from tests.rule_based_model import RuleBasedModel
from tests.web.browser import Browser
from tests.web.participant.test_results import opened, results

PRIVATE = "My name is Dorothea Quimby and I was fired by Mr Harris, my phone is 0171 555 0199"
COMMON = "The canteen is too far away for most people here"
SAYINGS = (PRIVATE, *[f"{COMMON}, and number {number} of us says so" for number in range(5)])
PARTS = ("overview", "agreements", "tensions", "open_questions", "critical_answer")


class Obedient(RuleBasedModel):
    """Hands in what one participant wrote in every part of a summary, in its own words and in theirs."""

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """The digests of that model, and such a summary."""
        reply = super().complete(request, deadline)
        if request.task != "summary":
            return reply
        given = dict(reply.tool_calls[0].input)
        told = f"The canteen is far away. Dorothea was fired. {PRIVATE}. Ask for Quimby. Call 0171 555 0199. See casino.example."
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
    told = ("Dorothea", "Quimby", "Harris", "0199", "casino", "I was fired")
    page, member = results(Browser(), session), opened(host, session)[1]
    assert page.status == 200
    assert [word for word in told if word in page.html] == []
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
    assert [word for word in ("Dorothea", "Quimby", "Harris", "0199") if word in prompt] == []
