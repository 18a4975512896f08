"""What one participant said is shown to no other one, to no account without a role in the session, and to nobody who just comes by:
over every operation of the API and every page that participants have, those included that are added later.

Pages for hosts, and other hosts at them, are in `host/test_every_page.py`.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from app import app
from chalicelib.web.kit.http import SCRIPT_HEADER
from tests.api.hosts import Host, new_host
from tests.api.jobs import summarise, write_brief
from tests.api.test_every_endpoint import OF_SESSION, PARTS, WITH_KEY
from tests.web.browser import Browser

SECTIONS = ("summary", "recap", "answers", "insights", "similarity", "ask")
PAGES = [
    path
    for path, methods in app.routes.items()
    if "GET" in methods and methods["GET"].view_function.__module__.startswith("chalicelib.web.participant")
]
QUERIES = ("", "&words=1", "&words=file", "&leave=1", "&test=1", "&as=others", *(f"&tab={it}" for it in SECTIONS))


def canaries(person: str) -> tuple[str, str, str]:
    """What a person says in the form, in the conversation and of it: each stands nowhere else."""
    return f"{person}-wombat-form", f"{person}-wombat-words", f"{person}-wombat-comment"


@pytest.fixture
def session(host: Host, ben: Browser, cem: Browser) -> dict[str, Any]:
    """A session that is as open as one can be, in which Ben and Cem talk on its page, and Dora by a key of hers."""
    shown = dict.fromkeys(("summary", "recap", "responses", "insights", "similarity", "ask"), True)
    made = host.new_session(
        is_public=True, results_visibility="public", results_sections=shown, questions=[{"text": "How was your day?"}]
    )
    (question,) = host.get(f"/sessions/{made['id']}/questions")["data"]
    for name, browser in (("ben", ben), ("cem", cem)):
        form, words, comment = canaries(name)
        browser.join(made, **{f"a-{question['id']}": form})
        page = browser.submit(browser.say(made, f"{words} is on my mind").form("I’m done"))
        browser.submit(page.form("Send rating"), rating="2", comment=comment)
    form, words, _ = canaries("dora")
    dora = new_host("dora@example.com")
    assert dora.join(made["id"], answers=[{"question_id": question["id"], "answer": form}]).status_code == 200
    assert dora.say(made["id"], f"{words} is on my mind").status_code == 200
    assert summarise(made["id"])
    write_brief(made["id"])
    return {**made, "question": question["id"], "dora": dora}


def foreign(shown: str, own: str) -> list[str]:
    """The canaries of others in what somebody with this name is shown."""
    return [it for name in ("ben", "cem", "dora") if name != own for it in canaries(name) if it in shown]


def test_over_the_api_nobody_without_a_role_reads_what_another_one_said(
    session: dict[str, Any], host: Host, subtests: pytest.Subtests
) -> None:
    people = host.get(f"/sessions/{session['id']}/responses")["data"]
    assert len(foreign(str(people), "")) >= 6  # its host reads them
    ids = {
        **PARTS,
        "session_id": session["id"],
        "question_id": session["question"],
        "template_id": "x",
        "group_id": "g",
    }
    for caller, own in ((session["dora"], "dora"), (new_host("eve@example.com"), ""), (None, "")):
        for (method, path), body in [*OF_SESSION.items(), *WITH_KEY.items(), (("GET", "/sessions/public"), None)]:
            for person in people:
                asked = (method, path.format(**ids, participant_id=person["participant_id"]), body)
                answer = caller.call(*asked) if caller else host.call(*asked, Authorization="")
                assert foreign(answer.body.decode(), own) == [], asked[:2]
                if "{participant_id}" not in path:
                    break


def test_on_pages_nobody_reads_what_another_participant_said(
    session: dict[str, Any], host: Host, ben: Browser, cem: Browser
) -> None:
    people = host.get(f"/sessions/{session['id']}/responses")["data"]
    assert all(it in cem.open(f"/chat?s={session['id']}").text for it in canaries("cem")[1:2])
    for visitor, own in ((cem, "cem"), (ben, "ben"), (Browser(), "")):
        for address in _addresses(session["id"], people):
            visitor.headers = {"Sec-Fetch-Site": "same-origin", SCRIPT_HEADER: "1"}
            answer = visitor.get(address)
            assert foreign(_text(answer.body), own) == [], address


def _addresses(session_id: str, people: list[dict[str, Any]]) -> Iterator[str]:
    threads = [f"&t={it['participant_id']}" for it in people]
    for path in PAGES:
        for query in (*QUERIES, *threads) if path in ("/chat", "/results") else ("",):
            yield f"{re.sub(r'{[^}]*}', '1', path)}?s={session_id}{query}"


def _text(body: bytes) -> str:
    return body.decode(errors="replace")
