"""The account's pages: what a host says of themselves, saved, refused, kept where others save at once; and what follows from it."""

from typing import Any

import pytest

from chalicelib import container
from tests.api.hosts import Host, new_host
from tests.api.projects import attach, new_project
from tests.clock import FakeClock
from tests.example_tables import each_row
from tests.web.browser import Browser, Form, Page
from tests.web.host.test_account_export import files, work_off
from tests.web.host.visitor import ask, code_in, deliver, send, sign_in, submit

ANA = "ana@example.com"
MD = "/account/harmonica-md"


def profile_of(page: Page) -> Form:
    return page.form("Save")


def me(host: Host) -> dict[str, Any]:
    return dict(host.get("/me"))


def test_where_no_model_reads_it_the_page_of_harmonica_md_says_so(
    ana: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    unread = "a script asks the questions, and it does not use this"
    assert unread not in ana.open(MD).text
    monkeypatch.setattr(container.model(), "understands", False)
    assert unread in ana.open(MD).text


def test_what_a_host_says_of_themselves_is_saved_and_nothing_else(ana: Browser, host: Host) -> None:
    host.call("PATCH", "/me", {"harmonica_md": "A kitchen"})
    before = me(host)["updated_at"]
    form = profile_of(ana.open("/account"))
    submit(ana, "/account", form, do="save")
    assert me(host)["updated_at"] == before
    page = submit(ana, "/account", form, do="save", name=" Ana Müller ", time_zone="Asia/Tokyo")
    assert "Saved." in page.text
    after = me(host)
    assert (after["name"], after["locale"], after["time_zone"]) == ("Ana Müller", None, "Asia/Tokyo")
    assert after["harmonica_md"] == "A kitchen"
    cleared = submit(ana, "/account", profile_of(page), do="save", name="", time_zone="")
    assert "Saved." in cleared.text
    assert (me(host)["name"], me(host)["time_zone"]) == (None, None)


@each_row(
    "name, entered, told",
    [
        ("name", "n" * 256, "At most 255 characters fit here; yours has 256."),
        ("locale", "it", "Please choose one."),
        ("time_zone", "Mars/Base", "Please choose a time zone."),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_lost(
    ana: Browser, host: Host, name: str, entered: str, told: str
) -> None:
    form = profile_of(ana.open("/account"))
    page = submit(ana, "/account", form, do="save", **{"name": "Kept", name: entered})
    assert (page.status, told in page.text) == (400, True)
    assert f'aria-describedby="{name}-hint {name}-error" aria-invalid="true"' in page.html
    assert profile_of(page).fields["name"] == ("Kept" if name != "name" else entered)
    assert me(host)["name"] == "Ana"


def test_a_name_is_shown_as_it_was_written(ana: Browser, host: Host) -> None:
    name = "<b>Ana</b> \"'& \u202e"
    page = submit(ana, "/account", profile_of(ana.open("/account")), do="save", name=name)
    assert profile_of(page).fields["name"] == name.strip()
    assert "<b>Ana" not in page.html
    text = f"</textarea><script>{name}"
    saved = submit(ana, MD, ana.open(MD).form("Save"), do="save", harmonica_md=text)
    assert saved.form("Save").fields["harmonica_md"].strip() == text.strip()
    assert "<script>" not in saved.html.partition("</head>")[2]


@pytest.mark.parametrize("keeps", ["mine", "theirs"])
def test_two_windows_lose_nothing_of_either(ana: Browser, host: Host, keeps: str) -> None:
    host.call("PATCH", "/me", {"harmonica_md": "Before"})
    form = ana.open(MD).form("Save")
    submit(ana, MD, ana.open(MD).form("Save"), do="save", harmonica_md="Of the other window")
    page = submit(ana, MD, form, do="save", harmonica_md="Of this window")
    assert page.status == 409
    assert "Of the other window" in page.text
    shown = page.form("Save")
    assert shown.fields["harmonica_md"].strip() == "Of this window"
    assert me(host)["harmonica_md"] == "Of the other window"
    # Who saves again without a choice is asked again.
    assert submit(ana, MD, shown, do="save").status == 409
    choice = page.html.split('name="keep.harmonica_md" value="')[1 if keeps == "mine" else 2].partition('"')[0]
    chosen = submit(ana, MD, shown, do="save", **{"keep.harmonica_md": choice})
    assert chosen.status == 200
    assert me(host)["harmonica_md"] == ("Of this window" if keeps == "mine" else "Of the other window")


def test_a_text_that_is_too_long_stays_in_the_page(ana: Browser, host: Host) -> None:
    text = "h" * 10_001
    page = submit(ana, MD, ana.open(MD).form("Save"), do="save", harmonica_md=text)
    assert (page.status, "yours has 10,001" in page.text) == (400, True)
    assert page.form("Save").fields["harmonica_md"].strip() == text
    assert me(host)["harmonica_md"] is None


def test_two_questions_begin_the_text_which_nobody_has_to_answer(ana: Browser, host: Host) -> None:
    page = ana.open(MD)
    assert "Begin with two questions" in page.text
    assert "Begin with two questions" not in ana.open(f"{MD}?questions=0").text
    seeded = submit(ana, MD, page.form("Save"), do="seed", who="A kitchen", what="Lunch")
    text = seeded.form("Save").fields["harmonica_md"].strip()
    assert text == "# Who we are\n\nA kitchen\n\n# What we do\n\nLunch\n\n# How we work\n\n# What always holds"
    assert "Nothing is saved yet" in seeded.text
    assert me(host)["harmonica_md"] is None
    submit(ana, MD, seeded.form("Save"), do="save", harmonica_md=text)
    assert me(host)["harmonica_md"] == text
    # Asked again, the answers come in front of what there is.
    assert "Begin with two questions" not in ana.open(MD).text
    again = ana.open(f"{MD}?questions=1").form("Save")
    more = submit(ana, MD, again, do="seed", who="A bakery, too", what="")
    assert more.form("Save").fields["harmonica_md"].strip() == f"# Who we are\n\nA bakery, too\n\n{text}"
    kept = submit(ana, MD, again, do="save", who="A bakery, too", what="")
    assert "Nothing is saved yet" in kept.text
    assert "A bakery, too" in kept.form("Save").fields["harmonica_md"], "answers are not lost by saving beside them"
    assert submit(ana, MD, again, do="seed", who="", what="").form("Save").fields["harmonica_md"].strip() == text


def test_the_language_of_the_account_is_that_of_its_pages_in_every_browser_and_of_its_mails(
    ana: Browser, host: Host, cem: Browser
) -> None:
    ana.headers["Accept-Language"] = cem.headers["Accept-Language"] = "en"
    page = submit(ana, "/account", profile_of(ana.open("/account")), do="save", locale="de")
    assert "Gespeichert." in page.text
    sign_in(cem, ANA)
    assert 'lang="de"' in cem.open("/").html
    # A page for participants speaks as the browser asks for.
    session = host.new_session()
    assert 'lang="en"' in Browser(headers={"Accept-Language": "en"}).chat(session).html
    ask(Browser(headers={"Accept-Language": "en"}), ANA)
    assert "Anmelden" in deliver()[-1] or "anmelden" in deliver()[-1]
    ask(Browser(headers={"Accept-Language": "en"}), "nobody@example.com")
    # What somebody switches to in a browser holds there, until they choose for the account again.
    assert 'lang="fr"' in cem.open("/?lang=fr").html
    assert 'lang="fr"' in cem.open("/").html
    assert 'lang="de"' in ana.open("/").html
    submit(cem, "/account", cem.open("/account").form("Enregistrer"), do="save", locale="es")
    assert 'lang="es"' in cem.open("/").html
    assert host.call("PATCH", "/me", {"locale": None}).status_code == 200
    fresh = sign_in(Browser(headers={**cem.headers}), ANA)
    assert 'lang="en"' in fresh.open("/").html


def test_times_are_in_the_zone_of_the_account(ana: Browser, host: Host, clock: FakeClock) -> None:
    project = f"/projects/{new_project(host)}"
    attach(host, host.new_session()["id"], project.rpartition("/")[2])
    host.call("POST", f"{project}/invitations", {"emails": ["bo@example.com"], "role": "viewer"})
    assert "(UTC)" in ana.open("/").text
    host.call("PATCH", "/me", {"time_zone": "Asia/Tokyo"})
    for path in ("/", "/account", "/keys", project):
        assert "(Asia/Tokyo, " in ana.open(path).text
        assert "(UTC)" not in ana.open(path).text


def test_browsers_and_counts(ana: Browser, host: Host, cem: Browser) -> None:
    host.new_session()
    host.new_session(draft=True)
    page = ana.open("/account")
    assert "You own 2 sessions." in page.text
    assert "member" not in page.text.partition("You own")[2].partition("Where you are")[0]
    bo = new_host("bo@example.com")
    container.sessions().add_member(bo.new_session()["id"], host.user_id, "viewer")
    sign_in(cem, ANA)
    page = ana.open("/account")
    assert "Of other people’s, you are a member of 1 session." in page.text
    assert page.text.count("Signed in ") == page.text.count("Last used ") == 2


def test_who_edits_the_session_sees_what_stands_in_front_of_its_prompt(ana: Browser, host: Host, cem: Browser) -> None:
    without = host.new_session(prompt="Ask.")["id"]
    host.call("PATCH", "/me", {"harmonica_md": "The osprey-52 kitchen"})
    session = host.new_session(prompt="Ask.")["id"]
    assert "HARMONICA.md" not in ana.open(f"/sessions/{without}/prompt").text
    page = ana.open(f"/sessions/{session}/prompt")
    assert "The osprey-52 kitchen" in page.text
    assert f'href="{MD}"' in page.html.replace("http://127.0.0.1:8000", "")
    host.invite(session, "viewer", "vi@example.com")
    theirs = sign_in(cem, "vi@example.com").open(f"/sessions/{session}/prompt")
    assert "The osprey-52 kitchen" in theirs.text
    assert "Read and change HARMONICA.md" not in theirs.text


def test_the_page_of_the_export_asks_waits_and_gives_the_file_to_a_fresh_sign_in(
    ana: Browser, host: Host, clock: FakeClock
) -> None:
    import boto3

    boto3.client("s3").create_bucket(Bucket="exports")
    host.new_session()
    page = submit(ana, "/account/export", ana.open("/account/export").form("Make the file"), do="make")
    assert "The file is being made" in page.text
    work_off()
    ready = ana.open("/account/export")
    assert "until 2 March 2026" in ready.text
    taken = ana.get("/account/export?take=1")
    assert (taken.status_code, "X-Amz-Signature" in taken.headers["Location"]) == (303, True)
    assert ana.get("/account/export?take=2").headers["Location"].endswith("/account/export")
    clock.advance(601)
    refused = ana.get("/account/export?take=1")
    assert (refused.status_code, "Location" in refused.headers) == (403, False)
    assert "needs a sign-in of the last ten minutes" in ana.read(refused).text
    again = send(ana, "/account/export", ready.form("Make a new one"), do="anew")
    assert again.status_code == 403
    assert len(files()) == 1


def test_a_text_outlives_the_sign_in_that_it_was_written_under(ana: Browser, host: Host) -> None:
    form = ana.open(MD).form("Save")
    ana.cookies.clear()
    page = ana.read(send(ana, MD, form, do="save", harmonica_md="Kept over it", who="Nobody yet"))
    assert (page.status, "Kept over it" in page.text, "Nobody yet" in page.text) == (401, True, True)
    asked_again = ana.read(send(ana, "/sign-in", page.form("Send me a link"), email=ANA))
    ready = ana.read(send(ana, "/sign-in/code", asked_again.form("Sign in"), code=code_in(deliver()[-1])))
    assert me(host)["harmonica_md"] is None
    submit(ana, MD, submit(ana, MD, ready.form("Send it again")).form("Save"), do="save")
    assert me(host)["harmonica_md"] == "# Who we are\n\nNobody yet\n\nKept over it"


def test_a_new_host_is_asked_for_a_name_once_and_may_go_without(ben: Browser, cem: Browser, host: Host) -> None:
    asked, heading = "/account", "What do people call you?"
    for browser, email in ((ben, "dee@example.com"), (cem, "fay@example.com")):
        invitation = {"emails": [email], "role": "viewer"}
        assert host.call("POST", f"/sessions/{host.new_session()['id']}/invitations", invitation).status_code == 201
        sign_in(browser, email)
    page = ben.open("/")
    assert (heading in page.text, "These pages are in English, and their times in UTC." in page.text) == (True, True)
    long = submit(ben, asked, page.form("Not now"), do="save", name="n" * 256)
    assert (long.status, "At most 255 characters fit here" in long.text) == (400, True)
    for nothing in ("", "  "):
        empty = submit(ben, asked, page.form("Not now"), do="save", name=nothing)
        assert ("Your name is saved." in empty.text, heading in empty.text) == (False, True)
        assert "Please say what people call you" in empty.text
    assert "Your name is saved." not in ben.open("/?named=1").text
    saved = submit(ben, asked, page.form("Not now"), do="save", name=" Dee ")
    assert ("Your name is saved." in saved.text, heading in saved.text) == (True, False)
    assert "Please say what people call you" not in ben.open("/?unnamed=1").text
    accounts = container.accounts()
    assert accounts.user(accounts.user_id_of("dee@example.com")).name == "Dee"
    form = cem.open("/").form("Not now")
    for _ in range(2):
        assert heading not in submit(cem, asked, form, do="nameless").text
    assert accounts.user(accounts.user_id_of("fay@example.com")).name is None
    assert submit(cem, asked, profile_of(cem.open(asked)), do="save", name="Fay").status == 200
    submit(cem, asked, profile_of(cem.open(asked)), do="save", name="")
    assert heading not in cem.open("/").text


def test_who_is_invited_may_give_a_name_where_they_accept(ben: Browser, host: Host) -> None:
    session = host.new_session(topic="Lunch")["id"]
    assert host.call("POST", f"/sessions/{session}/invitations", {"emails": ["dee@example.com"]}).status_code == 201
    sign_in(ben, "dee@example.com")
    (way,) = [it for it in ben.open("/").links if it.startswith("/invitation")]
    form = ben.open(way).form("Decline")
    assert form.fields["name"] == ""
    submit(ben, "/invitation", form, do="accept", name="Dee")
    assert "Dee" in [it["name"] for it in host.get(f"/sessions/{session}/members")["data"]]
    assert host.call("PATCH", "/me", {"name": None}).status_code == 200
    other = host.new_session(topic="Dinner")["id"]
    assert host.call("POST", f"/sessions/{other}/invitations", {"emails": ["dee@example.com"]}).status_code == 201
    assert "ana@example.com invites you" in ben.open("/notifications").text  # as the mail says
    (way,) = [it for it in ben.open("/").links if it.startswith("/invitation")]
    assert "name" not in ben.open(way).form("Decline").fields
