"""What is in people's hands, and what tables are keyed by, stays what it was; nothing made for one purpose serves another."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast, get_args
from unittest.mock import Mock

import pytest

from chalicelib import container
from chalicelib.services.access import rate_limits, signing
from chalicelib.services.access.idempotency import Repeatable, repeatable
from chalicelib.services.access.results_links import DAYS, LinkHolder, holder_of, results_url
from chalicelib.services.delivery.link_codes import link_of
from chalicelib.services.participants.identity import thread_id
from chalicelib.store.guards import Guards
from chalicelib.web.kit import identity
from chalicelib.web.kit.identity import Identity

SECRET = b"a fixed secret for tests"
NOW = datetime(2026, 11, 29, 9, 0, tzinfo=UTC)
PURPOSES = get_args(signing.SignaturePurpose)


def counted_as(count: Any, who: str) -> str:
    """What is stored of somebody who is counted."""
    guards = Mock(spec=Guards)
    count(who, guards=guards, secret=SECRET, now=NOW)
    return cast(str, guards.count_visit.call_args.args[0])


@pytest.mark.parametrize(
    ("holder", "token"),
    [
        (LinkHolder("user", "u1"), "user.u1.20816.EfKe7Ln-d0Ps7K5wRZcqEgL5qEt7CTKYOBP4rw-9s7Q"),
        (LinkHolder("thread", "t1"), "thread.t1.20816.WJE7KtNQewNAcx4xhVIJ7W4o1hbkHoZMeFikLQlzxCw"),
    ],
)
def test_links_to_results_stay_the_same(holder: LinkHolder, token: str) -> None:
    """Those from before they named a key, or a generation."""
    made = NOW + timedelta(days=30 - DAYS[holder.kind])
    assert results_url("https://h.example", "s1", holder, secret=SECRET, now=made).endswith(f"results?s=s1&k={token}")
    assert holder_of(token, "s1", secret=SECRET, now=made) == holder


def test_the_ids_of_threads_stay_the_same() -> None:
    assert thread_id(SECRET, "s1", "web", "p1") == "2f3de2b9-b4db-4fa0-a341-9ed956cd215b"


def test_codes_for_telegram_stay_the_same() -> None:
    assert link_of("l1", NOW, bot="@bot", secret=SECRET).code == "3QHLGTRW7JD2"


def test_repeated_requests_are_known_by_the_same_fingerprints() -> None:
    assert repeatable("u1", "POST /x", {"session_id": "s1"}, "key-1", b"{}", secret=SECRET) == Repeatable(
        "08a07ad9d8f0d48483965b4a8f93f5b1d7617b16504531070b984a4f66c1d908",
        "abfbdd8a12e8d9a79c967e90d8a84aa93e5d039b6754747672f2f751ca44910a",
    )


def test_visitors_are_counted_by_the_same_fingerprints() -> None:
    assert [
        counted_as(rate_limits.count_visit, "192.0.2.1"),
        counted_as(rate_limits.count_page, "192.0.2.1"),
        counted_as(rate_limits.count_turn, "p1"),
    ] == [
        "18f3bcfe3226dffa56f79b6509ea47a4545d4ce286e9828b495b22e39fc8f2f9",
        "50a6e1d9156894bd77c38571cb7958f36fea7fe748ea8333badaa2d721798c8b",
        "29d28fc20333fdb9c569f7a5328bc078b5669afa8896abf071057fc59575ad6e",
    ]


def test_cookies_forms_and_private_links_stay_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(container, "deployment_secret", lambda: SECRET)
    request = cast(Any, SimpleNamespace(context={}, headers={}))
    (header,) = identity.identity_cookies(request, "b1", Identity("p1"), "s1")
    assert "hm_s1=p1.57D4rBSJieif2Cox8zPjMiXjfjKS-n-XtHzLDY-WOcQ;" in header
    assert identity.form_token(Identity("p1"), "s1") == "p1.woUetMv85KmplhsjVkSZ-KBk0H1_OiDfI9NOVKeY6Pw"
    assert identity.resume_token(Identity("p1"), "s1") == "p1.hZdULDgeyVWMtV6_BnDKsdWt0Xx_AM2O5QVjxCTjzL4"
    ana = Identity("p1", 2, "telegram")
    assert identity.resume_token(ana, "s1") == "telegram-p1.2.s3nQcT0LbsCPATwfJree6gQb9Asfa6cpG2RzZ4xYH9M"
    assert identity.person_in_link(identity.resume_token(ana, "s1"), "s1") == ana
    assert identity.person_in_form(identity.form_token(ana, "s1"), "s1") == Identity("p1", 0, "telegram")
    assert identity.page_token("p1", "s1") == "lF2ayvREY4FgAvqmvI8xY4_yY3Fz9KQHGT5IZbUs8Sc"
    assert identity.storage_mark("p1", "s1") == "snHXLUPCd9rIMuzK"


def test_each_purpose_of_a_digest_gives_another() -> None:
    purposes = get_args(signing.DigestPurpose)
    assert len({signing.make_digest(SECRET, purpose, b"x") for purpose in purposes}) == len(purposes)
    assert not any(":" in purpose for purpose in purposes)  # what is before the first one is the purpose
    assert signing.make_digest(b"another secret", "thread", b"x") != signing.make_digest(SECRET, "thread", b"x")


@pytest.mark.parametrize("purpose", PURPOSES)
def test_a_signature_holds_for_its_purpose_its_session_and_its_value_only(purpose: signing.SignaturePurpose) -> None:
    signed = signing.sign(SECRET, purpose, "s1", "p1")
    assert [other for other in PURPOSES if signing.unsign(SECRET, other, "s1", signed)] == [purpose]
    assert signing.unsign(SECRET, purpose, "s1", signed) == "p1"
    assert signing.unsign(SECRET, purpose, "s2", signed) is None
    assert signing.unsign(b"another secret", purpose, "s1", signed) is None
    assert signing.unsign(SECRET, purpose, "s1", "p2" + signed[2:]) is None
    assert signing.unsign(SECRET, purpose, "s1", "p1") is None
    assert signed == f"p1.{signing.make_signature(SECRET, purpose, 's1', 'p1')}"


def test_only_the_same_is_the_same() -> None:
    assert signing.is_same("ä", "ä")
    assert not signing.is_same("ä", "a")
    assert not signing.is_same("a", "")
