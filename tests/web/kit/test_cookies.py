"""Cookies as browsers send them, among those of whatever else is served from the same host."""

from types import SimpleNamespace
from typing import Any, cast

import pytest

from chalicelib.web.kit.cookies import cookie_values, set_cookie


def request(cookies: str | None = None) -> Any:
    return cast(Any, SimpleNamespace(context={}, headers={} if cookies is None else {"cookie": cookies}))


@pytest.mark.parametrize(
    ("sent", "held"),
    [
        (None, []),
        ("", []),
        ("hm=a", ["a"]),
        ("hm=", [""]),
        ("other=1; hm=a.b-_c; hm2=x", ["a.b-_c"]),
        ("hm=a; hm=b", ["a", "b"]),
        ("other=hm; xhm=1", []),
        ('theirs={"a": 1}; no value; path=x; a/b=1; =; hm=a', ["a"]),
        ('hm=a; theirs={"a": 1}; $Version=1; é=ü; ;;', ["a"]),
    ],
)
def test_every_cookie_of_a_name_is_read_whatever_stands_beside_it(sent: str | None, held: list[str]) -> None:
    assert [*cookie_values(request(sent), "hm")] == held


def test_a_cookie_is_taken_away_as_it_was_set() -> None:
    assert set_cookie(request(), "hm", "", 0) == "hm=; HttpOnly; Max-Age=0; Path=/; SameSite=Lax"


def test_nothing_but_its_value_gets_into_a_cookie() -> None:
    header = set_cookie(request(), "hm", "a.b-_c", 5)
    assert header == "hm=a.b-_c; HttpOnly; Max-Age=5; Path=/; SameSite=Lax"
    assert [*cookie_values(request(header.partition(";")[0]), "hm")] == ["a.b-_c"]
