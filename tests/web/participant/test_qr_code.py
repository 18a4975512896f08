"""The QR code of a session's link."""

import io

from chalice.test import Client

from app import app
from tests.api.hosts import Host

PNG = b"\x89PNG\r\n\x1a\n"


def fetch(path: str) -> tuple[int, dict[str, str], bytes]:
    """As an <img> of a browser would."""
    answer = Client(app).http.get(path, headers={"Accept": "image/avif,image/webp,*/*;q=0.8"})
    return answer.status_code, dict(answer.headers), answer.body


def test_the_code_leads_to_the_session_as_drawing_and_as_picture(host: Host) -> None:
    session = host.new_session()["id"]
    status, headers, body = fetch(f"/qr?s={session}")
    assert (status, headers["Content-Type"]) == (200, "image/svg+xml")
    assert body.startswith(b"<?xml") or body.startswith(b"<svg")
    assert b"script" not in body
    status, headers, body = fetch(f"/qr?s={session}&format=png")
    assert (status, headers["Content-Type"]) == (200, "image/png")
    assert body.startswith(PNG)


def test_a_client_that_names_nothing_that_it_takes_gets_the_drawing(host: Host) -> None:
    session = host.new_session()["id"]
    for headers in ({}, {"Accept": "text/html"}):
        answer = Client(app).http.get(f"/qr?s={session}&format=png", headers=headers)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/svg+xml")


def test_the_code_holds_the_join_url(host: Host) -> None:
    import segno

    created = host.new_session()
    expected = io.BytesIO()
    segno.make(created["join_url"], error="m", micro=False).save(expected, kind="png", scale=12, border=4)
    assert fetch(f"/qr?s={created['id']}&format=png")[2] == expected.getvalue()


def test_there_is_no_code_for_what_there_is_not(host: Host) -> None:
    assert fetch("/qr?s=00000000-0000-4000-8000-000000000000")[0] == 404
    assert fetch("/qr")[0] == 404
