"""The page of a session's prompt: read, compared, used again, edited, changed in words and written anew; nothing without a click."""

import re
from functools import cache

import pytest

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import Reply, Request
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.services.usage.budget import SessionBudgetSpent
from tests.api.edits import overtake, patch
from tests.api.hosts import Host
from tests.api.jobs import write_prompt
from tests.api.test_accepted_prompts import propose
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.llm.queued import calls
from tests.web.browser import Browser, Page
from tests.web.host.visitor import follow, send, sign_in

IN_WORDS, PROPOSAL = "Write it from the brief", "Edit it first"  # the last button of each form


@pytest.fixture
def reviser(model: Interviewer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model that makes bread of soup."""
    complete = model.complete

    def answer(request: Request, deadline: Deadline) -> Reply:
        if request.must_call != "change_prompt":
            return complete(request, deadline)
        change = {"passage": "soup", "text": "bread"}
        return calls("change_prompt", {"changes": [change], "summary": "Bread, and why."})

    monkeypatch.setattr(model, "complete", answer)


def address(session: str) -> str:
    """The page of its prompt."""
    return f"/sessions/{session}/prompt"


def press(browser: Browser, page: Page, session: str, button: str, do: str, **fields: str) -> Page:
    """Press a button of a page; gives the page that comes of it."""
    answer = send(browser, address(session), page.form(button), do=do, **fields)
    return follow(browser, answer) if answer.status_code == 303 else browser.read(answer)


def stored(host: Host, session: str) -> list[tuple[int, str, str]]:
    """Number, origin and text of all versions."""
    listed = host.get(f"/sessions/{session}/prompts")["data"]
    return [(it["version"], it["origin"], it["text"]) for it in listed]


def changes_in(page: Page) -> list[tuple[str, str]]:
    """What is marked as taken out or put in."""
    return [
        (tag, re.sub(r"<span.*?</span>", "", words))
        for tag, words in re.findall(r"<(del|ins)>(.*?)</\1>", page.html, re.DOTALL)
    ]


def test_versions_are_listed_with_whose_they_are_and_how_many_talk_under_each(ana: Browser, host: Host) -> None:
    session = host.new_session(prompt="Ask about <soup>.", prompt_summary="Soup & why.")["id"]
    host.say(session, "Soup")
    patch(host.invite(session, "editor"), session, prompt="Ask about bread.")
    page = ana.open(address(session))
    assert page.text.index("Version 2") < page.text.index("Version 1")
    assert "Current: Version 2" in page.text
    assert "Written by hand · by Ana" in page.text
    assert "Written by hand · by you" in page.text
    assert "0 people began with it" in page.text
    assert "1 person began with it" in page.text
    assert "Whoever began with another one stays with it." in page.text
    old = ana.open(f"{address(session)}?version=1")
    assert "Ask about <soup>." in old.text
    assert "Soup & why." in old.text
    assert changes_in(old) == [("del", "bread"), ("ins", "&lt;soup&gt;")]
    assert "(removed: bread)" in old.text
    assert ana.open(f"{address(session)}?version=9").status == 404


def test_using_an_earlier_version_twice_makes_one(ana: Browser, host: Host) -> None:
    session = host.new_session(prompt="Ask about soup.")["id"]
    patch(host, session, prompt="Ask about bread.")
    page = ana.open(address(session))
    for _ in range(2):
        used = press(ana, page, session, "Use this", "use")
    assert "Version 3 is in use" in used.text
    assert stored(host, session)[0] == (3, "restored", "Ask about soup.")
    assert len(stored(host, session)) == 3


def test_a_text_edited_by_hand_is_the_next_version_and_still_knows_what_it_was_written_from(
    ana: Browser, host: Host
) -> None:
    session = host.new_session()["id"]
    assert write_prompt(session)
    before = host.get(f"/sessions/{session}")
    editor = ana.open(f"{address(session)}?edit=1")
    assert editor.form("Save as a new version").fields["text"] == before["prompt"]
    nothing = press(ana, editor, session, "Save as a new version", "save", text=" ")
    assert (nothing.status, "Please write something here." in nothing.text) == (400, True)
    long = press(ana, editor, session, "Save as a new version", "save", text="x" * 100_001)
    assert "At most 100,000 characters fit here; yours has 100,001." in long.text
    assert "x" * 100_001 in long.html
    for _ in range(2):
        press(ana, editor, session, "Save as a new version", "save", text="Mine.\nAll mine.", summary="")
    assert stored(host, session)[0] == (2, "host", "Mine.\nAll mine.")
    assert len(stored(host, session)) == 2
    after = host.get(f"/sessions/{session}")
    assert after["prompt_generated_from"] == before["prompt_generated_from"]
    assert (after["prompt_summary"], after["prompt_status"]) == (None, "host")


@pytest.mark.usefixtures("reviser")
def test_a_change_in_words_is_shown_first_and_stored_when_it_is_used(ana: Browser, host: Host) -> None:
    session = host.new_session(prompt="Ask about soup.\nAsk why.")["id"]
    page = ana.open(address(session))
    proposed = press(ana, page, session, IN_WORDS, "revise", instructions="Bread, please.")
    assert changes_in(proposed) == [("del", "soup"), ("ins", "bread")]
    assert "Nothing has changed yet." in proposed.text
    assert len(stored(host, session)) == 1
    for _ in range(2):
        used = press(ana, proposed, session, PROPOSAL, "keep")
    assert "Version 2 is in use" in used.text
    assert "Changed in words · by you" in used.text
    assert stored(host, session)[0] == (2, "revised", "Ask about bread.\nAsk why.")
    assert len(stored(host, session)) == 2


@pytest.mark.parametrize("is_at_the_same_moment", [False, True])
def test_what_somebody_else_made_meanwhile_is_shown_and_nothing_is_lost(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch, is_at_the_same_moment: bool
) -> None:
    session = host.new_session(prompt="Ask about soup.")["id"]
    editor = ana.open(f"{address(session)}?edit=1")

    def write_another() -> None:
        patch(host, session, prompt="Ask about rice.")

    if is_at_the_same_moment:
        overtake(monkeypatch, write_another)
    else:
        write_another()
    shown = press(ana, editor, session, "Save as a new version", "save", text="Ask about bread.")
    assert "Somebody made another version meanwhile." in shown.text
    assert changes_in(shown) == [("del", "rice"), ("ins", "bread")]
    press(ana, shown, session, PROPOSAL, "keep")
    assert [text for _, _, text in stored(host, session)] == [
        *("Ask about bread.", "Ask about rice.", "Ask about soup."),
    ]


def test_a_drift_of_the_brief_is_told_on_each_page_and_mended_with_one_click(ana: Browser, host: Host) -> None:
    session = host.new_session()["id"]
    proposal = propose(host, session).json_body
    accepted = {name: proposal[name] for name in ("prompt_summary", "prompt_generated_from")}
    patch(host, session, prompt="Mine, of the proposal.", **accepted)
    assert "The brief has changed" not in ana.open(address(session)).text
    patch(host, session, goal="Find out what people drink", template_id="swot")
    page = ana.open(address(session))
    assert "The brief has changed" in page.text
    assert changes_in(page)[:2] == [("del", "eat"), ("ins", "drink")]
    proposed = press(ana, page, session, "Show it to me first", "anew")
    assert proposed.has_form("Edit it first")
    assert host.get(f"/sessions/{session}")["prompt"] == "Mine, of the proposal."
    pages = [ana.open(f"/sessions/{session}{tab}") for tab in ("", "/brief")]
    assert ["The brief has changed" in it.text for it in pages] == [True, True]
    for it in pages:
        used = press(ana, it, session, "Write a new version and use it", "renew")
    assert "The brief has changed" not in used.text
    assert [it[:2] for it in stored(host, session)] == [(2, "tailored"), (1, "host")]


def test_what_a_draft_is_opened_with_is_told_before(ana: Browser, host: Host) -> None:
    reminders = {"enabled": True, "after_hours": [24], "text": None}
    session = host.new_session(draft=True, is_public=True, reminders=reminders)["id"]
    patch(
        host, session, prompt="Mine.", prompt_generated_from=propose(host, session).json_body["prompt_generated_from"]
    )
    before = ana.open(f"/sessions/{session}").text
    patch(host, session, goal="Find out what people drink")
    after = ana.open(f"/sessions/{session}").text
    told = "The brief has changed since the prompt was written. The prompt stays as it is."
    assert (told in before, told in after) == (False, True)
    assert "whoever has an API key can take part" in after
    assert "Reminders go to those who ask for them." in after


def test_what_the_model_does_not_answer_costs_no_word(ana: Browser, host: Host, model: Interviewer) -> None:
    session = host.new_session(prompt="Ask about soup.")["id"]
    model.failing.add("prompt")
    page = ana.open(address(session))
    failed = press(ana, page, session, IN_WORDS, "revise", instructions="Bread, <please>.")
    assert failed.status == 503
    assert "The language model gave no answer." in failed.text
    assert failed.form(IN_WORDS).fields["instructions"] == "Bread, <please>."
    long = press(ana, page, session, IN_WORDS, "revise", instructions="x" * 5_001)
    assert (long.status, "At most 5,000 characters fit here" in long.text) == (400, True)


def test_money_that_is_spent_is_said_to_be(ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    session = host.new_session(prompt="Ask about soup.")["id"]

    def spent(*_: object) -> Reply:
        raise SessionBudgetSpent(container.clock().now())

    monkeypatch.setattr(container.model(), "complete", spent)
    page = ana.open(address(session))
    for do in ("revise", "anew"):
        failed = press(ana, page, session, IN_WORDS, do, instructions="Bread, please.")
        assert (failed.status, "may cost is used up" in failed.text) == (503, True)
        assert failed.form(IN_WORDS).fields["instructions"] == "Bread, please."
    refused = host.call("POST", f"/sessions/{session}/prompts/revise", {"instructions": "Bread, please."})
    assert "What language models may cost in a session is used up" in refused.body.decode()


def test_while_a_prompt_is_being_written_the_page_looks_again_for_a_while(
    ana: Browser, host: Host, clock: FakeClock
) -> None:
    session = host.new_session()["id"]
    page = ana.open(address(session))
    assert "A prompt is being written from the brief." in page.text
    (look,) = re.findall(r'hx-get="([^"]+)" hx-trigger="every 3s"', page.html)
    assert (ana.get(look).status_code, ana.get(look).body) == (204, b"")
    clock.advance(180)
    given_up = ana.open(look)
    assert "A prompt is being written from the brief." in given_up.text
    assert "every 3s" not in given_up.html
    assert write_prompt(session)
    there = ana.open(look)
    assert "The prompt is written." in there.text
    assert "every 3s" not in there.html
    assert "Current: Version 1" in there.text


def test_the_prompt_of_a_draft_is_written_before_it_is_opened_where_that_is_asked_for(ana: Browser, host: Host) -> None:
    session = host.new_session(draft=True)["id"]
    page = ana.open(address(session))
    assert "The prompt is written from the brief when the session is opened." in page.text
    used = press(ana, press(ana, page, session, IN_WORDS, "anew"), session, PROPOSAL, "keep")
    assert "when the session is opened" not in used.text
    opened = patch(host, session, status="active")
    assert (opened["prompt_status"], opened["prompt"]) == ("host", stored(host, session)[0][2])


def test_without_a_model_the_page_says_so_and_offers_the_hand(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session()["id"]
    monkeypatch.setattr(container, "model", cache(ScriptedModel))
    assert write_prompt(session)
    page = ana.open(address(session))
    assert "No language model runs on this site" in page.text
    assert "Made of prepared questions" in page.text
    assert "Show the change" not in page.text
    assert "Edit the text" in page.text


def test_viewers_read_and_change_nothing_and_strangers_see_nothing(host: Host, ben: Browser, cem: Browser) -> None:
    session = host.new_session(prompt="Ask about soup.")["id"]
    patch(host, session, prompt="Ask about bread.")
    host.invite(session, "viewer", "vera@example.com")
    vera = sign_in(ben, "vera@example.com")
    page = vera.open(address(session))
    assert "Ask about bread." in page.text
    assert not page.has_form("Use this")
    assert vera.open(f"{address(session)}?edit=1").status == 403
    form = page.form("Sign out")
    for do in ("use", "revise", "anew", "edit", "keep", "save"):
        given = {"do": do, "version": "1", "text": "x", "instructions": "x"}
        assert send(vera, address(session), form, **given).status_code == 403
    assert len(stored(host, session)) == 2
    host.invite(host.new_session()["id"], "viewer", "sam@example.com")
    stranger = sign_in(cem, "sam@example.com")
    for query in ("", "?version=1", "?edit=1"):
        answer = stranger.open(address(session) + query)
        assert (answer.status, "soup" in answer.html, "bread" in answer.html) == (403, False, False)
