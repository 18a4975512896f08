"""However many sessions a browser meets, its cookies stay within what servers take, and the latest of them still say who it is."""

import uuid
from types import SimpleNamespace
from typing import Any, cast

import pytest

from chalicelib.web.kit import identity
from chalicelib.web.kit.identity import Identity

MOST = 4_096  # bytes of all cookies
SESSIONS = [str(uuid.UUID(int=number + 1)) for number in range(200)]


class Jar:
    """The cookies of a browser, which sends the oldest first."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        self.most = 0

    @property
    def request(self) -> Any:
        sent = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        self.most = max(self.most, len(sent.encode()))
        return cast(Any, SimpleNamespace(context={}, headers={"cookie": sent}))

    def take(self, headers: list[str]) -> None:
        for header in headers:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
            if not value:
                del self.cookies[name]


@pytest.fixture
def jar(monkeypatch: pytest.MonkeyPatch) -> Jar:
    monkeypatch.setattr(identity, "_secret", lambda: b"secret")
    jar = Jar()
    jar.take([identity.browser_cookie(jar.request, "browser")])
    return jar


def test_two_hundred_sessions_of_ones_own_take_one_cookie(jar: Jar) -> None:
    people = [identity.make_identity(jar.request, "browser", session) for session in SESSIONS]
    for session, person in zip(SESSIONS, people, strict=True):
        jar.take(identity.identity_cookies(jar.request, "browser", person, session))
    assert list(jar.cookies) == ["hm"]
    assert [identity.find_person(jar.request, session) for session in SESSIONS] == people
    assert len(set(people)) == len(SESSIONS)


def test_two_hundred_private_links_and_results_leave_room_and_the_newest_is_known(jar: Jar) -> None:
    for session in SESSIONS:
        other = Identity(str(uuid.uuid4()))
        jar.take(identity.identity_cookies(jar.request, "browser", other, session))
        jar.take(identity.holder_cookies(jar.request, "x" * 91, "user", session))
        assert identity.find_person(jar.request, session) == other
    assert 1_000 < jar.most <= MOST


def test_who_starts_anew_in_two_hundred_sessions_is_nobody_from_before_in_any(jar: Jar) -> None:
    before = [identity.find_person(jar.request, session) for session in SESSIONS]
    for session in SESSIONS:
        jar.take(identity.cookies_of_nobody(jar.request, session))
    assert not {identity.find_person(jar.request, session) for session in SESSIONS} & set(before)
    assert jar.most <= MOST
