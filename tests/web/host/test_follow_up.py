"""The button that prepares the next session: one draft, however often it is pressed, that says where it comes from."""

from functools import cache

import pytest

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import Reply, Request
from chalicelib.llm.scripted.model import ScriptedModel
from tests.api.hosts import Host
from tests.api.test_follow_up import LONELY, NAME, PROPOSED, WORDS, conclude
from tests.faults import Interviewer
from tests.llm.queued import calls
from tests.web.browser import Browser
from tests.web.host.visitor import follow, send, sign_in

BUTTON = "Prepare a follow-up"


@pytest.fixture
def proposer(model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that proposes a session."""
    complete = model.complete

    def answer(request: Request, deadline: Deadline) -> Reply:
        if request.task == "follow_up" and "follow_up" not in model.failing:
            model.requests.append(request)
            return calls("propose_follow_up", PROPOSED)
        return complete(request, deadline)

    monkeypatch.setattr(model, "complete", answer)


def drafts(host: Host) -> list[str]:
    """The ids of the host's drafts."""
    return [it["id"] for it in host.get("/sessions?status=draft")["data"]]


@pytest.mark.usefixtures("proposer")
def test_one_click_makes_one_draft_that_says_where_it_comes_from(ana: Browser, host: Host, model: Interviewer) -> None:
    session = conclude(host, context="A canteen")
    form = ana.open(f"/sessions/{session}/summary").form(BUTTON)
    for _ in range(2):
        page = follow(ana, send(ana, f"/sessions/{session}", form, do="follow"))
        assert "Follows up: Our office" in page.text
    (draft,) = drafts(host)
    assert model.count("follow_up") == 1
    made = host.get(f"/sessions/{draft}")
    assert [made[name] for name in ("topic", "goal", "critical", "status", "follow_up_of")] == [
        *(PROPOSED[name] for name in ("topic", "goal", "critical")),
        *("draft", session),
    ]
    assert "Noise keeps people away" in made["context"]
    assert [it for it in (LONELY, NAME, WORDS) if it in str(made)] == []
    assert host.call("DELETE", f"/sessions/{draft}").status_code == 204
    assert "This is a proposal" in follow(ana, send(ana, f"/sessions/{session}", form, do="follow")).text
    assert (len(drafts(host)), draft in drafts(host)) == (1, False)
    first = follow(
        ana, send(ana, f"/sessions/{session}", ana.open(f"/sessions/{session}/summary").form(BUTTON), do="follow")
    )
    assert "This is a proposal, a draft" in first.text


def test_without_a_model_or_an_answer_it_is_the_sessions_own_fields_and_the_page_says_so(
    ana: Browser, host: Host, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = conclude(host, people=4, critical="Noise")
    model.failing.add("follow_up")
    for told in ("No proposal came from the language model", "This server runs without a language model"):
        form = ana.open(f"/sessions/{session}/summary").form(BUTTON)
        page = follow(ana, send(ana, f"/sessions/{session}", form, do="follow"))
        assert told in page.text
        assert "Fewer than five people took part, so no results are passed on" in page.text
        monkeypatch.setattr(container, "model", cache(ScriptedModel))
    for draft in drafts(host):
        made = host.get(f"/sessions/{draft}")
        assert [made[name] for name in ("topic", "goal", "critical")] == [
            *("Our office", "Decide about the office", "Noise"),
        ]
    assert len(drafts(host)) == 2


def test_who_may_not_see_the_first_session_is_not_told_its_name(host: Host, ben: Browser) -> None:
    session = conclude(host)
    draft = host.call("POST", "/sessions", {"draft": True, "topic": "Next", "follow_up_of": session}).json_body["id"]
    host.invite(draft, "editor", "ed@example.com")
    ed = sign_in(ben, "ed@example.com")
    assert "Our office" not in ed.open(f"/sessions/{draft}").text
    assert not ed.open(f"/sessions/{draft}/summary").has_form(BUTTON)
