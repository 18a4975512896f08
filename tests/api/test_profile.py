"""PATCH /me: name, language, zone and HARMONICA.md of an account, whoever else changes them."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import container
from chalicelib.services.accounts.keys import mint_key
from chalicelib.store.profiles import Profiles
from tests.api.hosts import Host, error_of, new_host
from tests.api.shapes import USER_INFO, assert_shape
from tests.clock import FakeClock

LIMIT = 10_000
NEW = {
    "name": "Ana Müller",
    "locale": "zh-Hant",
    "time_zone": "Europe/Berlin",
    "harmonica_md": "# Who we are\n\nA kitchen.",
}
TEXTS = st.text(st.characters(codec="utf-8"), max_size=300)


def edit(host: Host, **fields: Any) -> dict[str, Any]:
    """What the account is after this change."""
    answer = host.call("PATCH", "/me", fields)
    assert answer.status_code == 200, answer.body
    return dict(answer.json_body)


def test_what_is_named_changes_null_clears_and_the_rest_stays(host: Host, clock: FakeClock) -> None:
    before = host.get("/me")
    clock.advance(60)
    assert {name: before[name] for name in NEW} == {**dict.fromkeys(NEW), "name": "Ana"}
    after = edit(host, **NEW)
    assert_shape(after, USER_INFO)
    assert {name: after[name] for name in NEW} == NEW
    assert after["updated_at"] > before["updated_at"]
    assert {name: host.get("/me")[name] for name in (*NEW, "updated_at")} == {
        name: after[name] for name in (*NEW, "updated_at")
    }
    assert edit(host, time_zone="europe/BERLIN")["updated_at"] == after["updated_at"]  # nothing is another
    cleared = edit(host, harmonica_md=None, locale=None, time_zone=None)
    assert {name: cleared[name] for name in NEW} == {**dict.fromkeys(NEW), "name": NEW["name"]}
    assert cleared["updated_at"] > after["updated_at"]


REFUSED: dict[str, tuple[Any, str]] = {
    "long name": ({"name": "n" * 256}, "name must be at most 255 characters"),
    "long text": ({"harmonica_md": "h" * (LIMIT + 1)}, "harmonica_md must be at most 10,000 characters"),
    "language": ({"locale": "it"}, "locale must be one of: ar, de, en, es, fr, zh-Hans, zh-Hant"),
    "zone": ({"time_zone": "Berlin"}, "time_zone must be the IANA name of a time zone, like Europe/Berlin"),
    "kind": ({"name": 3}, "name must be a string"),
    "digest": ({"digest": "yes"}, "digest must be true or false"),
    "digest of nothing": ({"digest": None}, "digest must be true or false"),
    "digest without mail": (
        {"digest": True, "name": "Bo"},
        "digest must be false: this server sends no mail",
    ),
    "moment": ({"name": "A", "unchanged_since": "now"}, "unchanged_since must be a date and time (RFC 3339)"),
    "nothing": ({}, "No valid fields provided. Allowed fields: name, locale, time_zone, harmonica_md, digest"),
    "unknown": (
        {"email": "x@example.com", "subscription_status": "PRO"},
        "No valid fields provided. Allowed fields: name, locale, time_zone, harmonica_md, digest",
    ),
}


def test_what_cannot_be_is_refused_by_its_field_and_changes_nothing(host: Host, subtests: pytest.Subtests) -> None:
    before = {name: host.get("/me")[name] for name in (*NEW, "email", "updated_at")}
    for name, (body, message) in REFUSED.items():
        with subtests.test(name):
            assert error_of(host.call("PATCH", "/me", body)) == (400, "validation_error", message)
    assert {name: host.get("/me")[name] for name in before} == before
    assert len(edit(host, harmonica_md="𝕳" * LIMIT)["harmonica_md"]) == LIMIT
    assert edit(host, name="n" * 255)["name"] == "n" * 255


def test_a_key_that_may_only_read_changes_nothing(host: Host) -> None:
    accounts, now = container.accounts(), container.clock().now()
    key, _ = mint_key(host.user_id, "reads", accounts=accounts, now=now, access="read")
    answer = host.call("PATCH", "/me", NEW, Authorization=f"Bearer {key}")
    assert error_of(answer) == (403, "forbidden", "This API key may only read")
    assert host.get("/me")["name"] == "Ana"


def test_who_read_an_older_account_changes_nothing_unseen(host: Host, clock: FakeClock) -> None:
    read = host.get("/me")["updated_at"]
    clock.advance(1)
    kept = edit(host, harmonica_md="Mine", unchanged_since=read)
    late = host.call("PATCH", "/me", {"harmonica_md": "Yours", "unchanged_since": read})
    assert error_of(late) == (409, "conflict", "Your account was changed meanwhile: read it again")
    assert host.get("/me")["harmonica_md"] == "Mine"
    # The clock of another container may be behind.
    clock.advance(-5)
    assert edit(host, harmonica_md="Yours", unchanged_since=kept["updated_at"])["updated_at"] > kept["updated_at"]


def test_two_changes_at_once_are_both_kept(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody else's change comes between the read and the write of this one, once."""
    save, others = Profiles.save, [{"name": "Bo"}]

    def after_another(profiles: Profiles, *given: Any) -> bool:
        if others:
            assert edit(host, **others.pop())["name"] == "Bo"
        return save(profiles, *given)

    monkeypatch.setattr(Profiles, "save", after_another)
    after = edit(host, harmonica_md="Mine")
    assert (after["name"], after["harmonica_md"]) == ("Bo", "Mine")


def test_nobody_reads_or_changes_the_account_of_another(host: Host) -> None:
    edit(host, **NEW)
    bo = new_host("bo@example.com")
    assert edit(bo, name="Bo")["harmonica_md"] is None
    assert host.get("/me")["name"] == NEW["name"]


def test_a_new_session_has_the_zone_of_its_hosts_account(host: Host) -> None:
    assert host.get(f"/sessions/{host.new_session()['id']}")["time_zone"] == "UTC"
    edit(host, time_zone="Asia/Tokyo")
    made = host.new_session()["id"]
    assert host.get(f"/sessions/{made}")["time_zone"] == "Asia/Tokyo"
    assert host.get(f"/sessions/{host.new_session(time_zone='Europe/Paris')['id']}")["time_zone"] == "Europe/Paris"
    edit(host, time_zone="UTC")
    assert host.get(f"/sessions/{made}")["time_zone"] == "Asia/Tokyo"


@given(TEXTS, TEXTS)
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_name_and_any_text_comes_back_as_it_is_or_is_refused(host: Host, name: str, text: str) -> None:
    answer = host.call("PATCH", "/me", {"name": name, "harmonica_md": text})
    assert answer.status_code == 200
    found = answer.json_body
    assert (found["name"] or "") in (name.strip(), "")
    assert (found["harmonica_md"] or "") in (text.strip(), "")
    assert host.get("/me")["harmonica_md"] == found["harmonica_md"]
