"""Templates on pages: what there is, one made of a session, changed, archived and deleted, and a session designed by what one asks."""

from typing import Any

import pytest

from tests.api.hosts import Host
from tests.api.projects import join, new_project
from tests.web.browser import Browser, Form, Page
from tests.web.host.visitor import send, sign_in, submit

METHOD = "# Opening\nWelcome them.\n\n# Questions\n1. What do you eat?\n   Probe: Why.\n\n# Closing\nThank them."
FIELDS = [
    {"key": "dish", "label": "Which dish?", "hint": "Its name.", "required": True, "maps_to": "context"},
    {"key": "cook", "label": "Who cooks it?", "maps_to": "context"},
    {"key": "aim", "label": "What is to be decided?", "maps_to": "goal"},
]
QUESTIONS = [{"text": "Your table", "type": "Options", "options": ["One", "Two"], "role": "other"}]


def make(host: Host, **fields: Any) -> str:
    """The id of a new template of this host's."""
    answer = host.call("POST", "/templates", {"title": "Canteen check", **fields})
    assert answer.status_code == 201, answer.body
    return str(answer.json_body["id"])


def own(host: Host, query: str = "") -> list[dict[str, Any]]:
    """A host's own templates, as the API lists them."""
    return [it for it in host.get(f"/templates{query}")["data"] if it["slug"] is None]


def drafts(host: Host) -> list[dict[str, Any]]:
    """A host's drafts, in full."""
    return [host.get(f"/sessions/{it['id']}") for it in host.get("/sessions?status=draft")["data"]]


def brief(page: Page) -> Form:
    """The form of a brief."""
    (form,) = [it for it in page.forms if "step" in it.fields]
    return form


def test_the_page_says_what_each_is_good_for_and_what_it_asks(host: Host, ana: Browser) -> None:
    template = make(
        host, description="For hungry people.", facilitation_prompt=METHOD, fields=FIELDS, questions=QUESTIONS
    )
    make(host, title="In my own words", facilitation_prompt="Just talk about bread.")
    page = ana.open("/templates")
    for told in (
        "Canteen check",
        "For hungry people.",
        "What do you eat?",
        "Which dish?",
        "Your table",
        "Just talk about bread.",
    ):
        assert told in page.text, told
    assert "Which moment of this period do you remember best?" in page.text  # of a built-in one
    assert f"/new?template={template}" in page.links
    assert "/new?template=retrospective" in page.links
    assert "/templates" in ana.open("/new").links


def test_one_is_made_changed_archived_taken_back_and_deleted(host: Host, ana: Browser) -> None:
    form = ana.open("/templates/new").form("Save the template")
    assert send(ana, "/templates/new", form, do="save").status_code == 400
    with_room = submit(ana, "/templates/new", form, title="Soup", do="question")
    again = submit(ana, "/templates/new", with_room.form("Save the template"), do="field")
    form = again.form("Save the template")
    entered = {
        "title": "Soup", "facilitation_prompt": METHOD, "default_goal": "Decide", "cross_pollination": "on", "do": "save",
        "q0.text": "Your table", "q0.kind": "one", "q0.options": "One\nTwo", "q0.required": "on", "asks": "own",
        "f0.label": "Which dish?", "f0.maps_to": "goal",
    }  # fmt: skip
    wrong = submit(ana, "/templates/new", form, **{**entered, "q0.options": "", "f0.label": "x" * 201})
    assert (wrong.status, "Please give the options" in wrong.text, "201" in wrong.text) == (400, True, True)
    for _ in range(2):  # sent twice, it is made once
        page = submit(ana, "/templates/new", form, **entered)
        assert "The template is there." in page.text
    (made,) = own(host)
    assert (made["title"], made["default_goal"], made["cross_pollination_default"]) == ("Soup", "Decide", True)
    assert made["facilitation_prompt"].replace("\r", "") == METHOD
    assert [(it["text"], it["options"], it["required"]) for it in made["questions"]] == [
        ("Your table", ["One", "Two"], True)
    ]
    assert [(it["label"], it["maps_to"]) for it in made["fields"]] == [("Which dish?", "goal")]
    path = f"/templates/{made['id']}"
    stale = ana.open(path).form("Save the template")
    saved = submit(ana, path, stale, title="Stew", do="save", asks="default", **{"f0.label": ""})
    assert "Saved." in saved.text
    (edited,) = own(host)
    assert (edited["title"], edited["questions"], edited["fields"]) == ("Stew", None, [])
    assert edited["default_goal"] == "Decide"
    late = submit(ana, path, stale, title="Late", do="save")
    assert (late.status, "changed elsewhere" in late.text, own(host)[0]["title"]) == (409, True, "Stew")
    submit(ana, path, late.form("Save the template"), do="save")
    assert own(host)[0]["title"] == "Late"
    for do, told, listed in (("archive", "is archived", []), ("restore", "is back", [made["id"]])):
        page = submit(ana, path, Form(fields={"token": stale.fields["token"], "do": do}))
        assert (told in page.text, [it["id"] for it in own(host)]) == (True, listed)
        assert ("All of yours are archived" in page.text, "You have none yet" in page.text) == (not listed, False)
    for _ in range(2):
        page = submit(ana, path, Form(fields={"token": stale.fields["token"], "do": "delete"}))
        assert ("is deleted" in page.text, own(host)) == (True, [])


def test_a_session_becomes_a_template_that_is_looked_over_first_and_holds_nobodys_words(
    host: Host, ana: Browser
) -> None:
    session = host.new_session(
        critical="Salt", context="Our canteen", private_context="The cook leaves", prompt=METHOD, questions=QUESTIONS,
        cross_pollination=True,
    )["id"]  # fmt: skip
    host.join(session, answers=[])
    host.say(session, "I hate the Quagga soup")
    page = ana.open(f"/sessions/{session}")
    (link,) = [it for it in page.links if "/templates/new" in it]
    form = ana.open(link).form("Save the template")
    assert own(host) == []
    submit(ana, "/templates/new", form, do="save", title="Lunch again")
    (made,) = own(host)
    named = ("title", "default_session_name", "default_goal", "default_critical", "default_context")
    assert [made[name] for name in named] == ["Lunch again", "Lunch", "Find out what people eat", "Salt", "Our canteen"]
    assert (made["facilitation_prompt"], made["cross_pollination_default"]) == (METHOD, True)
    assert [(it["text"], it["options"]) for it in made["questions"]] == [("Your table", ["One", "Two"])]
    assert not any(word in str(made) for word in ("Quagga", "cook leaves"))
    follow_up = host.new_session(context="SESSION.md: many dislike the Quagga", follow_up_of=session)["id"]
    assert "Quagga" not in ana.open(f"/templates/new?session={follow_up}").html
    assert ana.open(f"/sessions/{session}").text.count("Save as a template") == 1
    reader = host.invite(session, "viewer", "bo@example.com")
    assert reader.get(f"/sessions/{session}")


def test_a_session_from_a_template_begins_with_what_it_has_and_says_when_it_is_gone(host: Host, ana: Browser) -> None:
    template = make(host, default_goal="Decide what to cook", default_context="Who eats", questions=QUESTIONS)
    page = ana.open(f"/new?template={template}")
    assert "Canteen check" in page.text
    submit(ana, "/new", brief(page), do="next")
    (draft,) = drafts(host)
    assert (draft["goal"], draft["context"], draft["template_id"]) == ("Decide what to cook", "Who eats", template)
    assert [it["text"] for it in draft["questions"]] == ["Your table"]
    address = f"/sessions/{draft['id']}"
    assert "From the template “Canteen check”." in ana.open(address).text
    assert "no more" not in ana.open(address).text
    assert host.call("DELETE", f"/templates/{template}").status_code == 200
    assert "That template is there no more" in ana.open(address).text
    assert ana.open(f"{address}/brief?step=goal").status == 200
    assert host.get(address)["template_id"] == template


def test_a_template_is_taken_after_the_first_words(host: Host, ana: Browser) -> None:
    template = make(host, default_goal="Decide what to cook", default_critical="Salt", questions=QUESTIONS)
    form = brief(ana.open("/new"))
    submit(ana, "/new", form, goal="Mine", do="keep")
    (draft,) = drafts(host)
    path = f"/sessions/{draft['id']}/brief"
    first = brief(ana.open(f"{path}?step=goal"))
    fields = {name: value for name, value in first.fields.items() if name != "do"}
    submit(ana, path, Form(fields=fields), take=template)
    (after,) = drafts(host)
    assert (after["goal"], after["critical"], after["template_id"]) == ("Mine", "Salt", template)
    assert [it["text"] for it in after["questions"]] == ["Your table"]


@pytest.mark.parametrize("begun", [False, True])
def test_a_templates_own_questions_make_the_brief_that_is_shown_for_review(
    host: Host, ana: Browser, begun: bool
) -> None:
    template = make(host, fields=FIELDS, default_critical="Salt", default_session_name="Our canteen")
    if begun:
        submit(ana, "/new", brief(ana.open("/new")), goal="Mine", do="keep")
        path = f"/sessions/{drafts(host)[0]['id']}/brief"
        first = brief(ana.open(f"{path}?step=goal"))
        page = submit(ana, path, Form(fields={k: v for k, v in first.fields.items() if k != "do"}), take=template)
    else:
        path, page = "/new", ana.open(f"/new?template={template}")
    assert "Its name." in page.text
    form = brief(page)
    assert form.fields["field.aim"] == ("Mine" if begun else "")
    missing = submit(ana, path, form, do="fields", **{"field.cook": "Bo", "field.aim": "Decide"})
    assert (missing.status, "Bo" in missing.html) == (400, True)
    review = submit(ana, path, brief(missing), do="fields", **{"field.dish": "Soup"})
    for text in ("Which dish?\nSoup\n\nWho cooks it?\nBo", "Decide", "Salt", "Our canteen"):
        assert text in review.html.replace("\r", ""), text
    (draft,) = drafts(host)
    assert draft["context"] == "Which dish?\nSoup\n\nWho cooks it?\nBo"
    assert (draft["goal"], draft["critical"], draft["topic"]) == ("Decide", "Salt", "Our canteen")
    assert draft["template_id"] == template
    submit(ana, path, brief(missing), do="fields", **{"field.dish": "Stew"})
    assert [it["context"].splitlines()[1] for it in drafts(host)] == ["Stew"]


def test_what_was_entered_stays_when_the_sign_in_had_ended(host: Host, ana: Browser) -> None:
    template = make(host, fields=FIELDS)
    asked, editor = brief(ana.open(f"/new?template={template}")), ana.open("/templates/new").form("Save the template")
    ana.cookies.clear()
    kept = ana.read(send(ana, "/new", asked, do="fields", **{"field.dish": "Soup"}))
    assert (kept.status, "Which dish?" in kept.text, "Soup" in kept.text) == (401, True, True)
    kept = ana.read(send(ana, "/templates/new", editor, do="save", title="Stew", default_goal="Decide"))
    assert (kept.status, "Name of the template" in kept.text, "Stew" in kept.text) == (401, True, True)
    assert [it["title"] for it in own(host)] == ["Canteen check"]


def test_a_session_of_a_chain_says_in_a_sentence_that_chains_do_not_run(host: Host, ana: Browser) -> None:
    chain = {"steps": [{"id": "a", "title": "Gather"}, {"id": "b"}]}
    template = make(host, template_type="chain", chain_config=chain)
    session = host.new_session(template_id=template)["id"]
    for path in (f"/sessions/{session}", "/templates", f"/templates/{template}"):
        assert "Chains do not run yet" in ana.open(path).text, path
    page = submit(
        ana, f"/templates/{template}", ana.open(f"/templates/{template}").form("Save the template"), do="save"
    )
    assert "Saved." in page.text
    assert own(host)[0]["chain_config"] == chain


def test_one_of_a_project_is_made_shown_to_its_members_and_changed_by_its_admins(host: Host, ana: Browser) -> None:
    project = new_project(host)
    page = ana.open(f"/projects/{project}")
    assert f"/templates/new?project={project}" in page.links
    form = ana.open(f"/templates/new?project={project}").form("Save the template")
    assert form.fields["project"] == project
    submit(ana, "/templates/new", form, title="Soup", do="save")
    (made,) = own(host)
    assert made["workspace_id"] == project
    address = f"/templates/{made['id']}"
    people = {role: (join(project, role), Browser()) for role in ("viewer", "admin")}
    for role, (guest, browser) in people.items():
        sign_in(browser, guest.get("/me")["email"])
        listed = browser.open("/templates")
        assert "Soup" in listed.text
        assert "From your projects" in listed.text
        assert (address in listed.links) is (role == "admin")
        assert f"/new?template={made['id']}" in browser.open(f"/projects/{project}").links
        assert (browser.get(address).status_code == 200) is (role == "admin")
        begun = brief(browser.open(f"/new?template={made['id']}"))
        assert submit(browser, "/new", begun, goal=role, do="next").status == 200
        (draft,) = drafts(guest)
        assert draft["project_ids"] == ([project] if role == "admin" else [])
        host.call("DELETE", f"/sessions/{draft['id']}")
    _, admin = people["admin"]
    submit(admin, address, admin.open(address).form("Archive"), do="archive")
    assert own(host) == []
    assert "Soup" not in ana.open(f"/projects/{project}").text
    submit(admin, address, admin.open(address).form("Take back"), do="restore")
    mine = admin.open(address).form("Save the template")
    submit(admin, address, mine, do="save", project="")
    assert own(host) == []
    stale = submit(ana, "/templates/new", form, title="Stew", do="save", project=made["id"], once="x")
    assert "That project is not there any more." in stale.text
    assert "Stew" in stale.html
