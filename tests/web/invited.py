"""What hosts do to invite people, and what comes of it."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from botocore.client import BaseClient

from chalicelib import container
from chalicelib.model.jobs import SendInvitation
from tests.api.hosts import Host
from tests.web.browser import Browser, Page
from tests.web.host.visitor import send

START, HERE = "Start the conversation", "Continue it here"
DAY = 24 * 3600


def invite(host: Host, session: dict[str, Any], *emails: str, **more: Any) -> list[dict[str, Any]]:
    answer = host.call("POST", f"/sessions/{session['id']}/participant-invitations", {"emails": emails, **more})
    assert answer.status_code == 201, answer.body
    return list(answer.json_body["data"])


def listed(host: Host, session: dict[str, Any]) -> dict[str, Any]:
    return dict(host.get(f"/sessions/{session['id']}/participant-invitations"))


def states(host: Host, session: dict[str, Any]) -> dict[str, str]:
    return {it["email"]: it["state"] for it in listed(host, session)["data"]}


def path_of(url: str) -> str:
    return "/" + url.partition("//")[2].partition("/")[2]


def link_in(mail: str) -> str:
    found = re.search(r"(/chat\?s=[\w-]+&i=[\w.~-]+)", mail.replace("&amp;", "&"))
    assert found, mail
    return found[1]


def is_invited_only(page: Page) -> bool:
    return page.status == 403 and "Only people who were invited personally" in page.text


def stop_in(mail: str) -> str:
    """The path of the link that ends such mails."""
    found = re.search(r"(/stop\?t=[\w.~-]+)", mail)
    assert found, mail
    return found[1]


def press_stop(browser: Browser, path: str, which: str = "these") -> None:
    form = browser.open(path).form("Stop")
    assert send(browser, f"/{form.action}", form, which=which).status_code == 303


def change(host: Host, session: dict[str, Any], **fields: Any) -> None:
    assert host.call("PATCH", f"/sessions/{session['id']}", fields).status_code == 200


def ask_again(*sessions: dict[str, Any]) -> None:
    """What the sweep asks for once a mail is due again."""
    for session in sessions:
        for it in container.invitations().all(session["id"]):
            if it.wanted:
                container.jobs().ask(SendInvitation(session["id"], it.id), container.clock().now())


@contextmanager
def counted_calls() -> Iterator[Counter[str]]:
    """The calls to AWS meanwhile, by their operation."""
    calls = Counter[str]()
    call: Any = vars(BaseClient)["_make_api_call"]

    def counted(self: Any, name: str, arguments: Any) -> Any:
        calls[name] += 1
        return call(self, name, arguments)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BaseClient, "_make_api_call", counted)
        yield calls


def act_on(host: Host, session: dict[str, Any], what: str) -> Any:
    return host.call("POST", f"/sessions/{session['id']}/participant-invitations/{what}", {})
