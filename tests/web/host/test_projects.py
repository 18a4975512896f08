"""Projects and members on pages: everything without a script, and nothing for whom it does not concern."""

import pytest

from chalicelib import container
from chalicelib.model import Role
from chalicelib.services.synthesis import digest_runner
from chalicelib.store import project_roles
from tests.api.hosts import Host, new_host
from tests.api.projects import attach, join, new_project
from tests.api.test_project_memory import AGAINST, CANARY, FOR, PRO_PARKING, Indiscreet, hold
from tests.clock import FakeClock
from tests.web.browser import Browser
from tests.web.host.visitor import send, sign_in, submit


@pytest.fixture
def ana(host: Host, ben: Browser) -> Browser:
    """The host, signed in."""
    return sign_in(ben, "ana@example.com")


def signed_in(email: str) -> tuple[Host, Browser]:
    """Somebody else with an account, signed in."""
    return new_host(email), sign_in(Browser(), email)


def test_a_project_is_made_filled_changed_set_aside_and_deleted(host: Host, ana: Browser) -> None:
    session = host.new_session(topic="Canteen")["id"]
    page = ana.open("/projects")
    assert "There is no project yet." in page.text
    refused = submit(ana, "/projects", page.form("Make the project"), title="", description="x" * 2_001)
    assert "Please type something here." in refused.text or refused.status == 400
    made = submit(ana, "/projects", page.form("Make the project"), title="Food", description="All on food")
    (project,) = host.get("/projects")["data"]
    address = f"/projects/{project['id']}"
    assert "All on food" in made.text
    put = submit(ana, address, made.form("Put it in"), do="attach", session=session)
    assert "The session is in the project." in put.text
    assert host.get(address)["session_ids"] == [session]
    assert "Food" in ana.open("/").text
    assert "Food" in ana.open(f"/sessions/{session}/members").text
    out = submit(ana, address, put.form("Take out"), do="detach", session=session)
    assert "There is no session in it yet." in out.text
    saved = submit(ana, address, out.form("Save"), do="save", title="Food 2026", location="Leeds")
    assert "Leeds" in saved.text
    submit(ana, address, saved.form("Archive"), do="archive")
    assert "Food 2026" not in ana.open("/").text
    assert "Food 2026" in ana.open("/projects").text
    gone = submit(ana, address, ana.open(address).form("Delete it for good"), do="delete")
    assert "The project is deleted." in gone.text
    assert host.get("/projects")["data"] == []


def test_roles_are_changed_handed_over_and_left_on_both_pages(host: Host, ana: Browser, clock: FakeClock) -> None:
    session, project = host.new_session()["id"], new_project(host)
    bo, browser = signed_in("bo@example.com")
    container.sessions().add_member(session, bo.user_id, "viewer")
    join(project, "viewer", bo)
    for address in (f"/sessions/{session}/members", f"/projects/{project}"):
        page = ana.open(address)
        form = page.form("Save")
        changed = submit(ana, address, form, do="role", member=bo.user_id, role="editor")
        assert "The role is changed." in changed.text
        offered = submit(ana, address, form, do="offer", member=bo.user_id)
        assert "may become the owner" in offered.text
        taken = browser.open(address)
        assert (
            "You are the owner now."
            in submit(browser, address, taken.form("Decline"), do="accept", member=bo.user_id).text
        )
        left = send(ana, address, form, do="remove", member=host.user_id)
        assert left.status_code == 303
        refused = ana.open(address)
        assert (refused.status, "a role that you do not have" in refused.text) == (403, True)
        assert '<a href="/">Your sessions</a>' in refused.html


def test_the_owner_withdraws_an_offer_which_leaves_the_role_as_it_is_until_it_is_accepted(
    host: Host, ana: Browser
) -> None:
    session, project = host.new_session()["id"], new_project(host)
    bo, browser = signed_in("bo@example.com")
    admin, others = signed_in("cem@example.com")
    roles: tuple[tuple[Host, Role], ...] = ((bo, "editor"), (admin, "admin"))
    for person, role in roles:
        container.sessions().add_member(session, person.user_id, role)
        join(project, "viewer", person)
        given = {"role": role}
        assert host.call("PATCH", f"/projects/{project}/members/{person.user_id}", given).status_code == 200
    for api, address in (
        (f"/sessions/{session}/members", f"/sessions/{session}/members"),
        (f"/projects/{project}/members", f"/projects/{project}"),
    ):
        page = ana.open(address)
        assert not page.has_form("Withdraw the offer")
        offered = submit(ana, address, page.form("Offer it"), do="offer", member=bo.user_id)
        withdraw = offered.form("Withdraw the offer")
        assert withdraw.fields["member"] == bo.user_id
        assert [it.open(address).has_form("Withdraw the offer") for it in (browser, others)] == [False, False]
        assert bo.get("/notifications")["unread"] == 1
        own = send(browser, address, browser.open(address).form("Decline"), do="withdraw_offer", member=bo.user_id)
        assert own.status_code == 403
        withdrawn = submit(ana, address, withdraw, do="withdraw_offer")
        assert "The offer is withdrawn." in withdrawn.text
        assert (withdrawn.has_form("Withdraw the offer"), browser.open(address).has_form("Decline")) == (False, False)
        assert bo.get("/notifications") == {"data": [], "unread": 0}
        (member,) = [it for it in host.get(api)["data"] if it["user_id"] == bo.user_id]
        assert (member["role"], member["offered_at"]) == ("editor", None)
        submit(ana, address, withdrawn.form("Offer it"), do="offer", member=bo.user_id)
        submit(browser, address, browser.open(address).form("Decline"), do="accept", member=bo.user_id)
        late = submit(ana, address, withdraw, do="withdraw_offer")
        assert (late.status, "The owner stays the owner" in late.text) == (400, True)
        assert {it["user_id"]: it["role"] for it in host.get(api)["data"]}[bo.user_id] == "owner"


def test_who_has_a_lower_role_finds_no_form_and_is_refused(host: Host) -> None:
    session, project = host.new_session()["id"], new_project(host)
    attach(host, session, project)
    roles: tuple[tuple[Role | None, int], ...] = ((None, 403), ("viewer", 200), ("editor", 200))
    for role, status in roles:
        person, browser = signed_in(f"{role}@example.com".lower())
        if role:
            join(project, role, person)
        for address in (f"/projects/{project}", f"/sessions/{session}/members"):
            page = browser.open(address)
            assert page.status == status, (role, address)
            token = browser.open("/projects").form("Make the project")
            for fields in (
                {"do": "role", "member": host.user_id, "role": "viewer"},
                {"do": "remove", "member": host.user_id},
                {"do": "offer", "member": person.user_id},
            ):
                assert send(browser, address, token, **fields).status_code in (400, 403, 404)
        changes = {"title": "Mine", "do": "save"}
        answer = send(browser, f"/projects/{project}", browser.open("/projects").form("Make the project"), **changes)
        assert (answer.status_code == 303) is (role == "editor")
        assert (send(browser, f"/projects/{project}", token, do="archive").status_code == 303) is False
        assert send(browser, f"/projects/{project}", token, do="delete").status_code == 403
    assert host.get(f"/projects/{project}")["status"] == "active"


def test_a_session_is_in_its_project_from_the_first_words_on_and_so_is_what_follows_it_up(
    host: Host, ana: Browser
) -> None:
    project, other = new_project(host), new_project(host, title="Drink")
    address = f"/new?project={project}"
    assert address in ana.open(f"/projects/{project}").links
    (form,) = [it for it in ana.open(address).forms if "step" in it.fields]
    step = submit(ana, "/new", form, goal="Find out what they eat", do="next")
    assert "critical" in step.html
    (form,) = [it for it in ana.open("/").forms if "once" in it.fields and it.action == "/new"]
    submit(ana, "/new", form, goal="Another question", do="next", project=other)
    first, second = (
        next(it for it in host.get("/sessions?status=draft")["data"] if it["goal"].startswith(word))["id"]
        for word in ("Find", "Another")
    )
    assert host.get(f"/sessions/{first}")["project_ids"] == [project]
    assert host.get(f"/sessions/{second}")["project_ids"] == [other]
    stranger = new_project(new_host("bo@example.com"), title="Secret")
    assert "Secret" not in ana.open(f"/new?project={stranger}").text
    submit(ana, "/new", form, goal="A third one", do="next", project=stranger, once="x")
    (third,) = [it for it in host.get("/sessions?status=draft")["data"] if it["goal"].startswith("A third")]
    assert host.get(f"/sessions/{third['id']}")["project_ids"] == []
    brief = {"topic": "Tea", "goal": "Drink", "follow_up_of": first}
    for guest, there in ((host, [project]), (join(project, "editor"), [project]), (join(project, "viewer"), [])):
        made = guest.call("POST", "/sessions", brief).json_body["id"]
        assert guest.get(f"/sessions/{made}")["project_ids"] == there
    made = host.call("POST", "/sessions", {**brief, "project_id": other}).json_body["id"]
    assert host.get(f"/sessions/{made}")["project_ids"] == [other]


def test_refusals_are_told_in_the_language_of_the_page(host: Host, ana: Browser) -> None:
    outer = new_project(host)
    inner = new_project(host, title="Soup", parent_id=outer)
    address = f"/projects/{outer}"
    (form,) = [it for it in ana.open(f"{address}?lang=de").forms if "title" in it.fields]
    wrong = submit(ana, f"{address}?lang=de", form, do="save", title="Food", parent_id=inner)
    assert wrong.status == 400
    assert "Ein Projekt kann nicht in sich selbst liegen." in wrong.text
    stays = send(ana, f"{address}?lang=de", form, do="role", member=host.user_id, role="editor")
    assert stays.status_code == 400
    assert "Eigentümer bleibt" in stays.body.decode()


def test_what_lies_within_what_is_shown_and_stays_when_somebody_saves_who_has_no_role_above(
    host: Host, ana: Browser
) -> None:
    outer, other = new_project(host, title="Food"), new_project(host, title="Drinks")
    inner = new_project(host, title="Soup", parent_id=outer)
    assert "Food" in ana.open(f"/projects/{inner}").text
    above = ana.open(f"/projects/{outer}")
    assert "Projects in it Soup" in " ".join(above.text.split())
    offered = [value for form in above.forms for name, value in form.options if name == "parent_id"]
    assert offered == ["", other], "a project cannot lie in what lies in it"
    assert "In the project Food" in " ".join(ana.open("/projects").text.split())
    bo, browser = signed_in("bo@example.com")
    join(inner, "admin", bo)
    page = browser.open(f"/projects/{inner}")
    assert "Food" not in page.text
    assert "a project in which you have no role" in page.text
    saved = submit(browser, f"/projects/{inner}", page.form("Save"), do="save", title="Soups")
    assert "Saved." in saved.text
    assert host.get(f"/projects/{inner}")["parent_id"] == outer


def test_a_session_names_its_projects_to_whoever_has_a_role_in_them(host: Host, ana: Browser) -> None:
    session, projects = host.new_session()["id"], [new_project(host, title=title) for title in ("Soups", "Food")]
    for project in projects:
        attach(host, session, project)
    join(projects[1], "viewer", host.invite(session, "viewer", "bo@example.com"))
    browser = sign_in(Browser(), "bo@example.com")
    path = f"/sessions/{session}"
    led = [it for it in ana.open(path).links if it.startswith("/projects/")]
    assert led == [f"/projects/{it}" for it in reversed(projects)]  # by title
    seen = browser.open(path)
    assert [it for it in seen.links if it.startswith("/projects/")] == [f"/projects/{projects[1]}"]
    assert "Soups" not in seen.text


def test_a_host_reads_in_words_for_hosts_that_something_is_not_there(ana: Browser) -> None:
    page = ana.open(f"/projects/{container.new_id()}")
    assert (page.status, "There is nothing here" in page.text, "conversation" in page.text) == (404, True, False)
    assert {"/", "/projects", "/templates", "/account"} <= set(page.links)  # the way to what is theirs


def test_the_first_page_reads_the_roles_once(host: Host, ana: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    new_project(host)
    read: list[str] = []
    roles_of = project_roles.roles_of

    def note(user_id: str) -> dict[str, Role]:
        read.append(user_id)
        return roles_of(user_id)

    monkeypatch.setattr(project_roles, "roles_of", note)
    assert "Food" in ana.open("/").text
    assert read == [host.user_id]


def test_what_a_project_remembers_is_shown_exactly_and_switched_off_and_on_by_editors(
    host: Host, ana: Browser, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(digest_runner, "AT_ONCE", 1)
    monkeypatch.setattr(container, "model", Indiscreet)
    project = new_project(host)
    address = f"/projects/{project}"
    assert "There is nothing yet. It begins once a session has ended" in ana.open(address).text
    hold(host, project, [*FOR, *AGAINST, *PRO_PARKING], clock, "Town & country")
    page = ana.open(address)
    told = [it["text"] for it in host.get(f"{address}/memory")["points"]]
    shown = (*told, "Settled", "Open tensions", "6 people", "Town & country")
    assert [text for text in shown if text not in page.text] == []
    assert " ".join(host.get(f"{address}/memory")["text"].split()) in page.text
    assert CANARY not in page.text
    off = submit(ana, address, page.form("Begin new sessions without it"), do="forget")
    assert "It is switched off" in off.text
    assert "New sessions begin without it from now on." in off.text
    assert host.get(address)["inherit"] is False
    bo, browser = signed_in("bo@example.com")
    join(project, "viewer", bo)
    seen = browser.open(address)
    assert told[0] in seen.text
    assert "Begin new sessions with it" not in seen.text
    assert send(browser, address, seen.forms[-1], do="remember").status_code == 403
    on = submit(ana, address, off.form("Begin new sessions with it"), do="remember")
    assert "This is exactly what a session that begins now gets." in on.text
    unread = "a script asks the questions, and it does not use this"
    assert unread not in on.text
    with monkeypatch.context() as scripted:
        scripted.setattr(Indiscreet, "understands", False)
        assert unread in ana.open(address).text
    begun = {"topic": "Next", "goal": "Go on", "project_id": project}
    prompt = ana.open(f"/sessions/{host.call('POST', '/sessions', begun).json_body['id']}/prompt")
    shown = ("What it began with of its project", "Settled", "Open tensions", *told)
    assert [text for text in shown if text not in prompt.text] == []
    assert [tag for tag in ("settled", "tension", "theme") if f"&lt;{tag}" in prompt.html] == []
    assert "What it began with" not in ana.open(f"/sessions/{host.new_session()['id']}/prompt").text
