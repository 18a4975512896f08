"""Whose words: which references each means may use, who may use them, and the threads that follow from them for ever."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from chalicelib.errors import Forbidden
from chalicelib.model import Role, Session, SessionView
from chalicelib.services.access.principal import RIGHTS, Means, ParticipantCookie, Principal, Visitor
from chalicelib.services.participants.identity import Reference, participant_of, respondent_of, thread_id
from chalicelib.services.participants.scopes import SCOPES, ScopeName, listed_user, rules_of
from tests.conversation import HOST, by_key

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SECRET, SESSION = b"a secret of this test", "3f0b7c52-6a1d-4e8f-9b2a-5c4d3e2f1a00"

# Threads of people who may come back for years: these values must never change.
THREADS = {
    Reference("web", "ada"): "4139c75c-fb55-4e60-b22c-ee6bc1a0d31d",
    Reference("telegram", "ada"): "8b64b4bd-c868-4321-9b31-a19e0d1264ba",
    Reference("api", "ada"): "40cca3b6-5fe4-4347-820e-ce47bcf29089",
    Reference(f"api:{HOST}", "ada"): "1cb2681a-6ae6-469f-9cd2-adc699f4e81e",
    Reference(f"host:{HOST}", HOST): "28606bde-80b2-427c-ac7c-d65ba9302de5",
}


def view(role: Role | None, *, is_public: bool = False) -> SessionView:
    """A session as somebody with this role sees it."""
    session = Session(SESSION, HOST, "Lunch", "Eat", None, "active", NOON, NOON, is_public=is_public)
    return SessionView(session, role)


def test_every_scope_has_a_row_and_every_means_has_one() -> None:
    assert set(SCOPES) == set(get_args(ScopeName))
    assert set(RIGHTS) == set(get_args(Means))


@pytest.mark.parametrize(("reference", "expected"), THREADS.items())
def test_a_thread_follows_from_its_reference_for_ever(reference: Reference, expected: str) -> None:
    assert thread_id(SECRET, SESSION, reference.scope, reference.external_id) == expected


def test_each_means_names_participants_in_scopes_of_its_own() -> None:
    assert participant_of(Principal(ParticipantCookie()), "ada").references == (Reference("web", "ada"),)
    both = (Reference("api", "ada"), Reference(f"api:{HOST}", "ada"))
    assert participant_of(by_key(), "ada").references == both
    assert respondent_of(by_key()).references == (Reference(f"host:{HOST}", HOST),)
    assert participant_of(Principal(Visitor()), "ada").references == ()


@pytest.mark.parametrize(
    ("role", "is_public", "scope"),
    [
        ("owner", False, "api"),
        ("editor", True, "api"),
        ("viewer", True, f"api:{HOST}"),
        (None, True, f"api:{HOST}"),
        ("viewer", False, None),
        (None, False, None),
    ],
)
def test_whose_thread_a_key_has_follows_from_the_role(role: Role | None, is_public: bool, scope: str | None) -> None:
    ada, seen = participant_of(by_key(), "ada"), view(role, is_public=is_public)
    if scope:
        assert ada.reference_in(seen) == Reference(scope, "ada")
    else:
        with pytest.raises(Forbidden):
            ada.reference_in(seen)


def test_whoever_has_the_link_takes_part_on_the_page_and_a_visitor_as_nobody() -> None:
    assert participant_of(Principal(ParticipantCookie()), "ada").reference_in(view(None)).scope == "web"
    with pytest.raises(Forbidden):
        participant_of(Principal(Visitor()), "ada").reference_in(view("owner", is_public=True))


def test_a_scope_says_which_channel_hosts_see_and_in_whose_list_the_session_is() -> None:
    shown = {it.scope: (rules_of(it.scope).channel, listed_user(it.scope)) for it in THREADS}
    assert shown == {
        "web": ("web", None),
        "telegram": ("telegram", None),
        "api": ("api", None),
        f"api:{HOST}": ("api", HOST),
        f"host:{HOST}": ("api", None),
    }
