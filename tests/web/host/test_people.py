"""The people of a session: who there is, what each said, and what a host does about them."""

import re
from typing import Any

import pytest

from chalicelib.web.kit.form_fields import field_name
from tests.api.hosts import Host, error_of
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.web.browser import Browser, Page
from tests.web.host.visitor import sign_in, submit
from tests.web.participant.test_widgets import present
from tests.web.test_privacy import ON_AWS, stage


def people(session: dict[str, Any], person: str = "") -> str:
    """The address of the list, or of somebody's page."""
    return f"/sessions/{session['id']}/people" + (f"/{person}" if person else "")


def person_of(host: Host, session: dict[str, Any], place: int = 0) -> dict[str, Any]:
    """Somebody as the API has them."""
    return dict(host.get(f"/sessions/{session['id']}/responses?include=all")["data"][place])


def member(host: Host, session: dict[str, Any], role: Any) -> Browser:
    """Somebody with a role in the session, signed in."""
    host.invite(session["id"], role, f"{role}@example.com")
    return sign_in(Browser(), f"{role}@example.com")


def test_a_conversation_is_shown_whole_and_each_message_can_be_linked_to(
    ana: Browser, host: Host, cem: Browser, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(widgets_enabled=True, prompt="Ask.", questions=[{"text": "Your team", "role": "name"}])
    (question,) = (it["id"] for it in host.get(f"/sessions/{session['id']}/questions")["data"])
    present("RankingList", model, monkeypatch)
    cem.submit(cem.chat(session).form("Start the conversation"), **{field_name(question): "Kitchen crew"})
    for words in ("One", "Two", "It is loud.\nVery loud.", "Four"):
        page = cem.say(session, words)
    page = cem.submit(page.form("Send answer"), w0="3", w1="1", w2="2")
    cem.submit(page.form("I’m done"))
    cem.submit(cem.chat(session).form("Send rating"), rating="4", comment="Short enough")
    found = person_of(host, session)
    shown = ana.open(people(session, found["participant_id"]))
    assert shown.status == 200
    for words in ("Kitchen crew", "Your team", "finished", "web page", "Rating: 4", "Short enough"):
        assert words in shown.text
    assert "Chosen: Where do you eat? 1. In the canteen 2. <b>Outside</b> 3. At home" in shown.text
    anchors = [f'id="message-{it["id"]}"' for it in found["messages"]]
    assert [shown.html.count(it) for it in anchors] == [1] * len(anchors)
    assert "It is loud.\nVery loud." in [words for _, words in shown.log]


def test_one_goes_from_person_to_person_in_the_order_of_the_list(ana: Browser, host: Host, clock: FakeClock) -> None:
    session = host.new_session()
    for name in ("p1", "p2", "p3"):
        host.say(session["id"], f"I am {name}", name)
        clock.advance(60)
    first, second, third = (it["participant_id"] for it in host.get(f"/sessions/{session['id']}/responses")["data"])
    assert people(session, first) in ana.open(people(session)).links
    to_second = [it for it in ana.open(people(session, first)).links if "/people/" in it]
    assert to_second == [people(session, second)]
    around = ana.open(people(session, second)).links
    assert [it for it in around if "/people/" in it] == [people(session, first), people(session, third)]


def test_who_is_left_out_is_so_everywhere_and_can_be_taken_in_again(ana: Browser, host: Host) -> None:
    session = host.new_session()
    host.say(session["id"], "Cheese", "p1")
    person, path = person_of(host, session)["participant_id"], people(session)
    out = submit(ana, path, ana.open(path).form("Leave out"), do="leave_out")
    assert "Left out of the results." in out.text
    assert "left out of the results" in out.text
    assert host.get(f"/sessions/{session['id']}/responses")["data"] == []
    again = submit(ana, people(session, person), ana.open(people(session, person)).form("Take in"), do="take_in")
    assert "Taken into the results." in again.text
    assert len(host.get(f"/sessions/{session['id']}/responses")["data"]) == 1


def test_the_owner_removes_somebody_once_and_is_asked_first(ana: Browser, host: Host) -> None:
    session = host.new_session()
    host.say(session["id"], "Cheese", "p1")
    path, before = people(session, person_of(host, session)["participant_id"]), ana.open(people(session))
    asks = ana.open(f"{path}?remove=1")
    assert "gone for good" in asks.text
    form = asks.form("Remove for good")
    for _ in range(2):
        gone = submit(ana, path, form, do="remove")
        assert "Removed for good." in gone.text
        assert "Nobody has joined yet." in gone.text
        assert (before.has_form("End it now"), gone.has_form("End it now")) == (True, False)
    assert "a backup of the database" not in gone.text
    with stage(**ON_AWS):
        assert "a backup of the database has it" in ana.open(people(session)).text
    assert ana.get(path).status_code == 404
    assert host.get(f"/sessions/{session['id']}")["participant_count"] == 0


@pytest.mark.parametrize(("role", "buttons"), [("viewer", []), ("editor", ["Leave out"])])
def test_a_viewer_reads_and_only_the_owner_removes(role: str, buttons: list[str], host: Host) -> None:
    session = host.new_session()
    host.say(session["id"], "Cheese", "p1")
    person = person_of(host, session)["participant_id"]
    browser = member(host, session, role)
    page = browser.open(people(session, person))
    assert "Cheese" in page.text
    assert [it.button for it in page.forms if it.action == people(session, person)] == buttons
    sent = submit(browser, people(session, person), page.forms[0], do="remove")
    assert sent.status == 403
    assert "Cheese" in browser.open(people(session, person)).text


def test_the_api_gives_one_conversation_with_the_comment(host: Host, cem: Browser) -> None:
    session = host.new_session()
    cem.join(session)
    cem.say(session, "Soup")
    cem.submit(cem.chat(session).form("I’m done"))
    cem.submit(cem.chat(session).form("Send rating"), rating="2", comment="Too long")
    listed = person_of(host, session)
    path = f"/sessions/{session['id']}/participants/{listed['participant_id']}"
    assert host.get(path) == {**listed, "comment": "Too long"}
    assert error_of(host.call("GET", path[:-1] + "x"))[2] == "Participant not found"


def rows(page: Page) -> int:
    """How many people a page of the list has."""
    return page.html.count('<tr id="p-')


def test_fifty_people_are_on_a_page(ana: Browser, host: Host) -> None:
    session = host.new_session()
    for number in range(52):
        host.join(session["id"], f"p{number}")
    first = ana.open(people(session))
    second = ana.open(next(it for it in first.links if "cursor=" in it))
    assert (rows(first), rows(second)) == (50, 2)


def test_the_page_tells_how_people_go_and_what_they_said_last(ana: Browser, host: Host, cem: Browser) -> None:
    session = host.new_session()
    cem.join(session)
    assert figures(ana.open(people(session))) == {"Joined": 1, "have said nothing yet": 1}
    cem.say(session, "It is loud")
    page = ana.open(people(session))
    assert figures(page) == {"Joined": 1, "in conversation": 1}
    found = person_of(host, session)
    message = next(it["id"] for it in found["messages"] if it["content"] == "It is loud")
    assert people(session, f"{found['participant_id']}#message-{message}") in page.links
    submit(ana, people(session), page.form("Leave out"), do="leave_out")
    page = ana.open(people(session))
    assert figures(page) == {"Joined": 1, "in conversation": 1, "left out of the results": 1}
    assert "It is loud" not in page.text


def figures(page: Page) -> dict[str, int]:
    """The figures of a page by their names, without those of nobody."""
    found = re.findall(r">([^<]*)</a></dt><dd>(\d+)</dd>", page.html)
    return {name: int(count) for name, count in found if count != "0"}


def test_what_is_new_is_fetched_only_where_there_is_something(ana: Browser, host: Host) -> None:
    session = host.new_session()
    host.say(session["id"], "Soup", "p1")
    live = f"{people(session)}?part=live"
    assert f'hx-get="{live}"' in ana.open(people(session)).html
    first = ana.get(live)
    assert b"<html" not in first.body
    tag = {"If-None-Match": first.headers["ETag"]}
    assert ana.request("GET", live, headers=tag).status_code == 304
    host.say(session["id"], "Bread", "p1")
    assert b"Bread" in ana.request("GET", live, headers=tag).body
    host.call("PATCH", f"/sessions/{session['id']}", {"status": "completed"})
    assert f'hx-get="{live}"' not in ana.open(people(session)).html
    assert ana.request("GET", live, headers=tag).status_code == 286  # a page that is open still stops asking


def test_people_are_found_by_a_part_of_their_name(ana: Browser, host: Host) -> None:
    session = host.new_session()
    for name in ("Ada", "Bo"):
        host.say(session["id"], "Soup", name, participant_name=name)
    assert rows(ana.open(f"{people(session)}?q=ad")) == 1
    assert "Nothing fits" in ana.open(f"{people(session)}?q=zz").text


def test_each_figure_leads_to_the_people_it_counts(ana: Browser, host: Host, clock: FakeClock) -> None:
    session = host.new_session()
    for name in ("p1", "p2", "p3"):
        host.say(session["id"], "Soup", name)
    clock.advance(25 * 3600)
    host.say(session["id"], "Bread", "p4")
    host.join(session["id"], "p5")
    submit(ana, people(session), ana.open(people(session)).form("Leave out"), do="leave_out")
    page = ana.open(people(session))
    assert figures(page) == {
        "Joined": 5,
        "in conversation": 1,
        "went quiet": 3,
        "have said nothing yet": 1,
        "left out of the results": 1,
    }
    found = {it.partition("status=")[2].partition("#")[0]: rows(ana.open(it)) for it in page.links if "status=" in it}
    assert found == {"talking": 1, "quiet": 3, "completed": 0, "joined": 1, "excluded": 1}
    assert "Nobody at the moment." in ana.open(f"{people(session)}?status=completed").text
