"""From the pages for participants, whoever is signed in as a member of the session finds the way back to the pages for hosts."""

from tests.api.hosts import Host
from tests.web.browser import Browser
from tests.web.host.visitor import sign_in
from tests.web.participant.test_results_links import followed


def ways_back(browser: Browser, path: str, session: str) -> list[bool]:
    """Whether a page leads to the dashboard, and to the page of the session."""
    links = browser.open(path).links
    return ["./" in links, f"sessions/{session}" in links]


def test_a_member_who_is_signed_in_finds_the_way_back_and_nobody_else_sees_one(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(results_visibility="public", is_public=True)
    thread = host.say(session["id"], "Soup").json_body["thread_id"]
    pages = [f"/results?s={session['id']}&as=others", f"/chat?s={session['id']}"]
    host.invite(session["id"], "viewer", "bo@example.com")
    ana, bo, cy = sign_in(ben, "ana@example.com"), sign_in(cem, "bo@example.com"), Browser()
    assert [ways_back(ana, page, session["id"]) for page in pages] == [[True, True]] * 2
    assert [ways_back(bo, page, session["id"]) for page in pages] == [[True, True]] * 2
    bo.join(session)
    assert ways_back(bo, f"/chat?s={session['id']}", session["id"]) == [True, True]
    for member in (ana, bo):
        where = {"": "/summary", f"&t={thread}": f"/people/{thread}"}
        for query, leads in where.items():
            answer = member.get(f"/results?s={session['id']}{query}")
            assert (answer.status_code, answer.headers["Location"]) == (303, f"sessions/{session['id']}{leads}")
    assert [ways_back(cy, page, session["id"]) for page in pages] == [[False, False]] * 2
    by_link = followed(host.get(f"/sessions/{session['id']}")["results_url"])
    assert [ways_back(by_link, page, session["id"]) for page in pages] == [[False, False]] * 2
    other = host.new_session(results_visibility="public")
    assert ways_back(bo, f"/results?s={other['id']}", other["id"]) == [False, False]
    assert ways_back(ana, f"/chat?s={session['id']}&test=1", session["id"]) == [False, True]  # of its own banner
