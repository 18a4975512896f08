"""The receipt: a code and a private link, by which a participant reads, takes away, restricts and deletes what is stored of them."""

import json
import re
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from chalice.test import HTTPResponse

from chalicelib import container
from chalicelib.model import Thread
from chalicelib.services.access.rate_limits import RECEIPT_CODES
from chalicelib.services.participants.receipts import hash_code
from chalicelib.store import database, keys
from chalicelib.store.conversation_items import ThreadItem
from chalicelib.store.item_kinds import KINDS
from chalicelib.web.participant.receipt import REMOVED
from tests.api.hosts import Host
from tests.api.jobs import asked, delete_data
from tests.capacity import metered
from tests.clock import FakeClock
from tests.stored_items import stored
from tests.web.browser import Browser, Form, Page
from tests.web.invited import START, invite, path_of
from tests.web.test_privacy import ON_AWS, stage

CODE = re.compile(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4}){5}-[0-9A-Z]{2}\b")
WORDS = "The marmalade is locked away"
NOTHING = "Nothing is found here."
PROMISES = ("Backups have it for 35 more days", "messages that Telegram keeps")


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    return host.new_session(questions=[{"text": "Name"}], results_visibility="public")


def head_of(session: dict[str, Any]) -> Thread:
    (head,) = container.conversations().heads(session["id"])
    return head


def erase() -> None:
    """Have the worker of deletions do what it was asked."""
    for body in asked("deletions"):
        assert delete_data(body)


def post(browser: Browser, **fields: str) -> HTTPResponse:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    return browser.request("POST", "/receipt", urlencode(fields).encode(), headers)


def press(browser: Browser, form: Form, **fields: str) -> Page:
    """Send a form of the page and follow the redirect."""
    return browser.follow(post(browser, **form.fields | fields))


def code_on(page: Page) -> str:
    """The one code that a page shows."""
    (found,) = set(CODE.findall(page.html))
    return str(found)


def link_on(page: Page) -> str:
    """Where the page leads that is made for the receipt."""
    (found,) = {it.replace("&amp;", "&") for it in page.links if it.startswith("receipt?")}
    return f"/{found}"


def test_the_code_is_shown_at_the_start_and_the_end_and_leads_back_however_it_is_typed(
    ben: Browser, session: dict[str, Any]
) -> None:
    first = ben.join(session)
    code = code_on(first)
    assert code not in json.dumps(stored(), default=str)
    assert code_on(ben.say(session, WORDS)) == code
    end = ben.submit(ben.chat(session).form("I’m done"))
    assert "A lost code cannot be recovered" in end.text
    assert code_on(end) == code
    stranger = Browser(ben.client)
    entry = stranger.open("/receipt")
    for typed in (code, code.lower().replace("-", " "), code.replace("0", "O").replace("1", "l"), f" {code}. "):
        page = press(stranger, entry.form("Open"), code=typed)
        assert page.status == 200
        assert (code_on(page), link_on(end) in page.html.replace("&amp;", "&")) == (code, True)
    assert "hm_" not in str(stranger.cookies), "reading makes nobody a participant"


def test_a_wrong_code_a_foreign_link_and_those_of_deleted_conversations_are_answered_alike(
    ben: Browser, session: dict[str, Any], host: Host
) -> None:
    page = ben.join(session)
    code, link = code_on(page), link_on(page)
    other = host.new_session()["id"]
    answers = [post(ben, code="0" * 26), post(ben, code="no code"), ben.get(link[:-3]), ben.get("/receipt?s=" + other)]
    answers.append(ben.get(link.replace(session["id"], other)))
    host.call("DELETE", f"/sessions/{session['id']}/participants/{head_of(session).id}")
    answers += [post(ben, code=code), ben.get(link)]
    assert {answer.status_code for answer in answers} == {404}
    assert (
        len({re.sub(r'nonce[="-]+[\w+/]+|value="[^"]*"|href="\?[^"]*"', "", it.body.decode()) for it in answers}) == 1
    )
    assert NOTHING in ben.read(answers[0]).text


def test_so_many_codes_are_tried_from_one_network_in_an_hour(
    ben: Browser, session: dict[str, Any], clock: FakeClock
) -> None:
    code = code_on(ben.join(session))
    for _ in range(RECEIPT_CODES - 1):
        assert post(ben, code="0" * 26).status_code == 404
    assert post(ben, code=code).status_code == 303
    refused = post(ben, code=code)
    assert refused.status_code == 429
    assert "Too many codes" in ben.read(refused).text
    assert 0 < int(refused.headers["Retry-After"]) <= 3600
    clock.advance(3600)
    assert post(ben, code=code).status_code == 303


def test_what_is_taken_along_has_everything_that_is_stored_of_them(
    host: Host, ben: Browser, session: dict[str, Any]
) -> None:
    ben.submit(ben.chat(session).form("Start the conversation"), **name_field(ben, session))
    ben.say(session, WORDS)
    end = ben.submit(ben.chat(session).form("I’m done"))
    ben.submit(end.form("Send rating"), rating="4", comment="Short & <good>")
    link = link_on(ben.chat(session))
    reader = Browser(ben.client)
    assert WORDS in reader.open(f"{link}&words=1").text
    text = reader.get(f"{link}&words=file")
    assert WORDS in text.body.decode()
    assert "attachment" in text.headers["Content-Disposition"]
    answer = reader.get(f"{link}&words=json")
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    own = json.loads(answer.body)
    assert [it["content"] for it in own["messages"] if it["role"] == "user"] == [WORDS]
    assert own["form"]["answers"][0]["answer"] == "Benjamin"
    assert own["comment"]["text"] == "Short & <good>"
    thread = own["thread"]
    assert (thread["name"], thread["rating"], thread["quotable"], thread["passed_on"]) == ("Benjamin", 4, True, True)
    assert {"created_at", "first_message_at", "concluded_at", "rated_at"} <= thread.keys()
    told = {it["what"] for it in own["not_exported"]}
    assert all(
        (kind.export or "reminder") in own or kind.name.rstrip("#") in told for kind in KINDS if kind.owner == "person"
    )


def name_field(ben: Browser, session: dict[str, Any]) -> dict[str, str]:
    (name,) = [it for it in ben.chat(session).form("Start the conversation").fields if it.startswith("a-")]
    return {name: "Benjamin"}


def test_opening_addresses_changes_nothing_and_buttons_do(ben: Browser, session: dict[str, Any]) -> None:
    link = link_on(ben.join(session))
    reader, before = Browser(ben.client), json.dumps(stored(), default=str)
    for path in ("", "&words=1", "&words=json", "&delete=1", "&told=no_quotes", "&do=delete&sure=yes"):
        assert reader.open(link + path).status == 200
    assert re.sub(r"visits#.*?}", "", json.dumps(stored(), default=str)).count("thread#") == before.count("thread#")
    assert head_of(session).quotable
    page = press(reader, reader.open(link).form("Don’t quote me"))
    assert "Saved." in page.text
    assert not head_of(session).quotable
    page = press(reader, page.form("Not for other people’s conversations"))
    assert (head_of(session).quotable, head_of(session).passed_on) == (False, False)
    page = press(reader, page.form("Allow quotes again"))
    page = press(reader, page.form("Allow it again"))
    assert (head_of(session).quotable, head_of(session).passed_on) == (True, True)
    foreign = Browser(ben.client, headers={"Sec-Fetch-Site": "cross-site"})
    assert post(foreign, **page.form("Don’t quote me").fields).status_code == 403
    assert head_of(session).quotable


def test_a_conversation_is_deleted_only_where_that_is_said_twice(
    host: Host, ben: Browser, session: dict[str, Any], clock: FakeClock
) -> None:
    ben.submit(ben.chat(session).form("Start the conversation"), **name_field(ben, session))
    page = ben.say(session, WORDS)
    code, link = code_on(page), link_on(page)
    with stage(TELEGRAM_BOT="bot", **ON_AWS):
        confirm = ben.open(f"{link}&delete=1")
    assert [it in confirm.text for it in PROMISES] == [True, True]
    confirm = ben.open(f"{link}&delete=1")
    until = (clock.now() + timedelta(days=36)).strftime("%-d %B %Y")
    assert [it in confirm.text for it in PROMISES] == [False, False], "a machine of one's own, without a bot"
    unsure = post(ben, **confirm.form("Delete for good").fields)
    assert unsure.status_code == 400
    assert "tick the box" in ben.read(unsure).text
    assert head_of(session)
    sent = post(ben, **confirm.form("Delete for good").fields, sure="yes")
    gone = ben.follow(sent)
    assert gone.status == 200
    assert "Your conversation is deleted" in gone.text
    assert "being erased now" in gone.text
    assert (until in gone.text, "Backups" in gone.text) == (False, False)
    with stage(**ON_AWS):
        assert until in Browser(ben.client).open(f"/{sent.headers['Location']}").text
    assert container.conversations().heads(session["id"]) == []
    assert not ben.names or ben.chat(session).has_form("Start the conversation")
    erase()
    left = json.dumps(stored(), default=str)
    assert (WORDS in left, "Benjamin" in left, keys.RECEIPTS in left) == (False, False, False)
    assert post(ben, code=code).status_code == 404
    assert ben.get(link).status_code == 404


def test_what_was_removed_is_told_under_an_address_that_says_nothing_of_whom(
    ben: Browser, session: dict[str, Any]
) -> None:
    link = link_on(ben.join(session))
    form = ben.open(f"{link}&delete=1").form("Delete for good")
    location = post(ben, **form.fields, sure="yes").headers["Location"]
    erase()
    told = Browser(ben.client).open(f"/{location}")
    assert "was erased on" in told.text
    assert "are offline" not in told.text, "the next summary may be there by then"
    assert "1 message" in told.text
    assert Browser(ben.client).get(f"/receipt?s={session['id']}&gone={session['id']}").status_code == 404


def test_who_was_invited_is_led_to_what_becomes_of_it_in_their_session(host: Host, ben: Browser) -> None:
    session = host.new_session(topic="Zanzibar", access="invited", questions=[])
    (invited,) = invite(host, session, "ben@example.com")
    ben.submit(ben.open(path_of(invited["url"])).form(START))
    link, reader = link_on(ben.chat(session)), Browser(ben.client)
    gone = press(reader, reader.open(f"{link}&delete=1").form("Delete for good"), sure="yes")
    for page in (ben.chat(session), gone):
        (way,) = {it.replace("&amp;", "&") for it in page.links if it.startswith("privacy?")}
        assert "Zanzibar" in Browser(ben.client).open(f"/{way}").text


def test_forgetting_everywhere_ends_the_code_and_the_link(ben: Browser, session: dict[str, Any]) -> None:
    page = ben.join(session)
    code, link = code_on(page), link_on(page)
    form = ben.open(f"/chat?s={session['id']}&leave=1").form("Forget it and start new")
    ben.submit(form, everywhere="yes")
    assert post(ben, code=code).status_code == 404
    assert ben.get(link).status_code == 404
    assert keys.RECEIPTS not in json.dumps(stored(), default=str)
    assert code_on(ben.join(session)) != code


def test_a_thread_from_before_there_were_codes_gets_its_own_when_it_is_shown(
    ben: Browser, session: dict[str, Any]
) -> None:
    code = code_on(ben.join(session))
    head = head_of(session)
    database.transact(lambda write: forget_code(write, head))
    assert post(ben, code=code).status_code == 404
    assert code_on(ben.chat(session)) == code
    assert post(ben, code=code).status_code == 303
    with metered() as consumed:
        ben.chat(session)
    assert sum(consumed.calls.values()) <= 3


def test_a_code_that_another_stage_gave_out_stays_in_force(ben: Browser, session: dict[str, Any]) -> None:
    ben.join(session)
    theirs = "0123-4567-89AB-CDEF-GHJK-MNPQ-RS"
    assert container.receipt_deps().receipts.give(head_of(session), hash_code(theirs))
    ben.chat(session)
    for _ in range(2):
        page = press(Browser(ben.client), ben.open("/receipt").form("Open"), code=theirs)
        assert page.has_form("Don’t quote me")
        assert not CODE.findall(page.html), "nothing knows it but its hash"


def test_each_kind_of_what_is_removed_has_its_words() -> None:
    assert set(REMOVED) == {kind.export for kind in KINDS if kind.owner == "person" and kind.export}


def forget_code(write: Any, head: Thread) -> None:
    from chalicelib.store import receipts

    receipts.withdraw(write, head)
    item = ThreadItem(head.session_id, keys.thread(head.id))
    write.update(item, [ThreadItem.receipt.remove()], ThreadItem.session_id.exists())


def test_nothing_of_an_anonymous_session_is_shown_or_stored_in_clear(host: Host, ben: Browser) -> None:
    session = host.new_session(anonymous=True, questions=[])
    page = ben.join(session)
    reader = Browser(ben.client)
    pages = [reader.get(link_on(page) + more).body.decode() for more in ("", "&words=1", "&words=json", "&delete=1")]
    post(reader, code="0" * 26)
    person = next(value for name, value in ben.cookies.items() if name.startswith("hm")).partition(".")[0]
    for told in (*pages, json.dumps(stored(), default=str)):
        assert "127.0.0.1" not in told.replace("http://127.0.0.1:8000", "")
        assert person not in told


def test_a_test_run_is_nobodys_and_has_no_code(host: Host, ben: Browser, session: dict[str, Any]) -> None:
    host.join(session["id"], "p1")
    assert head_of(session).receipt is None
