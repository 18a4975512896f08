"""Who asks: what a host says of it over REST, how it is kept, and where its logo is."""

import base64
from typing import Any

from tests.api.edits import patch, refused
from tests.api.hosts import Host
from tests.example_tables import each_row
from tests.logos import LOGO, SECRET, carrying_secrets, picture, pixels_of

SAID: dict[str, Any] = {"host_name": "The canteen", "accent": "#b4451f", "why": "It decides the menu."}


def fetched(host: Host, address: str, accept: str = "image/avif,image/png,*/*;q=0.8") -> Any:
    """What a browser is answered at an address."""
    return host.client.http.get(address[address.index("/logo") :], headers={"Accept": accept})


def test_what_is_said_stays_until_it_is_said_otherwise(host: Host) -> None:
    session = host.new_session(branding={**SAID, "accent": " #B4451F", "logo": LOGO})["id"]
    first = host.get(f"/sessions/{session}")["branding"]
    assert {**first, "logo": None} == {**SAID, "logo": None}
    assert patch(host, session, branding=first)["branding"] == first, "what was read can be sent back"
    assert patch(host, session, branding={"why": " "})["branding"] == {**first, "why": None}
    assert patch(host, session, branding={})["branding"] == {**first, "why": None}
    other = patch(host, session, branding={"logo": base64.b64encode(picture(3, 3)).decode()})["branding"]
    assert (other["host_name"], other["logo"] != first["logo"]) == ("The canteen", True)
    assert refused(host, session, branding=first) == (
        "branding.logo must be a PNG picture in Base64, or the address of the logo that the session has"
    )
    assert patch(host, session, branding=None)["branding"] is None
    assert host.get(f"/sessions/{host.new_session(branding=None)['id']}")["branding"] is None
    assert fetched(host, other["logo"]).status_code == 404


def test_a_logo_has_an_address_of_its_own_that_nothing_but_its_pixels_is_at(host: Host) -> None:
    drawn = picture(greyscale=False, alpha=True)
    given = base64.b64encode(carrying_secrets(drawn)).decode()
    session = host.new_session(branding={"logo": f"data:image/png;base64,{given}"})["id"]
    address = host.get(f"/sessions/{session}")["branding"]["logo"]
    answer = fetched(host, address)
    assert (answer.status_code, pixels_of(answer.body), SECRET in answer.body) == (200, pixels_of(drawn), False)
    assert answer.headers["Content-Type"] == "image/png"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert "immutable" in answer.headers["Cache-Control"]
    assert fetched(host, address.partition("&v=")[0]).headers["Cache-Control"] == "no-cache"
    assert fetched(host, address, "text/html").status_code == 406
    copy = host.call("POST", f"/sessions/{session}/clone").json_body["id"]
    patch(host, session, branding=None)
    kept = host.get(f"/sessions/{copy}")["branding"]["logo"]
    assert pixels_of(fetched(host, kept).body) == pixels_of(drawn), "a copy has a logo of its own"
    assert host.call("DELETE", f"/sessions/{copy}").status_code == 204
    assert fetched(host, kept).status_code == 404


def test_of_a_session_for_invited_people_only_those_see_the_logo_who_have_a_page_that_shows_it(host: Host) -> None:
    session = host.new_session(access="invited", branding={"logo": LOGO})["id"]
    address = host.get(f"/sessions/{session}")["branding"]["logo"]
    assert fetched(host, address).status_code == 200
    assert fetched(host, address.partition("&v=")[0]).status_code == 404


@each_row(
    "said, told",
    [
        ({"host_name": "x" * 101}, "branding.host_name must be at most 100 characters"),
        ({"why": "x" * 301}, "branding.why must be at most 300 characters"),
        ({"accent": "teal"}, "branding.accent must be a color of six hexadecimal digits, like #0b6156"),
        ({"accent": "#0b615"}, "branding.accent must be a color of six hexadecimal digits, like #0b6156"),
        ({"accent": "#0b6156;}"}, "branding.accent must be at most 7 characters"),
        ({"logo": "no picture"}, "branding.logo must be a PNG picture, in Base64"),
        ({"logo": base64.b64encode(b"<svg/>").decode()}, "branding.logo must be a PNG picture, in Base64"),
        ({"logo": base64.b64encode(bytes(100_001)).decode()}, "branding.logo must be at most 100,000 bytes of PNG"),
        (
            {"logo": base64.b64encode(picture(1_025, 1_024, greyscale=True, bitdepth=1)[:99_999]).decode()},
            "branding.logo must be at most 1,048,576 pixels, which are 1,024 by 1,024",
        ),
        ({"logo": 7}, "branding.logo must be a string"),
        (["The canteen"], "branding must be an object"),
    ],
)
def test_what_cannot_be_is_named_with_its_limit(host: Host, said: Any, told: str) -> None:
    given = {"topic": "Lunch", "goal": "Eat well", "branding": said}
    answer = host.call("POST", "/sessions", given)
    assert (answer.status_code, answer.json_body["error"]["message"]) == (400, told)
    assert refused(host, host.new_session()["id"], branding=said) == told


def test_the_history_has_what_was_said_in_words(host: Host) -> None:
    session = host.new_session(branding=SAID)["id"]
    patch(host, session, branding={"why": "It decides the kitchen.", "accent": "#000000", "logo": LOGO})
    found = host.get(f"/sessions/{session}/edit-history?field=why")["revisions"]
    assert [it["value"] for it in found] == ["It decides the kitchen.", "It decides the menu."]
    fields = {it["field"] for it in host.get(f"/sessions/{session}/edit-history")["revisions"]}
    assert {"host_name", "why"} <= fields
    assert fields.isdisjoint({"logo", "accent", "branding"})
