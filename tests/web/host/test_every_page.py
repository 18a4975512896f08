"""What is true of every page for hosts, those included that are added later: whom it tells nothing, and what changes nothing.

The pages are found as a host finds them: by following each link and form from the first page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode, urlsplit

import pytest

from app import app
from chalicelib import container
from chalicelib.model.notifications import Event
from chalicelib.services.notifications.notify import notify
from chalicelib.settings import settings
from chalicelib.web.host.form_steps import require_step
from tests.api.hosts import Host
from tests.api.jobs import summarise
from tests.api.projects import attach, join, new_project
from tests.snapshots import Snapshots
from tests.stored_items import state
from tests.web.browser import Browser, Form
from tests.web.host.visitor import send, sign_in

ANA, BO = "ana@example.com", "bo@example.com"
ROUTES = [
    (method, path)
    for path, methods in app.routes.items()
    for method, route in methods.items()
    if route.view_function.__module__.startswith("chalicelib.web.host")
]
FOR_ANYBODY = ("/sign-in", "/invitation")  # what the latter shows, its link alone opens
SECRETS = ("Zanzibar", "Quagga", "Xylophone", "Wombat")
FIELDS = dict(zip(("topic", "goal", "critical", "context"), SECRETS, strict=True))


@dataclass
class Found:
    """What a host finds: addresses of pages, and forms by where they are sent."""

    pages: set[str] = field(default_factory=set)
    forms: list[tuple[str, Form]] = field(default_factory=list)


@pytest.fixture(autouse=True)
def plenty(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """More requests a minute than a host may make, and every page that an operator can switch on."""
    monkeypatch.setattr("chalicelib.services.accounts.logins.DEFAULT_RATE", 10_000)
    monkeypatch.setenv("OWN_MODELS_KEY", "arn:aws:kms:us-east-1:123456789012:key/k")
    settings.cache_clear()


@dataclass
class Visited:
    """Two sessions of Ana's, the cookies by which she is signed in, and all that she finds."""

    host: tuple[str, str]  # id and key
    sessions: list[str]
    cookies: dict[str, str]
    found: Found


@pytest.fixture(scope="module")
def snapshots() -> Snapshots[Visited]:
    return Snapshots()


@pytest.fixture
def visited(host: Host, snapshots: Snapshots[Visited]) -> Visited:
    """Looked at once: where pages lead does not differ between these tests."""
    return snapshots.restore("visited", lambda: _visit(host))


def _visit(host: Host) -> Visited:
    sessions = _sessions_of(host)
    sign_in(Browser(), ANA)  # elsewhere, too
    browser = sign_in(Browser(), ANA)
    return Visited((host.user_id, host.key), sessions, browser.cookies, look_around(browser))


def _sessions_of(host: Host) -> list[str]:
    """One session of Ana's that is open, with two people in it who said enough for a review, and a summary; a draft; a template."""
    questions = [{"text": "Where do you live?"}]
    found = [host.new_session(**FIELDS, questions=questions)["id"], host.new_session(**FIELDS, status="draft")["id"]]
    (question,) = host.get(f"/sessions/{found[0]}/questions")["data"]
    assert host.join(found[0], "p1", answers=[{"question_id": question["id"], "answer": SECRETS[1]}]).status_code == 200
    for person in ("p1", "p2") * 3:
        assert host.say(found[0], f"{SECRETS[0]} needs more buses in the evening", person).status_code == 200
    assert host.call("PATCH", f"/sessions/{found[0]}", {"critical": f"{SECRETS[2]}s"}).status_code == 200
    assert summarise(found[0])
    assert host.call("POST", "/integrations/telegram/groups", {"group_id": "-1"}).status_code == 201
    for project in (new_project(host, title=SECRETS[0]), new_project(host, title=SECRETS[1])):
        join(project, "viewer")
    attach(host, found[0], project)
    template = host.call("POST", "/templates", {"title": SECRETS[3], "default_goal": SECRETS[1]})
    assert host.call("POST", "/templates", {"title": SECRETS[2], "workspace_id": project}).status_code == 201
    told = Event("session_ended", "1", container.clock().now(), found[0])
    assert notify(host.user_id, told, deps=container.notification_deps())
    return [*found, template.json_body["id"]]


@pytest.fixture
def sessions(visited: Visited) -> list[str]:
    return visited.sessions


@pytest.fixture
def found(visited: Visited) -> Found:
    return visited.found


@pytest.fixture
def ana(visited: Visited) -> Browser:
    """Ana, who is signed in."""
    return Browser(cookies=visited.cookies)


@pytest.fixture
def bo(host: Host, visited: Visited) -> Browser:
    """Somebody with an account, and with nothing to do with these sessions."""
    ana = Host(host.client, *visited.host)
    ana.invite(ana.new_session()["id"], "viewer", BO)
    return sign_in(Browser(), BO)


def look_around(browser: Browser) -> Found:
    """Every page and form that can be reached, in one language, each kind of page once for each session, and each form once: the one to
    sign out is on every page."""
    found, waiting = Found(), ["/"]
    seen = {("/", "")}
    known: set[tuple[str, str, frozenset[str]]] = set()
    while waiting:
        path = waiting.pop()
        page = browser.open(path)
        if page.status != 200 or "text/html" not in page.headers["Content-Type"]:
            continue
        assert "&amp;amp;" not in page.html  # a link that is escaped twice leads elsewhere
        found.pages.add(path)
        for pressed in (pressed for it in page.forms if "token" in it.fields for pressed in _pressed(it)):
            target = pressed.action or path
            kind = urlsplit(target).path, pressed.fields.get("do", ""), frozenset(pressed.fields)
            if kind not in known:
                known.add(kind)
                found.forms.append((target, pressed))
        asking = [f"{it.action}?{urlencode(it.fields)}" for it in page.forms if "token" not in it.fields and it.action]
        for link in (*page.links, *asking):
            url = urlsplit(link if link.startswith("/") else f"{urlsplit(path).path}{link}")
            names = "&".join(sorted(it for it in re.findall(r"(\w+)=", url.query) if it != "lang"))
            if _route("GET", url.path) and (url.path, names) not in seen:
                seen.add((url.path, names))
                waiting.append(url._replace(fragment="").geturl())
    return found


def _pressed(form: Form) -> list[Form]:
    """A form as each of its buttons sends it."""
    return [
        replace(form, fields=form.fields | dict([button]), action=form.elsewhere.get(button, form.action))
        for button in form.buttons
    ] or [form]


def _route(method: str, path: str) -> str | None:
    """The route of ours that serves this path."""
    for of, route in ROUTES:
        if of == method and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), path):
            return str(route)
    return None


def test_every_page_of_a_session_is_found_from_the_first_page(found: Found) -> None:
    """And no form of any asks for what is refused as the wish of no form."""
    for path, form in found.forms:
        require_step(str(_route("POST", urlsplit(path).path)), form.fields.get("do", ""))
    reached = {("GET", _route("GET", urlsplit(it).path)) for it in found.pages}
    reached |= {("POST", _route("POST", urlsplit(path).path)) for path, _ in found.forms}
    missed = {it for it in ROUTES if it[0] != "HEAD" and not it[1].startswith(FOR_ANYBODY)} - reached
    assert missed == set()


def test_another_hosts_sessions_are_shown_and_changed_on_no_page(
    found: Found, bo: Browser, sessions: list[str]
) -> None:
    own = bo.open("/account").form("Sign out").fields["token"]
    before = state()
    for path in sorted(found.pages):
        answer = bo.get(path)
        is_theirs = any(it in urlsplit(path).path for it in sessions)
        assert not is_theirs or answer.status_code in (403, 404), path
        untold = (it for it in sessions if it not in urlsplit(path).query)  # which a link to another language repeats
        assert not any(it in answer.body.decode() for it in (*SECRETS, *untold)), path
    *named, template = sessions
    for path, form in found.forms:
        # Who names a template on the page of a new session that is none to them makes a session of their own without it.
        if template not in path and not any(it in path or it in str(form.fields) for it in named):
            continue
        answer = send(bo, path, form, token=own)
        assert answer.status_code in (403, 404), path
        assert not any(it in answer.body.decode() for it in SECRETS), path
    assert state() == before


def test_who_is_not_signed_in_is_sent_to_sign_in_and_changes_nothing(ana: Browser, sessions: list[str]) -> None:
    before = state()
    for method, path in _with_ids(sessions[0]):
        nobody = Browser(cookies={"harmonica": "x" * 43})
        answer = send(nobody, path, Form()) if method == "POST" else nobody.request(method, path)
        if path == "/":
            assert answer.status_code == 200
        else:
            assert (answer.status_code, str(answer.headers["Location"])[:8]) == (303, "/sign-in"), path
        assert not any(it in answer.body.decode() for it in SECRETS)
    assert state() == before


def test_no_form_of_another_website_does_anything(ana: Browser, found: Found) -> None:
    before = state()
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "null"}):
        ana.headers = headers
        for path, form in found.forms:
            assert send(ana, path, form).status_code == 403, path
        for path in (path for method, path in ROUTES if method == "POST" and path.startswith(FOR_ANYBODY)):
            assert send(ana, path, Form(), email=BO).status_code == 403, path
    assert state() == before


def test_a_form_without_the_token_of_its_sign_in_does_nothing(ana: Browser, found: Found) -> None:
    before = state()
    for path, form in found.forms:
        for token in ("", "x" * 69):
            assert send(ana, path, form, token=token).status_code == 403, path
    assert state() == before


def test_scanners_and_browsers_that_fetch_ahead_change_nothing(ana: Browser, found: Found) -> None:
    before = state()
    for path in found.pages:
        for method in ("HEAD", "GET"):
            ana.headers = {"Sec-Purpose": "prefetch", "Sec-Fetch-Site": "same-origin"}
            answer = ana.request(method, path)
            assert answer.status_code == 200, path
            assert method == "GET" or not answer.body
    assert state() == before


def _with_ids(session_id: str) -> Iterator[tuple[str, str]]:
    """Every page that is not for anybody, of this session; what else an address names is 1."""
    for method, path in ROUTES:
        if not path.startswith(FOR_ANYBODY):
            yield method, re.sub(r"\{\w+\}", "1", path.replace("{session_id}", session_id))
