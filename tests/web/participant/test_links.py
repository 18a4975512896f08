"""Links as people send them on: with a full stop, a bracket or a campaign behind the id."""

from urllib.parse import quote

import pytest

from tests.api.hosts import Host
from tests.web.browser import Browser

CLINGING = [
    ".",
    ",",
    "”",
    "»",
    ")",
    "]",
    ">",
    " ",
    "\n",
    "…",
    "?utm_source=mail",
    "?utm_source=mail&utm_medium=x",
    "/",
    "%20",
]


@pytest.mark.parametrize("page", ["chat", "results", "qr"])
@pytest.mark.parametrize("clinging", CLINGING)
def test_what_clings_to_the_id_of_a_link_is_taken_off(page: str, clinging: str, host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="public")["id"]
    answer = ben.get(f"/{page}?s={session}{quote(clinging, safe='&=')}&lang=de")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"{page}?s={session}&lang=de"
    assert ben.get("/" + answer.headers["Location"]).status_code == 200


def test_what_begins_with_no_id_is_no_session(host: Host, ben: Browser) -> None:
    session = host.new_session()["id"]
    for given in ("", "x", session[:-1], f"{session}0", f"{session}a", f"x{session}"):
        assert ben.get(f"/chat?s={given}").status_code == 404
    assert ben.get(f"/chat?s={session.upper()}").status_code == 200


def test_a_private_link_with_a_full_stop_still_leads_to_its_conversation(
    host: Host, ben: Browser, cem: Browser
) -> None:
    session = host.new_session()
    link = next(
        line for line in ben.join(session).html.split('"') if line.startswith("http://") and "&amp;r=" in line
    ).replace("&amp;", "&")
    for clinging in (".", ")", "%20", "?utm_source=x"):
        page = cem.open("/" + link.partition("//")[2].partition("/")[2] + clinging)
        assert page.has_form("Continue it here")


def test_the_api_takes_an_id_to_the_character(host: Host) -> None:
    session = host.new_session()["id"]
    assert host.call("GET", f"/sessions/{session}.").status_code == 404
