"""The page of a review of the facilitator: findings that lead to what was said, and rules that change nothing before they are used."""

import re
from functools import cache

import pytest

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import Reply, Request
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.services.usage.budget import SessionBudgetSpent
from tests.api.hosts import Host
from tests.api.test_facilitator_review import RULE, SAID, finding, talk
from tests.faults import Interviewer
from tests.llm.queued import calls
from tests.web.browser import Browser, Page
from tests.web.host.test_prompt import changes_in, press, stored
from tests.web.host.visitor import send, sign_in, submit

RUN, APPLY = "Review the facilitator", "Show the change"


@pytest.fixture
def reviewer(model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that finds one thing in two conversations."""
    complete = model.complete

    def answer(request: Request, deadline: Deadline) -> Reply:
        if request.task != "review" or "review" in model.failing:
            return complete(request, deadline)
        found = finding(("1.3", "two questions at once"), ("2.3", "two questions at once"), title="Asks <two> things")
        return calls("record_review", {"findings": [found]})

    monkeypatch.setattr(model, "complete", answer)


@pytest.fixture
def session(host: Host) -> str:
    """A session in which two people talked."""
    found = str(host.new_session(prompt="Ask.\nAsk why.")["id"])
    talk(host, found, "p1", "p2")
    return found


def address(session: str) -> str:
    return f"/sessions/{session}/review"


def run(browser: Browser, session: str) -> Page:
    """Press the button."""
    form = browser.open(address(session)).form(RUN)
    return submit(browser, address(session), form, do="run")


@pytest.mark.usefixtures("reviewer")
def test_each_finding_leads_to_the_messages_that_show_it(ana: Browser, session: str) -> None:
    page = run(ana, session)
    assert "Conversations read: 2. Nothing has changed yet." in page.text
    assert "Asks <two> things" in page.text
    links = re.findall(rf'href="(/sessions/{session}/people/[^"#]+)#(message-[^"]+)"', page.html)
    assert len(links) == 2
    for path, anchor in links:
        conversation = ana.open(path)
        assert f'id="{anchor}"' in conversation.html
        assert SAID[1] in conversation.text


@pytest.mark.usefixtures("reviewer")
def test_a_rule_is_added_to_the_prompt_once_the_host_has_seen_it_there(ana: Browser, host: Host, session: str) -> None:
    page = run(ana, session)
    form = page.form(APPLY)
    none = ana.read(send(ana, address(session), form, do="apply"))
    assert (none.status, "Tick the rules that you want to add." in none.text) == (400, True)
    assert "Asks <two> things" in none.text
    proposed = ana.read(send(ana, address(session), none.form(APPLY), **{"do": "apply", "rule.0": "1"}))
    assert "Nothing has changed yet." in proposed.text
    assert [kind for kind, _ in changes_in(proposed)] == ["ins"]
    assert RULE in changes_in(proposed)[0][1]
    assert len(stored(host, session)) == 1
    used = press(ana, proposed, session, "Edit it first", "keep")
    assert "After a review · by you" in used.text
    assert stored(host, session)[0] == (2, "review", f"Ask.\nAsk why.\n\n# Rules\n- {RULE}")
    assert host.get(f"/sessions/{session}/edit-history?field=prompt")["revisions"][0]["source"] == "stall_review_apply"


@pytest.mark.usefixtures("reviewer")
def test_where_the_model_fails_the_last_findings_stay_and_without_one_the_page_says_so(
    ana: Browser, host: Host, session: str, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = run(ana, session)
    model.failing.add("review")
    failed = submit(ana, address(session), page.form("Review again"), do="run")
    assert (failed.status, "Asks <two> things" in failed.text) == (503, True)
    assert "The language model gave no review." in failed.text

    def spent(*_: object) -> Reply:
        raise SessionBudgetSpent(container.clock().now())

    monkeypatch.setattr(model, "complete", spent)
    assert "is used up" in run(ana, session).text
    monkeypatch.setattr(container, "model", cache(ScriptedModel))
    page = ana.open(address(session))
    assert "this server runs without one" in page.text
    assert not page.has_form(RUN)
    empty = ana.open(address(host.new_session(prompt="Ask.")["id"]))
    assert "There are such conversations: 0. A review takes 2 at least." in empty.text


def test_the_review_is_for_editors(host: Host, ben: Browser, session: str) -> None:
    host.invite(session, "viewer", "vi@example.com")
    vi = sign_in(ben, "vi@example.com")
    assert vi.open(address(session)).status == 403
    form = vi.open(f"/sessions/{session}").forms[0]
    assert send(vi, address(session), form, do="run").status_code == 403
