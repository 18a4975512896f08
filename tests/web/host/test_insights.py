"""The page of insights: notes with quotes that lead to conversations, in an order, shown to others or not."""

import pytest

from tests.api.hosts import Host
from tests.api.jobs import asked, delete_data
from tests.api.participants import SAID, include, remove
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
    assert "What you entered Mine" in page.text
    again = form_of(page, "Save")
    assert again.fields["content"] == "Theirs"
    submit(ana, path, again, do="save", content="Mine")
    assert host.get(f"/sessions/{session}/insights")["data"][0]["content"] == "Mine"


def noted_of_late_work(ana: Browser, host: Host, session: str) -> tuple[str, str]:
    """A note with the words of two people: the page of its form, and who said the first."""
    note(ana, session, quotes="people work late\nopen on Sunday")
    (made,) = host.get(f"/sessions/{session}/insights")["data"]
    host.call("PATCH", f"/sessions/{session}/insights/{made['id']}", {"content": "They say people work late. So."})
    return f"/sessions/{session}/insights?edit={made['id']}", made["quotes"][0]["participant_id"]


def test_a_form_that_was_filled_while_somebody_was_out_is_filled_anew_once_they_are_in(
    ana: Browser, host: Host, session: str
) -> None:
    edit, ann = noted_of_late_work(ana, host, session)
    path = f"/sessions/{session}/insights"
    (before,) = host.get(path)["data"]
    include(host, session, ann, False)
    form = form_of(ana.open(edit), "Save")
    include(host, session, ann, True)
    page = ana.read(send(ana, path, form, do="save", title="Only the title"))
    assert page.status == 409
    assert "What you entered Only the title They say […]. So. open on Sunday" in page.text
    assert host.get(path)["data"] == [before]
    again = form_of(page, "Save")
    assert again.fields["content"] == "They say people work late. So."
    assert again.fields["quotes"] == "people work late\nopen on Sunday"
    submit(ana, path, again, do="save", title="Only the title")
    (now,) = host.get(path)["data"]
    assert (now["title"], now["content"], now["quotes"]) == ("Only the title", before["content"], before["quotes"])


def test_no_form_brings_back_words_of_somebody_who_was_removed_since_it_was_filled(
    ana: Browser, host: Host, session: str
) -> None:
    edit, ann = noted_of_late_work(ana, host, session)
    path = f"/sessions/{session}/insights"
    form = form_of(ana.open(edit), "Save")
    remove(host, session, ann)
    at_once = ana.read(send(ana, path, form, do="save", title="T"))
    assert all(map(delete_data, asked("deletions")))
    for page in (at_once, ana.read(send(ana, path, form, do="save", title="T"))):
        fields = form_of(page, "Save").fields
        assert (page.status, fields["content"], fields["quotes"]) == (409, "They say […]. So.", "open on Sunday")


def test_an_answer_that_was_kept_has_no_button_that_shows_it_to_others(ana: Browser, host: Host, session: str) -> None:
    path = f"/sessions/{session}/insights"
    made = host.call("POST", path, {"content": "They say so.", "source": "ask"}).json_body
    page = ana.open(path)
    assert "Only members read this." in page.text
    assert not [it for it in page.forms if it.button == "Show to others"]
    form = form_of(ana.open(f"{path}?edit={made['id']}"), "Save")
    assert "visible" not in form.fields
    assert "Saved." in submit(ana, path, form, do="save", content="They say so, too.").text
    assert send(ana, path, form, do="show").status_code == 400


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
