"""A form that was sent when its sign-in had ended: the words stay, and are sent once somebody says so."""

import re
from html import unescape

import pytest

from chalicelib.settings import settings
from tests.api.hosts import Host
from tests.api.projects import new_project
from tests.web.browser import Browser, Form, Page
from tests.web.host.visitor import code_in, deliver, link_in, send, sign_in, use_link

ANA = "ana@example.com"
WORDS = "What keeps people away?\n\n“We” <b>need</b> & want to know"


@pytest.fixture
def form(host: Host, ben: Browser) -> Form:
    """A form that Ana filled in before she was signed out elsewhere."""
    form = next(form for form in sign_in(ben, ANA).open("/new").forms if "goal" in form.fields)
    sign_out_elsewhere(ben)
    return form


def sign_out_elsewhere(browser: Browser) -> None:
    """End the browser session, from another browser."""
    other = sign_in(Browser(), ANA)
    assert send(other, "/account", other.open("/account").forms[-1], end="others").status_code == 303


def sent(browser: Browser, form: Form, **fields: str) -> Page:
    """The page that answers the form."""
    return browser.read(send(browser, "/new", form, goal=WORDS, topic="Meetings", **fields))


def sessions(host: Host) -> list[str]:
    return [it["goal"] for it in host.get("/sessions?status=draft")["data"]]


def send_again(browser: Browser, page: Page) -> None:
    """Press the button that sends a kept form."""
    again = page.form("Send it again")
    assert send(browser, "/new", again).status_code == 303


def test_words_stay_while_one_signs_in_by_a_code_and_are_sent_by_a_click(host: Host, ben: Browser, form: Form) -> None:
    page = sent(ben, form)
    assert (page.status, "Your sign-in has ended" in page.text) == (401, True)
    assert " ".join(WORDS.split()) in page.text
    code = ben.read(send(ben, "/sign-in", page.form("Send me a link"), email=ANA))
    wrong = ben.read(send(ben, "/sign-in/code", code.form("Sign in"), code="1"))
    ready = ben.read(send(ben, "/sign-in/code", wrong.form("Sign in"), code=code_in(deliver()[-1])))
    assert (ready.status, sessions(host)) == (200, [])
    assert "Somebody else" not in ready.text
    send_again(ben, ready)
    assert sessions(host) == [WORDS]


def test_a_form_of_a_session_goes_where_it_was_sent(host: Host, ben: Browser) -> None:
    """And who opens a page of a session signed out comes back to it."""
    session = host.new_session()["id"]
    path = f"/sessions/{session}/brief"
    form = sign_in(ben, ANA).open(path).noted_form()
    sign_out_elsewhere(ben)
    page = ben.read(send(ben, path, form, goal=WORDS))
    code = ben.read(send(ben, "/sign-in", page.form("Send me a link"), email=ANA))
    ready = ben.read(send(ben, "/sign-in/code", code.form("Sign in"), code=code_in(deliver()[-1])))
    again = ready.form("Send it again")
    assert again.action == path
    assert send(ben, again.action, again).status_code == 303
    assert host.get(f"/sessions/{session}")["goal"] == WORDS
    way = Browser().get(f"{path}?step=goal").headers["Location"]
    assert way == f"/sign-in?next=%2Fsessions%2F{session}%2Fbrief%3Fstep%3Dgoal"


def test_words_stay_while_one_signs_in_by_the_link_in_another_tab(host: Host, ben: Browser, form: Form) -> None:
    page = sent(ben, form)
    code = ben.read(send(ben, "/sign-in", page.form("Send me a link"), email=ANA))
    early = ben.read(send(ben, "/sign-in/kept", code.form("I am signed in: go on")))
    assert "Your sign-in has ended" in early.text
    use_link(ben, link_in(deliver()[-1]))
    send_again(ben, ben.read(send(ben, "/sign-in/kept", early.form("I am signed in: go on"))))
    assert sessions(host) == [WORDS]


def test_what_was_entered_of_a_project_is_shown(host: Host, ben: Browser) -> None:
    project, session = f"/projects/{new_project(host)}", f"/sessions/{host.new_session()['id']}/members"
    ana, forms = sign_in(ben, ANA), []
    for address in ("/projects", project, session):
        forms += [(address, form) for form in ana.open(address).forms if {"title", "addresses"} & form.fields.keys()]
    assert len(forms) == 4  # a project's page has both
    sign_out_elsewhere(ben)
    for address, form in forms:
        entered = {"title": "Osprey-52"} if "title" in form.fields else {"addresses": "osprey-52@example.com"}
        page = ben.read(send(ben, address, form, **entered))
        assert page.status == 401
        assert "sprey-52" in page.text, address


def test_a_mistake_on_the_way_keeps_the_words(host: Host, ben: Browser, form: Form) -> None:
    page = ben.read(send(ben, "/sign-in", sent(ben, form).form("Send me a link"), email="nowhere"))
    assert page.status == 400
    assert page.form("Send me a link").fields["kept"]
    assert " ".join(WORDS.split()) in page.text


def test_without_mail_the_demo_button_leads_back_to_the_words(
    host: Host, ben: Browser, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEMO_SIGN_IN", f"{ANA} some-secret")
    settings.cache_clear()
    ready = ben.read(send(ben, "/sign-in/demo", sent(ben, form).form("Go in as the demo host")))
    send_again(ben, ready)
    assert sessions(host) == [WORDS]


def test_who_signed_in_again_meanwhile_has_nothing_to_do_over(host: Host, ben: Browser, form: Form) -> None:
    sign_in(ben, ANA)
    assert send(ben, "/new", form, goal=WORDS, topic="Meetings").status_code == 303
    assert sessions(host) == [WORDS]


@pytest.mark.parametrize("is_before", [True, False])
def test_a_form_of_somebody_else_is_sent_in_nobodys_name_without_saying_so(
    host: Host, ben: Browser, form: Form, is_before: bool
) -> None:
    bo = "bo@example.com"
    host.invite(host.new_session()["id"], "viewer", bo)
    before = sessions(host)
    if is_before:
        page = sent(ben, form)
        sign_in(ben, bo)
        page = ben.read(send(ben, "/sign-in/kept", page.form("I am signed in: go on")))
    else:
        page = sent(sign_in(ben, bo), form)
    assert f"Somebody else was signed in when this was written. It would be sent in your name now: {bo}" in page.text
    assert sessions(host) == before
    send_again(ben, page)
    assert sessions(host) == before  # it is Bo's


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}, {}])
def test_no_other_website_puts_words_on_the_page(
    host: Host, ben: Browser, cem: Browser, form: Form, headers: dict[str, str]
) -> None:
    kept = sent(ben, form).form("Send me a link")
    for browser in (Browser(), sign_in(cem, ANA)):
        browser.headers = headers
        for path, given in (("/new", form), ("/sign-in/kept", kept), ("/sign-in", kept)):
            answer = send(browser, path, given, goal=WORDS, topic="Meetings", email=ANA)
            assert "We” &lt;b&gt;need" not in answer.body.decode()
    assert sessions(host) == []


def test_signing_out_on_an_old_page_signs_out_and_asks_nothing(host: Host, ben: Browser, cem: Browser) -> None:
    old = sign_in(ben, ANA).open("/account").form("Sign out")
    host.invite(host.new_session()["id"], "viewer", "bo@example.com")
    sign_in(ben, "bo@example.com")
    assert send(ben, "/sign-out", old).status_code == 303
    assert ben.get("/account").status_code == 303
    assert send(ben, "/sign-out", old).headers["Location"] == "/sign-in"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "a" * 12 + "." + "b" * 12 + "." + "c" * 43])
def test_a_form_that_no_page_of_ours_made_is_not_kept(host: Host, ben: Browser, token: str) -> None:
    answer = send(ben, "/new", Form({"token": token}), goal=WORDS)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/sign-in")


def test_a_kept_form_that_was_changed_is_none(host: Host, ben: Browser, form: Form) -> None:
    kept = sent(ben, form).form("Send me a link").fields["kept"]
    for changed in (kept[:-1], "x" + kept, kept.partition(".")[0], ".", "x.y"):
        assert send(ben, "/sign-in/kept", Form({"kept": changed})).status_code == 303


def test_what_was_entered_stands_under_the_labels_of_its_page_and_nothing_else_is_shown(
    host: Host, ben: Browser
) -> None:
    questions = [{"text": "Which day?"}, {"text": "How long?"}]
    session = host.new_session(topic="Lunch", goal="Eat", prompt="Ask.", questions=questions)["id"]
    at, ana = f"/sessions/{session}", sign_in(ben, ANA)
    entered = {
        f"{at}/prompt?edit=1": [("text", "Edit the text", "Ask more."), ("summary", "What it does", "Asks")],
        f"{at}/settings": [
            ("welcome_message", "Welcome", "Hello"),
            ("anonymous", "Anonymous", "on"),
            ("time_zone", "Time zone", "Europe/Berlin"),
            ("results_visibility", "Who sees the results", "everybody who took part"),
        ],
        f"{at}/form": [("q0.text", "Question 1", "Which week?"), ("q0.options", "Options, one a line", "This\nNext")],
        f"{at}/brief": [("critical", "What must you learn in any case?", WORDS)],
        at: [("name", "Type the name of the session to delete it", "Tea")],
        "/keys": [("name", "What is it for?", "laptop")],
    }
    chosen = {"results_visibility": "participants", "q0.kind": "one", "days": "30"}
    pages = {path: ana.open(path) for path in entered}
    sign_out_elsewhere(ana)
    for path, rows in entered.items():
        form = next(it for it in pages[path].forms if rows[0][0] in it.fields)
        fields = {name: value for name, _, value in rows} | {it: chosen[it] for it in chosen if it in form.fields}
        kept = _entries(ana.read(send(ana, path.partition("?")[0], form, **fields)))
        assert [label for label in kept if label not in pages[path].text] == []
        for _, label, value in rows:
            assert kept[next(it for it in kept if it.startswith(label))] == value
        assert len(kept) == len(rows)


def _entries(page: Page) -> dict[str, str]:
    """What a page shows of a kept form, by its labels."""
    found = re.findall(r'<dt class="hint">(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>', page.html, re.DOTALL)
    return {unescape(label): unescape(words) for label, words in found}


def test_an_open_page_is_told_and_stays_as_it_is(host: Host, ben: Browser, form: Form) -> None:
    ben.headers["HX-Request"] = "true"
    told = send(ben, "/new", form, goal=WORDS)
    assert told.headers["HX-Retarget"] == "#signed-out"
    assert 'href="/sign-in" target="_blank"' in told.body.decode()
    assert WORDS not in told.body.decode()
    assert ben.get("/").headers["HX-Retarget"] == "#signed-out"
    ben.headers.pop("HX-Request")
    host.invite(host.new_session()["id"], "viewer", "bo@example.com")
    sign_in(ben, "bo@example.com")
    ben.headers["HX-Request"] = "true"
    assert "Somebody else is signed in" in send(ben, "/new", form, goal=WORDS).body.decode()
