"""The form editor in the browser: every step without a script, what it saves is what REST has, and no host overwrites another."""

from typing import Any

import pytest

from chalicelib.errors import Unavailable
from tests.api.edits import overtake, patch
from tests.api.hosts import Host
from tests.example_tables import each_row
from tests.web.browser import Browser, Form, Page
from tests.web.host.visitor import send, sign_in, submit

ANA, BO = "ana@example.com", "bo@example.com"
ASKED: list[dict[str, Any]] = [
    {"text": "Team"},
    {"text": "How often?", "type": "Options", "options": ["Daily", "Weekly"], "required": True},
    {"text": "Anything else?", "long": True},
]


def path_of(session: dict[str, Any]) -> str:
    return f"/sessions/{session['id']}/form"


def form_of(page: Page) -> Form:
    return page.form("Save")


def press(browser: Browser, path: str, form: Form, do: str = "save", **fields: str) -> Page:
    """Press a button of the editor; gives the page that comes of it."""
    return submit(browser, path, form, do=do, **fields)


def texts_of(form: Form) -> list[str]:
    """The questions on the page, without those that are removed."""
    numbers = sorted(int(name[1:-4]) for name in form.fields if name.endswith(".key"))
    return [form.fields[f"q{it}.text"] for it in numbers if f"q{it}.removed" not in form.fields]


def key_of(form: Form, text: str) -> str:
    name = next(name for name, value in form.fields.items() if name.endswith(".text") and value == text)
    return form.fields[name.replace(".text", ".key")]


def field_of(form: Form, text: str, field: str) -> str:
    name = next(name for name, value in form.fields.items() if name.endswith(".text") and value == text)
    return name.replace(".text", f".{field}")


def asked(host: Host, session: dict[str, Any]) -> list[dict[str, Any]]:
    """The form that REST shows."""
    return list(host.get(f"/sessions/{session['id']}")["questions"])


def test_a_form_made_on_the_page_is_the_one_that_rest_shows_and_the_reverse(ana: Browser, host: Host) -> None:
    session = host.new_session()
    path = path_of(session)
    form = form_of(ana.open(path))
    assert texts_of(form) == ["Name", "Email"]
    for number, (text, kind) in enumerate([("Team", "short"), ("How often?", "many"), ("Else?", "long")], 2):
        form = form_of(press(ana, path, form, "add"))
        form.fields |= {f"q{number}.text": text, f"q{number}.kind": kind}
    form.fields |= {"q3.options": "Daily\r\n\r\n Weekly ", "q3.required": "on", "q1.required": "on"}
    page = press(ana, path, form)
    assert "Saved." in page.text
    shown = [
        (it["text"], it["type"], it["role"], it["required"], it["multiple"], it["long"]) for it in asked(host, session)
    ]
    assert shown == [
        ("Name", "Short field", "name", False, False, False),
        ("Email", "Email", "email", True, False, False),
        ("Team", "Short field", "other", False, False, False),
        ("How often?", "Options", "other", True, True, False),
        ("Else?", "Short field", "other", False, False, True),
    ]
    assert asked(host, session)[3]["options"] == ["Daily", "Weekly"]
    host.call("PATCH", f"/sessions/{session['id']}", {"questions": ASKED})
    form = form_of(ana.open(path))
    assert texts_of(form) == ["Team", "How often?", "Anything else?"]
    assert [form.fields[f"q{it}.kind"] for it in range(3)] == ["short", "one", "long"]
    before = host.get(f"/sessions/{session['id']}")
    press(ana, path, form)
    assert host.get(f"/sessions/{session['id']}") == before


def test_steps_change_the_page_alone_and_keep_all_that_was_entered(ana: Browser, host: Host) -> None:
    session = host.new_session(questions=ASKED)
    path, before = path_of(session), asked(host, session)
    form = form_of(ana.open(path))
    form.fields["q0.text"] = "Your team"
    page = press(ana, path, form, "down:" + key_of(form, "Your team"))
    assert "Place 2 of 3. Not saved yet." in page.text
    form = form_of(page)
    assert texts_of(form) == ["How often?", "Your team", "Anything else?"]
    form = form_of(press(ana, path, form, f"to:{key_of(form, 'Anything else?')}:0"))
    assert texts_of(form) == ["Anything else?", "How often?", "Your team"]
    page = press(ana, path, form, "remove:" + key_of(form, "How often?"))
    form = form_of(page)
    assert (texts_of(form), "Removed: How often?" in page.text) == (["Anything else?", "Your team"], True)
    form = form_of(press(ana, path, form, "up:" + key_of(form, "Your team")))
    assert texts_of(form) == ["Your team", "Anything else?"]
    form = form_of(press(ana, path, form, "undo:" + key_of(form, "How often?")))
    assert sorted(texts_of(form)) == ["Anything else?", "How often?", "Your team"]
    assert form.fields[field_of(form, "How often?", "options")] == "Daily\nWeekly"
    assert asked(host, session) == before
    order = texts_of(form)
    press(ana, path, form)
    ids = {it["text"]: it["id"] for it in before}
    after = asked(host, session)
    assert [it["text"] for it in after] == order
    assert {it["text"]: it["id"] for it in after} == {
        "Your team": ids["Team"],
        "How often?": ids["How often?"],
        "Anything else?": ids["Anything else?"],
    }


def test_the_preview_is_what_participants_see(ana: Browser, host: Host, cem: Browser) -> None:
    session = host.new_session()
    path = path_of(session)
    form = form_of(press(ana, path, form_of(ana.open(path)), "add"))
    form.fields |= {"q2.text": "How often?", "q2.kind": "one", "q2.options": "Daily\nWeekly"}
    page = press(ana, path, form, "look")
    shown = page.html.partition('id="form-preview"')[2]
    assert ("Daily" in shown, "No answer" in shown) == (True, True)
    press(ana, path, form_of(page))
    joining = cem.chat(session)
    assert all(words in joining.text for words in ("Name", "Email", "How often?", "Weekly"))


def test_what_a_page_asks_on_its_own_stays_in_the_language_of_each_participant(
    ana: Browser, host: Host, cem: Browser
) -> None:
    session = host.new_session()
    path = path_of(session)
    ana.headers["Accept-Language"] = "fr"
    form = ana.open(path).noted_form()
    added = {"q2.key": "new-1", "q2.text": "Régime", "q2.kind": "short", "q1.required": "on"}
    assert texts_of(form) == ["Nom", "E-mail"]
    assert send(ana, path, form, do="save", **added).status_code == 303
    assert [(it["text"], it["required"]) for it in asked(host, session)] == [
        ("Name", False),
        ("Email", True),
        ("Régime", False),
    ]
    copied = host.get(f"/sessions/{host.call('POST', path_of(session).replace('/form', '/clone')).json_body['id']}")
    assert [it["id"] for it in copied["questions"]][:2] == [it["id"] for it in asked(host, session)][:2]
    assert "Name" in cem.chat(session).text
    cem.headers["Accept-Language"] = "fr"
    assert "Nom" in cem.chat(session).text
    page = press(ana, path, ana.open(path).noted_form(), **{"q0.text": "Prénom"})
    assert ["Prénom" in page.html.partition('id="form-preview"')[2], asked(host, session)[0]["text"]] == [
        True,
        "Prénom",
    ]
    assert "Prénom" in Browser().chat(session).text


def test_a_form_without_questions_asks_nothing(ana: Browser, host: Host, cem: Browser) -> None:
    session = host.new_session()
    path = path_of(session)
    form = form_of(ana.open(path))
    for name in ("Name", "Email"):
        form = form_of(press(ana, path, form, "remove:" + key_of(form, name)))
    page = press(ana, path, form)
    assert "There are no questions: people start right away." in page.text
    assert "Before we start" not in cem.chat(session).text


@each_row(
    "fields, told",
    [
        ({"q0.text": ""}, "Please write something here."),
        ({"q0.text": "t" * 1_001}, "At most 1,000 characters fit here; yours has 1,001."),
        ({"q0.kind": "one", "q0.options": " \n "}, "Please give the options"),
        ({"q0.kind": "many", "q0.options": "x\n" * 51}, "At most 50 options fit here; there are 51."),
        (
            {"q0.kind": "one", "q0.options": "x\n" + "y" * 201},
            "An option may have at most 200 characters; one has 201.",
        ),
    ],
)
def test_mistakes_are_said_beside_their_field_when_it_is_saved(
    ana: Browser, host: Host, fields: dict[str, str], told: str
) -> None:
    session = host.new_session(questions=ASKED)
    path, before = path_of(session), asked(host, session)
    page = press(ana, path, form_of(ana.open(path)), **{"q1.text": "Changed", **fields})
    assert (page.status, told in page.text) == (400, True)
    assert 'aria-invalid="true" aria-describedby="q0-' in page.html
    assert form_of(page).fields["q1.text"] == "Changed"
    assert asked(host, session) == before


def test_an_anonymous_session_says_where_it_is_chosen_what_it_does_not_ask(ana: Browser, host: Host) -> None:
    session = host.new_session(anonymous=True)
    path = path_of(session)
    page = press(ana, path, form_of(ana.open(path)), "add")
    assert "its form asks for no name and no e-mail address" in page.text
    assert '<option value="email" disabled>' in page.html
    refused = press(ana, path, form_of(page), **{"q0.text": "Who are you?", "q0.kind": "name"})
    assert (refused.status, "asks nobody who they are. Choose something else." in refused.text) == (400, True)
    press(ana, path, form_of(refused), **{"q0.kind": "short"})
    assert [(it["text"], it["role"]) for it in asked(host, session)] == [("Who are you?", "other")]


def test_no_form_has_more_questions_than_rest_takes(ana: Browser, host: Host) -> None:
    session = host.new_session(questions=[{"text": f"Question no. {number}"} for number in range(50)])
    path = path_of(session)
    page = press(ana, path, form_of(ana.open(path)), "add")
    assert ("A form has at most 50 questions." in page.text, len(texts_of(form_of(page)))) == (True, 50)
    forged = press(ana, path, form_of(page), **{"q50.key": "new-1", "q50.text": "One more"})
    assert (forged.status, "A form has at most 50 questions." in forged.text) == (400, True)
    assert len(asked(host, session)) == 50


def test_a_form_sent_twice_adds_its_question_once(ana: Browser, host: Host) -> None:
    session = host.new_session()
    path = path_of(session)
    form = form_of(press(ana, path, form_of(ana.open(path)), "add"))
    for _ in range(2):
        assert press(ana, path, form, **{"q0.text": "Your name", "q2.text": "Team"}).status == 200
    assert [it["text"] for it in asked(host, session)] == ["Your name", "Email", "Team"]


@pytest.mark.parametrize("is_page_first", [True, False])
def test_two_hosts_who_change_different_questions_both_keep_theirs(
    ana: Browser, host: Host, cem: Browser, is_page_first: bool
) -> None:
    session = host.new_session(questions=ASKED)
    path = path_of(session)
    host.invite(session["id"], "editor", BO)
    mine, theirs = form_of(ana.open(path)), form_of(sign_in(cem, BO).open(path))
    mine = form_of(press(ana, path, mine, "add"))
    mine.fields |= {"q0.text": "Your team", "q3.text": "From Ana"}
    theirs = form_of(press(cem, path, theirs, "remove:" + key_of(theirs, "Anything else?")))
    theirs = form_of(press(cem, path, theirs, "add"))
    theirs.fields |= {"q1.text": "How often, please?", "q3.text": "From Bo"}
    sides = [(ana, mine), (cem, theirs)]
    for browser, form in sides if is_page_first else reversed(sides):
        assert press(browser, path, form).status == 200
    texts = [it["text"] for it in asked(host, session)]
    assert sorted(texts) == ["From Ana", "From Bo", "How often, please?", "Your team"]
    assert texts[:2] == ["Your team", "How often, please?"]


@pytest.mark.parametrize(("choice", "kept"), [(0, "Mine"), (1, "Theirs")])
def test_where_two_hosts_changed_one_question_both_are_shown_until_one_is_chosen(
    ana: Browser, host: Host, choice: int, kept: str
) -> None:
    session = host.new_session(questions=ASKED)
    path = path_of(session)
    form = form_of(ana.open(path))
    ids = [it["id"] for it in asked(host, session)]
    theirs = [{**ASKED[0], "id": ids[0], "text": "Theirs"}, *ASKED[1:]]
    host.call("PATCH", f"/sessions/{session['id']}", {"questions": theirs})
    page = press(ana, path, form, **{"q0.text": "Mine", "q2.text": "Mine alone"})
    assert (page.status, "Theirs (a short text)" in page.text) == (409, True)
    again = form_of(page)
    assert texts_of(again) == ["Mine", "How often?", "Mine alone"]
    assert [it["text"] for it in asked(host, session)] == ["Theirs", "How often?", "Anything else?"]
    assert press(ana, path, again).status == 409
    keep = [value for name, value in again.options if name == f"keep.{ids[0]}"]
    assert press(ana, path, again, **{f"keep.{ids[0]}": keep[choice]}).status == 200
    assert [(it["id"], it["text"]) for it in asked(host, session)] == [
        (ids[0], kept),
        (ids[1], "How often?"),
        (ids[2], "Mine alone"),
    ]


@pytest.mark.parametrize(("choice", "order"), [(0, [1, 0, 2]), (1, [2, 0, 1])])
def test_two_orders_and_a_question_that_one_changed_and_the_other_removed_are_chosen_too(
    ana: Browser, host: Host, choice: int, order: list[int]
) -> None:
    session = host.new_session(questions=[*ASKED, {"text": "Gone"}])
    path = path_of(session)
    form = form_of(ana.open(path))
    ids = [it["id"] for it in asked(host, session)]
    turned = [ASKED[2], ASKED[0], ASKED[1]]
    host.call("PATCH", f"/sessions/{session['id']}", {"questions": turned})
    page = press(ana, path, form_of(press(ana, path, form, "down:" + ids[0], **{"q3.text": "Not gone"})))
    assert page.status == 409
    assert "Somebody else removed this question." in page.text
    assert "Somebody else put the questions in this order: 1. Anything else? 2. Team 3. How often?" in page.text
    again = form_of(page)
    keep = {
        name: [value for it, value in again.options if it == name][choice] for name in ("keep.order", f"keep.{ids[3]}")
    }
    assert press(ana, path, again, **keep).status == 200
    texts = [it["text"] for it in asked(host, session)]
    assert [text for text in texts if text != "Not gone"] == [ASKED[it]["text"] for it in order]
    assert ("Not gone" in texts) == (choice == 0)


def test_who_writes_between_the_check_and_the_write_loses_nothing(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(questions=ASKED)
    path = path_of(session)
    form = form_of(ana.open(path))
    overtake(monkeypatch, lambda: patch(host, session["id"], questions=[*ASKED, {"text": "From the other"}]))
    assert press(ana, path, form, **{"q0.text": "Mine"}).status == 200
    texts = [it["text"] for it in asked(host, session)]
    assert texts == ["Mine", "How often?", "Anything else?", "From the other"]


def test_what_cannot_be_stored_just_now_stays_on_the_page(
    ana: Browser, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = host.new_session(questions=ASKED)
    path = path_of(session)
    form = form_of(ana.open(path))

    def fail(*_: Any) -> bool:
        raise Unavailable("The database does not answer", 2)

    monkeypatch.setattr("chalicelib.services.sessions.editing.store_edit", fail)
    page = press(ana, path, form, **{"q0.text": "Mine"})
    assert (page.status, "All that you entered is still here" in page.text) == (503, True)
    assert form_of(page).fields["q0.text"] == "Mine"


def test_who_has_no_role_reads_and_changes_nothing_and_a_viewer_only_reads(
    host: Host, ben: Browser, cem: Browser
) -> None:
    theirs, mine = host.new_session(questions=ASKED), host.new_session(questions=ASKED)
    editor = form_of(sign_in(ben, ANA).open(path_of(theirs)))
    host.invite(mine["id"], "viewer", BO)
    sign_in(cem, BO)
    assert (cem.open(path_of(theirs)).status, "How often" in cem.open(path_of(theirs)).text) == (403, False)
    token = {"token": cem.open("/").form("Sign out").fields["token"], "q0.text": "Taken over"}
    for session in (theirs, mine):
        for do in ("save", "look", "add"):
            refused = send(cem, path_of(session), editor, do=do, **token)
            assert (refused.status_code, b"How often" in refused.body) == (403, False)
        assert asked(host, session)[0]["text"] == "Team"
    seen = cem.open(path_of(mine))
    assert (seen.status, "Move up" in seen.text, 'id="questions" disabled' in seen.html) == (200, False, True)
    assert cem.open("/sessions/00000000-0000-4000-8000-000000000000/form").status == 404
