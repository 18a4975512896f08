"""Personal invitations: their links on whatever device, and who may join."""

from typing import Any

from tests.api.hosts import Host, error_of, new_host
from tests.web.browser import Browser
from tests.web.host.visitor import deliver, recipients
from tests.web.invited import HERE, START, invite, is_invited_only, link_in, listed, path_of, states


def test_an_invited_person_joins_by_their_link_and_is_the_same_on_every_device(
    host: Host, mail: None, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(access="invited")
    (made,) = invite(host, session, "Ben Okri <Ben@Example.com>", message="Please & <soon>!")
    assert (made["status"], made["email"], made["url"]) == ("sent", "Ben@Example.com", None)
    assert invite(host, session, "ben@example.COM")[0]["status"] == "already"
    assert states(host, session) == {"Ben@Example.com": "waiting"}
    (text,) = deliver()
    for said in ("Ana asks you to take part in", "Lunch", "about 10 minutes", "Please &amp; &lt;soon&gt;!", "/stop?t="):
        assert said in text
    assert recipients() == ["Ben@Example.com"]
    assert states(host, session) == {"Ben@Example.com": "sent"}
    page = ben.open(link_in(text))
    form = page.form(START)
    assert [value for name, value in form.fields.items() if name.startswith("a-")] == ["Ben Okri", "Ben@Example.com"]
    assert states(host, session) == {"Ben@Example.com": "opened"}
    assert host.get(f"/sessions/{session['id']}/responses")["data"] == []
    ben.submit(form)
    assert ben.say(session, "Soup").log[-2] == ("You", "Soup")
    elsewhere = cem.open(link_in(text))
    assert cem.submit(elsewhere.form(HERE)).log[-2] == ("You", "Soup")
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    (row,) = listed(host, session)["data"]
    assert (row["state"], row["participant_id"]) == ("joined", person["participant_id"])


def test_where_only_invited_people_may_join_everybody_else_is_told_so_and_who_is_in_goes_on(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(is_public=True)
    ben.join(session)
    form = cem.chat(session).form(START)
    host.call("PATCH", f"/sessions/{session['id']}", {"access": "invited"})
    assert is_invited_only(cem.chat(session))
    assert is_invited_only(cem.submit(form))
    assert ben.say(session, "Soup").log[-2] == ("You", "Soup")
    refused = (403, "forbidden", "Only people with a personal invitation can join this session")
    assert error_of(host.join(session["id"])) == refused
    assert error_of(host.say(session["id"], "Soup")) == refused
    assert error_of(new_host("bo@example.com").say(session["id"], "Soup")) == refused
    assert error_of(host.call("POST", f"/sessions/{session['id']}/responses", {"content": "Soup"})) == refused
    (url,) = [it["url"] for it in invite(host, session, "cem@example.com")]
    forged = path_of(url).replace("~hand", "")
    assert is_invited_only(cem.open(forged))
    other = host.new_session(access="invited")
    assert is_invited_only(cem.open(path_of(url).replace(session["id"], other["id"])))
    clung = path_of(url).replace(session["id"], session["id"] + ".")
    assert cem.follow(cem.get(clung)).has_form(START)
    assert cem.open(path_of(url)).has_form(START)


def test_a_link_that_a_host_passes_on_begins_a_conversation_and_opens_none(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(access="invited")
    (made,) = invite(host, session, "ben@example.com")
    assert made["status"] == "no_mail"
    ben.submit(ben.open(path_of(made["url"])).form(START))
    assert ben.follow(ben.get(path_of(made["url"]))).has_form("Send")
    page = cem.open(path_of(made["url"]))
    assert page.status == 409
    assert "has begun already" in page.text
    assert page.forms == []


def test_a_form_from_a_link_that_a_host_passes_on_opens_nothing_that_another_one_began(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(access="invited")
    (made,) = invite(host, session, "ben@example.com")
    early = cem.open(path_of(made["url"])).form(START)
    form = ben.open(path_of(made["url"])).form(START)
    ben.submit(form)
    page = cem.submit(early)
    assert (page.status, page.forms) == (409, [])
    assert "has begun already" in page.text
    assert not cem.open(f"/chat?s={session['id']}").has_form("Send")
    ben.cookies.clear()  # the answer to the form was lost, and its cookie with it
    assert ben.submit(form).has_form("Send")


def test_a_removed_invitation_lets_nobody_join_and_a_removed_person_takes_theirs_along(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session(access="invited")
    url = f"/sessions/{session['id']}/participant-invitations"
    ada, bo = invite(host, session, "ada@example.com", "bo@example.com")
    form = ben.open(path_of(ada["url"])).form(START)
    assert host.call("DELETE", f"{url}/{ada['id']}").status_code == 204
    assert host.call("DELETE", f"{url}/{ada['id']}").status_code == 404
    assert is_invited_only(ben.submit(form))
    assert is_invited_only(ben.open(path_of(ada["url"])))
    cem.submit(cem.open(path_of(bo["url"])).form(START))
    (person,) = host.get(f"/sessions/{session['id']}/responses")["data"]
    host.call("DELETE", f"/sessions/{session['id']}/participants/{person['participant_id']}")
    assert listed(host, session)["data"] == []


def test_addresses_are_judged_one_by_one_and_limits_say_which(host: Host, mail: None) -> None:
    session = host.new_session()
    given = ["ada@example.com", "ADA@example.com", "nobody", 'Eve <"x>', "Bo <bo@example.com>"]
    assert [it["status"] for it in invite(host, session, *given)] == ["sent", "already", "refused", "refused", "sent"]
    url = f"/sessions/{session['id']}/participant-invitations"
    wrong: list[dict[str, Any]] = [
        {},
        {"emails": []},
        {"emails": ["a@b.c"] * 201},
        {"emails": ["a@b.c"], "message": "x" * 1_001},
    ]
    for body in wrong:
        assert error_of(host.call("POST", url, body))[:2] == (400, "validation_error")
    assert error_of(host.invite(session["id"], "viewer").call("GET", url))[:2] == (403, "forbidden")
    assert host.invite(session["id"], "editor").call("GET", url).status_code == 200
    draft = host.new_session(draft=True)
    answer = host.call("POST", f"/sessions/{draft['id']}/participant-invitations", {"emails": ["ada@example.com"]})
    assert error_of(answer)[:2] == (400, "validation_error")
