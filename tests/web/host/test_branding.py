"""Who asks, among the settings of a session: its logo is sent with the form, also without a script."""

import base64
from typing import Any

from chalice.test import HTTPResponse

from tests.api.hosts import Host
from tests.example_tables import each_row
from tests.logos import LOGO, picture
from tests.web.browser import Browser, Form, Page
from tests.web.host.visitor import follow, submit

BOUNDARY = "----form"


def upload(browser: Browser, path: str, form: Form, logo: bytes, **fields: str) -> HTTPResponse:
    """Send a form with a file as browsers do."""
    parts = [(f'name="{name}"', value.encode()) for name, value in (form.fields | fields).items() if name != "logo"]
    named = "Logo.png" if logo else ""  # as of a field in which none was chosen
    parts.append((f'name="logo"; filename="{named}"\r\nContent-Type: image/png', logo))
    lines = b"".join(
        b"--%b\r\nContent-Disposition: form-data; %b\r\n\r\n%b\r\n" % (BOUNDARY.encode(), head.encode(), value)
        for head, value in parts
    )
    kind = {"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}
    return browser.request("POST", path, lines + f"--{BOUNDARY}--\r\n".encode(), kind)


def opened(ana: Browser, host: Host, **fields: Any) -> tuple[str, str, Form]:
    """A session, the path of its settings, and their form."""
    session = host.new_session(**fields)["id"]
    path = f"/sessions/{session}/settings"
    return session, path, ana.open(path).form("Save")


def said_of(host: Host, session: str) -> dict[str, Any]:
    return dict(host.get(f"/sessions/{session}")["branding"] or {})


def test_a_logo_comes_with_the_form_stays_and_goes(ana: Browser, host: Host) -> None:
    session, path, form = opened(ana, host)
    drawn = picture(16, 16, greyscale=False)
    page = follow(ana, upload(ana, path, form, drawn, branding_host_name="The canteen"))
    assert "Saved." in page.text
    before = said_of(host, session)
    assert (before["host_name"], bool(before["logo"])) == ("The canteen", True)
    shown = ana.open(path)
    assert before["logo"].partition("/logo")[2] in shown.html.replace("&amp;", "&")
    follow(ana, upload(ana, path, shown.form("Save"), b"", branding_why="It decides the menu."))
    assert said_of(host, session) == {**before, "why": "It decides the menu."}, "no file is no change"
    submit(ana, path, ana.open(path).form("Save"), remove_logo="on")
    assert said_of(host, session) == {**before, "why": "It decides the menu.", "logo": None}


@each_row(
    "logo, told",
    [
        (b"\xff\xd8\xff\xe0JFIF", "This is no PNG picture."),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "This is no PNG picture."),
        (bytes(100_001), "This file is larger than 100 kilobytes."),
        (picture(1_025, 1_024, greyscale=True, bitdepth=1)[:99_999], "This picture has too many pixels."),
    ],
)
def test_what_is_no_logo_is_said_beside_its_field_and_the_rest_is_kept(
    ana: Browser, host: Host, logo: bytes, told: str
) -> None:
    session, path, form = opened(ana, host, branding={"logo": LOGO})
    before = said_of(host, session)
    page: Page = ana.read(upload(ana, path, form, logo, branding_why="It decides the menu."))
    assert (page.status, told in page.text) == (400, True)
    assert page.form("Save").fields["branding_why"] == "It decides the menu."
    assert said_of(host, session) == before


def test_a_logo_has_to_be_chosen_again_where_something_else_was_wrong(ana: Browser, host: Host) -> None:
    session, path, form = opened(ana, host)
    page = ana.read(upload(ana, path, form, base64.b64decode(LOGO), duration_minutes="never"))
    assert "Please choose the logo once more: it was not saved yet." in page.text
    assert said_of(host, session) == {}


def test_an_upload_that_is_none_is_refused(ana: Browser, host: Host) -> None:
    session, path, form = opened(ana, host)
    for kind, body in (
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b"nothing"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n\xff\r\n--x--\r\n',
        ),
    ):
        assert ana.request("POST", path, body, {"Content-Type": kind}).status_code == 400
    assert said_of(host, session) == {}
    assert form.fields
