"""Limits, keys and headers on the packaged application: many containers, one count."""

import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

from tests.e2e.local import PATIENCE, Answer, LocalCloud
from tests.e2e.test_main_job import new_session

CLIENTS = 10
BODY = {"topic": "Lunch", "goal": "Find out what people eat"}


def new_key(cloud: LocalCloud, email: str, rate: int) -> str:
    """The key of a new user."""
    cloud.command("infra.admin", "create-user", email)
    return cloud.command("infra.admin", "mint-key", email, "--rate", str(rate)).strip()


def within_a_minute(burst: Callable[[], list[Answer]]) -> list[Answer]:
    """The answers to a burst that began and ended in one minute: what is allowed is counted by the minute."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        minute = time.time() // 60
        answers = burst()
        if time.time() // 60 == minute:
            return answers
        time.sleep(60.1 - time.time() % 60)
    raise AssertionError(f"no burst was over within a minute in {PATIENCE} s")


def many(clients: int, requests: int, send: Any) -> list[Answer]:
    """The answers to so many requests by so many clients at once."""
    with ThreadPoolExecutor(clients) as pool:
        return list(pool.map(lambda _: send(), range(requests)))


def test_ten_clients_over_one_key_get_exactly_what_it_allows(cloud: LocalCloud) -> None:
    key = new_key(cloud, "limited@example.com", 60)
    many(CLIENTS, CLIENTS, lambda: cloud.call("GET", "/me"))  # containers that are warm
    answers = within_a_minute(
        lambda: many(CLIENTS, 90, lambda: cloud.call("GET", "/me", key=key, patient=False)),
    )
    minutes = Counter(answer.status for answer in answers)
    assert minutes == {200: 60, 429: 30}
    assert sorted(int(it.headers["ratelimit-remaining"]) for it in answers if it.status == 200) == list(range(60))
    assert all(1 <= int(it.headers["retry-after"]) <= 60 for it in answers if it.status == 429)


def test_ten_clients_without_a_key_get_exactly_a_hundred_whatever_they_say_where_they_are(cloud: LocalCloud) -> None:
    def visit(number: int) -> Answer:
        headers = {"X-Forwarded-For": f"198.51.100.{number}", "X-Real-IP": f"198.51.100.{number}"}
        return cloud.call("GET", "/sessions/public", key="", headers=headers, patient=False)

    def burst() -> list[Answer]:
        with ThreadPoolExecutor(CLIENTS) as pool:
            return [visit(0), *pool.map(visit, range(130))]

    first, *answers = within_a_minute(burst)
    left = int(first.headers["ratelimit-remaining"])  # of a hundred: a test before may have come in this minute, too
    assert 50 < left < 100
    assert Counter(answer.status for answer in answers) == {200: left, 429: 130 - left}


def test_a_revoked_key_is_refused_at_once_by_every_container(cloud: LocalCloud) -> None:
    key = new_key(cloud, "revoked@example.com", 1000)
    assert {answer.status for answer in many(8, 24, lambda: cloud.call("GET", "/me", key=key))} == {200}
    cloud.command("infra.admin", "revoke-key", key)
    assert {answer.status for answer in many(8, 24, lambda: cloud.call("GET", "/me", key=key))} == {401}


def test_one_request_that_is_sent_eight_times_at_once_makes_one_session(cloud: LocalCloud) -> None:
    key = new_key(cloud, "eager@example.com", 1000)

    def send() -> Answer:
        while True:
            answer = cloud.call("POST", "/sessions", BODY, key=key, headers={"Idempotency-Key": "eager-1"})
            if answer.status != 409:
                return answer
            time.sleep(float(answer.headers["retry-after"]))

    answers = many(8, 8, send)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1


def test_a_page_elsewhere_may_ask_and_read(cloud: LocalCloud) -> None:
    session = new_session(cloud)
    for path in ("/me", f"/sessions/{session}", f"/sessions/{session}/chat", "/nothing/here"):
        asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "GET"}
        answer = cloud.call("OPTIONS", path, key="", headers=asked)
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, "*")
        assert "Authorization" in answer.headers["access-control-allow-headers"]
    first = cloud.call("GET", f"/sessions/{session}/summary")
    again = cloud.call("GET", f"/sessions/{session}/summary", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_the_documentation_is_served_to_anybody(cloud: LocalCloud) -> None:
    for path, kind in (("/docs", "text/html"), ("/llms.txt", "text/plain"), ("/openapi.json", "application/json")):
        answer = cloud.call("GET", path, key="")
        assert (answer.status, answer.headers["content-type"].partition(";")[0]) == (200, kind)
        assert cloud.url in answer.text
    assert cloud.call("GET", "/openapi.json", key="").json()["openapi"].startswith("3.1")


def test_every_answer_names_its_request_and_announces_an_allowance(cloud: LocalCloud) -> None:
    asked = (("GET", "/me"), ("GET", "/nope"), ("DELETE", "/me"), ("GET", "/docs"), ("OPTIONS", "/me"), ("TRACE", "/"))
    for method, path in asked:
        headers = cloud.call(method, path).headers
        assert headers["x-request-id"]
        assert 0 <= int(headers["ratelimit-remaining"]) <= int(headers["ratelimit-limit"])
        assert 1 <= int(headers["ratelimit-reset"]) <= 60
    assert cloud.call("GET", "/me", key="").headers["ratelimit-remaining"] == "300"


def test_a_method_that_a_path_lacks_is_refused_by_the_application_also_with_a_key(cloud: LocalCloud) -> None:
    for method, path, allowed in (
        ("PUT", "/me", "DELETE, GET, PATCH"),
        ("POST", "/", "GET, HEAD"),
        ("DELETE", "/docs", "GET"),
    ):
        answer = cloud.call(method, path)
        assert (answer.status, answer.headers["allow"]) == (405, allowed)
        assert answer.json()["error"]["code"] == "method_not_allowed"
    assert cloud.call("TRACE", "/me").status == 403  # which API Gateway hands to nobody


def test_an_id_in_a_path_may_have_any_character(cloud: LocalCloud) -> None:
    for group in ("a/b", "100%", "%2F", "a%41", "ü +?"):
        assert cloud.call("POST", "/integrations/telegram/groups", {"group_id": group}).status == 201
        path = f"/integrations/telegram/groups/{quote(group, safe='')}"
        assert [cloud.call("DELETE", path).status for _ in range(2)] == [204, 404]
