"""The page of insights: notes with quotes that lead to conversations, in an order, shown to others or not."""

import pytest

from tests.api.hosts import Host
from tests.api.participants import SAID, include
from tests.web.browser import Browser, Form, Page
from tests.web.host.visitor import send, sign_in, submit


@pytest.fixture
def session(host: Host) -> str:
    """A session in which three people spoke."""
    found = str(host.new_session()["id"])
    for name, words in SAID.items():
        assert host.say(found, words, name).status_code == 200
    return found


@pytest.fixture
def ana(host: Host, session: str) -> Browser:
    return sign_in(Browser(), "ana@example.com")


def form_of(page: Page, button: str) -> Form:
    """The form with a button of this name."""
    return next(it for it in page.forms if it.button == button)


def note(ana: Browser, session: str, **fields: str) -> Page:
    """Write a note on the page."""
    path = f"/sessions/{session}/insights"
    form = form_of(ana.open(path), "Add the note")
    return submit(ana, path, form, do="add", content="Late shifts **matter**.", **fields)


def test_a_note_is_written_with_quotes_that_lead_to_their_conversations(ana: Browser, host: Host, session: str) -> None:
    page = note(ana, session, title="Evenings", quotes="people work late\nopen on Sunday")
    assert "It is noted." in page.text
    assert "Late shifts <strong>matter</strong>." in page.html
    (made,) = host.get(f"/sessions/{session}/insights")["data"]
    for quote in made["quotes"]:
        link = f"/sessions/{session}/people/{quote['participant_id']}#message-{quote['message_id']}"
        assert link in page.links
        assert f'id="message-{quote["message_id"]}"' in ana.open(link.partition("#")[0]).html
    include(host, session, made["quotes"][0]["participant_id"], False)
    page = ana.open(f"/sessions/{session}/insights")
    assert "people work late" not in page.text
    assert "1 quote is gone" in page.text


def test_a_mistake_gives_the_form_again_with_what_was_entered(ana: Browser, session: str) -> None:
    path = f"/sessions/{session}/insights"
    form = form_of(ana.open(path), "Add the note")
    entered = {"do": "add", "title": "T", "content": "C", "quotes": "people work late\nNobody said so"}
    answer = send(ana, path, form, **entered)
    page = ana.read(answer)
    assert answer.status_code == 400
    assert "Nobody who is part of the results said this: Nobody said so" in page.text
    assert form_of(page, "Add the note").fields["quotes"] == entered["quotes"]
    assert send(ana, path, form, do="add", content="").status_code == 400
    assert send(ana, path, form, do="add", content="x", title="t" * 201).status_code == 400


def test_a_mistake_in_a_note_of_a_later_page_gives_the_form_of_that_note(
    ana: Browser, host: Host, session: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("chalicelib.web.host.insights.ON_PAGE", 1)
    path = f"/sessions/{session}/insights"
    note(ana, session), note(ana, session)
    made = host.get(path)["data"][1]
    form = form_of(ana.open(f"{path}?edit={made['id']}&offset=1"), "Save")
    for words in ("Nobody said so", "x" * 401):
        page = ana.read(send(ana, path, form, do="save", content="Changed.", quotes=words))
        again = form_of(page, "Save")
        assert (again.fields["insight"], again.fields["content"]) == (made["id"], "Changed.")
    page = submit(ana, path, again, do="save", quotes="open on Sunday")
    assert "Changed." in page.text
    assert [it["content"] for it in host.get(path)["data"]] == ["Late shifts **matter**.", "Changed."]


def test_a_note_that_is_sent_twice_is_there_once(ana: Browser, host: Host, session: str) -> None:
    path = f"/sessions/{session}/insights"
    form = form_of(ana.open(path), "Add the note")
    for _ in range(2):
        assert "It is noted." in submit(ana, path, form, do="add", content="Once").text
    assert len(host.get(f"/sessions/{session}/insights")["data"]) == 1


def test_insights_are_moved_shown_edited_and_deleted(ana: Browser, host: Host, session: str) -> None:
    path = f"/sessions/{session}/insights"
    note(ana, session, title="First", quotes="people work late")
    page = note(ana, session, title="Second")
    page = submit(ana, path, form_of(page, "Move up"), do="move")
    assert page.text.index("Second") < page.text.index("First")
    page = submit(ana, path, form_of(page, "Show to others"), do="show")
    first, second = host.get(f"/sessions/{session}/insights")["data"][::-1]
    assert (first["visible"], second["visible"]) == (False, True)
    edit = ana.open(f"{path}?edit={first['id']}")
    page = submit(ana, path, form_of(edit, "Save"), do="save", title="Renamed")
    assert "Saved." in page.text
    now = host.get(f"/sessions/{session}/insights")["data"][1]
    assert (now["title"], now["quotes"]) == ("Renamed", first["quotes"])
    delete = next(it for it in page.forms if it.button == "Delete it for good" and it.fields["insight"] == first["id"])
    for _ in range(2):  # a form sent twice does its work once
        page = submit(ana, path, delete, do="delete")
        assert "It is deleted." in page.text
    assert [it["title"] for it in host.get(f"/sessions/{session}/insights")["data"]] == ["Second"]


def test_of_two_editors_the_second_sees_what_the_first_wrote(ana: Browser, host: Host, session: str) -> None:
    path = f"/sessions/{session}/insights"
    note(ana, session)
    (made,) = host.get(f"/sessions/{session}/insights")["data"]
    form = form_of(ana.open(f"{path}?edit={made['id']}"), "Save")
    host.call("PATCH", f"/sessions/{session}/insights/{made['id']}", {"content": "Theirs"})
    answer = send(ana, path, form, do="save", content="Mine")
    page = ana.read(answer)
    assert answer.status_code == 409
    assert "What is stored now Theirs" in page.text
    again = form_of(page, "Save")
    assert again.fields["content"] == "Mine"
    submit(ana, path, again, do="save")
    assert host.get(f"/sessions/{session}/insights")["data"][0]["content"] == "Mine"


def test_a_viewer_reads_and_changes_nothing(ana: Browser, host: Host, session: str) -> None:
    note(ana, session, title="Evenings")
    host.invite(session, "viewer", "vi@example.com")
    vi = sign_in(Browser(), "vi@example.com")
    page = vi.open(f"/sessions/{session}/insights")
    assert "Evenings" in page.text
    assert not [it for it in page.forms if "do" in dict(it.buttons)]
    own = vi.open("/account").form("Sign out").fields["token"]
    for do in ("add", "save", "show", "move", "delete"):
        answer = send(vi, f"/sessions/{session}/insights", Form(fields={"token": own}), do=do, content="x", insight="i")
        assert answer.status_code == 403
