"""Who may what on pages, by a role in a session, in a project that it is in, both, neither, or one that was just taken away: every row of
`docs/roles.md`, in whichever state a form is shown."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from typing import NamedTuple

import pytest

from app import app
from chalicelib import container
from chalicelib.model import Role
from chalicelib.model.sessions import is_at_least
from chalicelib.web import host as host_pages
from chalicelib.web.host.form_steps import STEPS
from tests.api.hosts import Host, new_host
from tests.api.projects import join
from tests.api.role_world import GIVEN, LASTING, World
from tests.role_table import Row, rows_of
from tests.stored_items import state
from tests.web.browser import Browser, Form
from tests.web.host.page_rows import FORMS, QUERIES, SENT, SESSIONS, STATUS, WITHOUT_MODEL, PageWorld
from tests.web.host.visitor import send, sign_in

ROWS = rows_of("Pages")
RANK: tuple[Role | None, ...] = (*GIVEN, "owner")
DONE = (200, 303)


class Guest(NamedTuple):
    """Somebody signed in, the token of their forms, and what roles they have."""

    browser: Browser
    token: str
    user_id: str
    own: Role | None
    in_project: Role | None

    def has_more_than(self, other: "Guest") -> bool:
        """Whether they have a higher role than somebody in session or project, and in neither a lower one."""
        mine, others = [RANK.index(it) for it in self[3:]], [RANK.index(it) for it in other[3:]]
        return mine != others and all(own >= it for own, it in zip(mine, others, strict=True))


@pytest.fixture(autouse=True)
def plenty(monkeypatch: pytest.MonkeyPatch) -> None:
    """More requests a minute, and more invitations a day, than a host may make."""
    monkeypatch.setattr("chalicelib.services.accounts.logins.DEFAULT_RATE", 100_000)


def come(host: Host, own: Role | None, in_project: Role | None) -> Guest:
    """Sign somebody in."""
    email = container.accounts().user(host.user_id).email
    browser = sign_in(Browser(), email)
    return Guest(browser, browser.open("/account").form("Sign out").fields["token"], host.user_id, own, in_project)


def wrong(
    world: PageWorld, guests: list[Guest], browsers: Mapping[str, Browser], known: set[tuple[str, Row]]
) -> Iterator[str]:
    """What these guests may, and may not, against what the rows say; the least come first. A row that somebody may is done.

    All who may not try it. Of those who may, it is the owner and each who would not with less; REST, which asks for the same roles of the
    same operations, is tried by all of them. Who is `known` to have done it with less is not asked again.
    """
    for row in ROWS:
        is_of_others = row.party or "of oneself" in row.what  # an owner has no offer to accept, and stays
        asked = [it for it in guests if not (is_of_others and "owner" in it[3:])]
        may = {it.user_id: row.allows(it.own, it.in_project, is_tied=row.step != "attach") for it in asked}
        asked = [it for it in asked if not (may[it.user_id] and (it.user_id, row) in known)]
        able = [it for it in asked if may[it.user_id]]
        known |= {(it.user_id, row) for it in able}
        asked = [it for it in asked if it not in able or "owner" in it[3:] or not any(map(it.has_more_than, able))]
        if not asked:
            continue
        world.prepare(row)
        entered, is_done = world.fields(row, browsers), False
        for guest in sorted(asked, key=lambda it: (may[it.user_id], RANK.index(it.own), RANK.index(it.in_project))):
            if is_done:
                world.prepare(row)
            status = ask(world, row, guest, entered)
            if status in DONE:
                world.note_done(row)
            if may[guest.user_id]:
                is_done = is_done or status in DONE or (status == 503 and (row.path, row.what) in WITHOUT_MODEL)
                is_right = is_done and status not in (401, 403, 404, 500)
            else:
                is_right = status == 403 or (bool(is_of_others) and status in (404, 410))
            if not is_right:
                yield f"{guest.own}/{guest.in_project} {row} {status}"


def ask(world: PageWorld, row: Row, guest: Guest, entered: Mapping[str, str]) -> int:
    """Ask for a row as somebody; the status of the answer."""
    path = row.path.format(**world.ids)
    if row.method == "GET":
        query = QUERIES.get((row.path, row.what), "").format(**world.ids)
        return int(guest.browser.get(f"{path}{query}").status_code)
    roles = {"own": guest.own or "viewer", "in_project": guest.in_project or "viewer"}
    fields = {**entered, **world.fill(row, me=guest.user_id, **roles), "token": guest.token}
    return int(send(guest.browser, path, Form(), **fields).status_code)


def test_every_page_and_form_has_a_row() -> None:
    """A new one has to say who may, whichever state shows it; and nothing is said of one that is not there."""
    routes = {
        (method, path)
        for path, methods in app.routes.items()
        for method, route in methods.items()
        if route.view_function.__module__.startswith("chalicelib.web.host") and method != "HEAD"
    }
    taking = {path for method, path in routes if method == "POST"}
    assert {it for it in taking if not it.startswith("/sign-in")} == STEPS.keys()
    told = {(row.method, row.path, row.step) for row in ROWS}
    there = {(*it, "") for it in routes if it[0] == "GET" and "{" in it[1]}
    there |= {("POST", path, step) for path, steps in STEPS.items() for step in steps if "{" in path}
    by_fields = {("GET", "/templates/new", ""), ("POST", "/templates/new", "save")}
    assert told == there | by_fields | {("POST", "/invitation", it) for it in STEPS["/invitation"]}
    pages = (Path(host_pages.__file__).parent / "templates").glob("*.html")
    buttons = {it for page in pages for it in re.findall(r'name="do" value="(\w+)', page.read_text())}
    assert buttons - {step for steps in STEPS.values() for step in steps} == set()
    named = {(row.path, row.what) for row in ROWS}
    assert {*SENT, *FORMS, *QUERIES, *SESSIONS, *STATUS} <= named


def test_each_page_and_form_is_for_whom_its_row_says(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each role in the session, and none, beside each role in the project, and none; and both, taken away a second ago."""
    world = PageWorld(host)
    guests = [come(world.guest(*roles), *roles) for roles in product(GIVEN, GIVEN)]
    guests.append(come(host, "owner", "owner"))
    leaving = world.guest("admin", "admin")
    guests.append(come(leaving, None, None))
    for path in (f"/projects/{world.project}", *(f"/sessions/{it}" for it in world.sessions)):
        assert host.call("DELETE", f"{path}/members/{leaving.user_id}").status_code == 204
    for patched in LASTING:
        monkeypatch.setattr(*patched)
    owner = guests[-2].browser
    found = list(wrong(world, guests, {"session": owner, "project": owner}, set()))
    assert found == [], "\n".join(found)


def test_the_owner_of_the_one_may_in_the_other_what_their_role_there_says(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The owner of a session with each role in its project, and none; and the owner of that with each in the session."""
    heads = new_host("co@example.com")
    world, found, known = PageWorld(host, heads), list[str](), set[tuple[str, Row]]()
    session, project = come(host, "owner", None), come(heads, None, "owner")
    for patched in LASTING:
        monkeypatch.setattr(*patched)
    for role in GIVEN:
        if role == "viewer":
            join(world.project, role, host)
        elif role:
            given = {"role": role}
            assert heads.call("PATCH", f"/projects/{world.project}/members/{host.user_id}", given).status_code == 200
        if role:
            world.give(heads, role)
        guests = [session._replace(in_project=role), project._replace(own=role)]
        found += wrong(world, guests, {"session": session.browser, "project": project.browser}, known)
    assert found == [], "\n".join(found)


def test_what_no_form_of_a_page_asks_for_is_refused_and_changes_nothing(host: Host) -> None:
    """Of the owner of all; also what another page has, and what has the name of a step in it."""
    world = World(host)
    owner, before = come(host, "owner", "owner"), state()
    ids = {"session_id": world.session, "project_id": world.project, "template_id": world.template}
    ids["person_id"] = world.participant
    every = {"nonsense", "save:1", "Delete", "delete:1", "offer", "keep", "delete"}
    for path, steps in STEPS.items():
        fields = {"member": world.reader, "role": "admin", "session": world.free, "project": world.project}
        for step in sorted(every - steps):
            answer = send(owner.browser, path.format(**ids), Form(), token=owner.token, do=step, **fields)
            assert answer.status_code == 400, (path, step)
    assert state() == before


def test_an_owner_does_on_pages_what_takes_one(host: Host) -> None:
    """All of it in earnest: somebody is removed, a session and a project are offered, accepted and deleted by who has them then."""
    world, guest = World(host), new_host("dee@example.com")
    join(world.project, "viewer", guest)
    world.give(guest, "editor")
    owner, heir = come(host, "owner", "owner"), come(guest, "editor", "viewer")
    session, project = f"/sessions/{world.session}", f"/projects/{world.project}"

    def press(by: Guest, path: str, **fields: str) -> int:
        return int(send(by.browser, path, Form(), token=by.token, **fields).status_code)

    assert press(owner, f"{session}/people/{world.participant}", do="remove") == 303
    assert host.call("GET", f"{session}/participants/{world.participant}").status_code == 404
    for path, api in ((f"{session}/members", session), (project, project)):
        assert press(heir, path, do="accept", member=heir.user_id) == 403
        assert press(owner, path, do="offer", member=heir.user_id) == 303
        assert press(heir, path, do="accept", member=world.reader) == 403
        before = guest.get(f"{api}/members")
        answered = [
            press(owner, path, do=do, member=it.user_id)
            for do, it in (("accept", heir), ("decline", heir), ("offer", owner))
        ]
        assert (answered, guest.get(f"{api}/members")) == ([403, 403, 403], before)
        assert press(heir, path, do="decline", member=heir.user_id) == 303
        assert press(heir, path, do="accept", member=heir.user_id) == 403
        assert press(owner, path, do="offer", member=heir.user_id) == 303
        assert press(heir, path, do="accept", member=heir.user_id) == 303
        roles = {it["user_id"]: it["role"] for it in guest.get(f"{api}/members")["data"]}
        assert (roles[heir.user_id], roles[owner.user_id]) == ("owner", "admin")
    assert press(owner, project, do="delete") == 403
    assert press(heir, project, do="delete") == 303
    assert guest.call("GET", project).status_code == 404
    assert press(heir, session, do="delete", name="Lunch") == 303
    assert guest.call("GET", session).status_code == 404


@pytest.mark.parametrize("subject", ["session", "project"])
def test_an_invitation_is_answered_by_who_it_is_for(host: Host, subject: str) -> None:
    world = World(host)
    path = f"/{subject}s/{getattr(world, subject)}"
    for do, role in (("decline", None), ("accept", "editor")):
        invited = new_host(f"{do}@example.com")
        guest = come(invited, None, None)
        sent = {"emails": [f"{do}@example.com"], "role": "editor"}
        (made,) = host.call("POST", f"{path}/invitations", sent).json_body["data"]
        named = f"{subject[0]}.{getattr(world, subject)}.{made['id']}"
        answer = send(guest.browser, "/invitation", Form(), token=guest.token, do=do, invitation=named)
        assert answer.status_code in DONE
        found = {it["user_id"]: it["role"] for it in host.get(f"{path}/members")["data"]}
        assert found.get(guest.user_id) == role
        assert (guest.browser.get(path).status_code == 200) == bool(role)


def test_a_new_session_is_in_a_project_and_has_its_template_where_its_maker_may(host: Host) -> None:
    """An editor puts it there, and a viewer reads the template; others make a session of their own without."""
    world = World(host)
    for in_project in (*GIVEN, "owner"):
        maker = host if in_project == "owner" else world.guest(None, in_project)
        guest = come(maker, None, in_project)
        fields = {"do": "next", "goal": "Eat", "project": world.project, "template": world.template}
        answer = send(guest.browser, "/new", Form(), token=guest.token, once=container.new_id(), **fields)
        draft = maker.get(f"/sessions/{answer.headers['Location'].split('/')[2]}")
        assert draft["project_ids"] == ([world.project] if is_at_least(in_project, "editor") else [])
        assert draft["template_id"] == (world.template if in_project else None)
