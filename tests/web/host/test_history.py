"""The page of what a session's texts were before: found by text, compared, and brought back when that is asked for twice."""

from tests.api.edits import patch
from tests.api.hosts import Host
from tests.web.browser import Browser, Page
from tests.web.host.test_prompt import changes_in
from tests.web.host.visitor import send, sign_in, submit


def address(session: str, query: str = "") -> str:
    """The page of its history."""
    return f"/sessions/{session}/history{query}"


def bring_back(browser: Browser, page: Page, session: str) -> Page:
    """Press the button of a revision's page."""
    return submit(browser, address(session), page.form("Bring it back"))


def test_each_change_is_listed_with_who_made_it_and_what_it_changed(ana: Browser, host: Host) -> None:
    session = host.new_session(topic="Lunch", goal="Eat <well>", prompt="Ask.")["id"]
    patch(host.invite(session, "editor"), session, goal="Eat <more>", context="c" * 5_000)
    page = ana.open(address(session))
    assert "Changed by hand · by Ana" in page.text
    assert "Written when the session was made · by you" in page.text
    assert ("del", "well") in changes_in(page)
    assert ("ins", "more") in changes_in(page)
    assert "c" * 201 not in page.text
    only = ana.open(address(session, "?field=goal"))
    assert ("What you want to find out (2)" in only.text, "Lunch" in only.html.split("<ul")[1]) == (True, False)
    whole = ana.open(address(session, "?revision=context-1"))
    assert "c" * 5_000 in whole.text
    assert "This is what is there now." in whole.text
    assert "?revision=context-1&lang=de" in whole.links
    for wrong in ("goal-3", "goal-0", "mood-1", "goal-x", "goal-1000000000", "goal-%C2%B2"):
        assert ana.open(address(session, f"?revision={wrong}")).status == 404
    for offset in ("%C2%B2", "%E2%91%A0", "99999999999", "-1"):
        assert ana.open(address(session, f"?offset={offset}")).status == 200
        assert ana.open(f"/?from={offset}").status == 200
        for name in ("answers", "insights"):
            assert ana.open(f"/sessions/{session}/{name}?offset={offset}").status == 200


def test_a_text_comes_back_once_and_only_after_what_it_changes_was_shown(ana: Browser, host: Host) -> None:
    session = host.new_session(goal="Eat well", welcome_message="Hello")["id"]
    patch(host, session, goal="Eat much", welcome_message=None)
    page = ana.open(address(session, "?revision=goal-1"))
    assert changes_in(page)[-2:] == [("del", "much"), ("ins", "well")]
    assert "Nothing has changed yet." in page.text
    assert host.get(f"/sessions/{session}")["goal"] == "Eat much"
    for _ in range(2):
        assert "What you want to find out: the earlier text is back." in bring_back(ana, page, session).text
    assert host.get(f"/sessions/{session}")["goal"] == "Eat well"
    assert host.get(f"/sessions/{session}/edit-history")["counts"]["goal"]["count"] == 3
    gone = ana.open(address(session, "?revision=welcome_message-2"))
    assert "(nothing)" in gone.text
    bring_back(ana, ana.open(address(session, "?revision=welcome_message-1")), session)
    assert host.get(f"/sessions/{session}")["welcome_message"] == "Hello"


def test_where_somebody_edits_meanwhile_nothing_comes_back_unseen(ana: Browser, host: Host) -> None:
    session = host.new_session(goal="Eat well")["id"]
    patch(host, session, goal="Eat much")
    page = ana.open(address(session, "?revision=goal-1"))
    patch(host.invite(session, "editor"), session, goal="Eat soup")
    again = bring_back(ana, page, session)
    assert (again.status, "Somebody changed this session meanwhile" in again.text) == (409, True)
    assert changes_in(again)[-2:] == [("del", "soup"), ("ins", "well")]
    assert host.get(f"/sessions/{session}")["goal"] == "Eat soup"
    bring_back(ana, again, session)
    assert host.get(f"/sessions/{session}")["goal"] == "Eat well"


def test_the_history_is_for_editors(host: Host, ben: Browser) -> None:
    session = host.new_session(goal="Eat well", prompt="Ask.")["id"]
    host.invite(session, "viewer", "vi@example.com")
    vi = sign_in(ben, "vi@example.com")
    assert vi.open(address(session)).status == 403
    assert "History" not in vi.open(f"/sessions/{session}/prompt").text
    form = vi.open(f"/sessions/{session}").forms[0]
    assert send(vi, address(session), form, revision="goal-1").status_code == 403
