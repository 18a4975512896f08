"""What an administrator does about keys, users, members and the public list, and what that ends."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib import container
from chalicelib.services.delivery.sending import hash_address, may_write
from chalicelib.store import accounts
from infra import admin
from infra.local import instance
from tests.api.hosts import Host, new_host
from tests.clock import FakeClock
from tests.web.browser import Browser
from tests.web.participant.test_results import results
from tests.web.participant.test_results_links import followed

Run = Callable[..., str]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command on these tables: what it prints. One that fails raises SystemExit."""
    monkeypatch.setattr(instance, "activate", lambda: None)
    monkeypatch.setattr(admin, "_INDEX_SECONDS", 0)

    def command(*arguments: str) -> str:
        capsys.readouterr()
        admin.main(list(arguments))
        return capsys.readouterr().out.strip()

    return command


def refusal(run: Run, *arguments: str) -> Any:
    """What a command ends with that fails: its one sentence, which Python prints, with exit code 1."""
    with pytest.raises(SystemExit) as stopped:
        run(*arguments)
    return stopped.value.code


def me(host: Host) -> int:
    return int(host.call("GET", "/me").status_code)


def links(host: Host, session: dict[str, Any]) -> Browser:
    """A browser that followed the link to the results which this host's key fetched."""
    return followed(host.get(f"/sessions/{session['id']}")["results_url"])


def test_keys_are_listed_by_what_they_begin_with_and_never_whole(run: Run, host: Host, clock: FakeClock) -> None:
    me(host)
    clock.advance(60)
    key = run("mint-key", "ana@example.com", "--name", "laptop")
    listed = run("list-keys", "ana@example.com").splitlines()
    assert listed == [
        f"{key[:12]}  in use    made {listed[0].partition('made ')[2][:16]}  never used  laptop",
        f"{host.key[:12]}  in use    made 2026-03-01 12:00  last used 2026-03-01 12:00  tests",
    ]
    assert key not in "".join(listed)
    run("revoke-key", key)
    assert "  revoked  " in run("list-keys", "ana@example.com")
    run("create-user", "bo@example.com")
    assert run("list-keys", "bo@example.com") == "bo@example.com has no keys"
    assert refusal(run, "list-keys", "cy@example.com") == "cy@example.com has no account"


def test_a_key_may_be_made_to_read_only_and_for_some_days(
    run: Run, host: Host, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admin, "_now", clock.now)
    options = ("--access", "read", "--expires", "30")
    other = Host(host.client, host.user_id, run("mint-key", "ana@example.com", *options))
    assert "only reads  until 2026-03-31 12:00" in run("list-keys", "ana@example.com")
    assert (me(other), other.call("POST", "/sessions", {"topic": "Lunch", "goal": "Eat"}).status_code) == (200, 403)
    clock.advance(30 * 24 * 3600 - 1)
    assert me(other) == 200
    clock.advance(1)
    assert me(other) == 401


def test_a_key_is_revoked_by_what_it_begins_with_and_so_is_the_link_it_fetched(run: Run, host: Host) -> None:
    session = host.new_session()
    other = Host(host.client, host.user_id, run("mint-key", "ana@example.com", "--name", "laptop"))
    browser, kept = links(other, session), links(host, session)
    assert run("revoke-keys", "--prefix", other.key[:12]) == f"Revoked {other.key[:12]} laptop"
    assert (me(other), me(host)) == (401, 200)
    assert [results(it, session).status for it in (browser, kept)] == [403, 200]
    assert refusal(run, "revoke-keys", "--prefix", other.key[:12]) == "No key in use fits"
    assert "hm_live_ and the four" in refusal(run, "revoke-keys", "--prefix", "hm_live_")


def test_a_prefix_that_fits_keys_of_several_users_revokes_nothing_until_it_is_said_whose(
    run: Run, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "chalicelib.services.accounts.keys.secrets.token_hex", _hex(["ab12" + "0" * 28, "ab12" + "1" * 28])
    )
    bo, cy = new_host("bo@example.com"), new_host("cy@example.com")
    assert "say whose" in refusal(run, "revoke-keys", "--prefix", "hm_live_ab12")
    assert (me(bo), me(cy)) == (200, 200)
    run("revoke-keys", "--prefix", "hm_live_ab12", "--user", "bo@example.com")
    assert (me(bo), me(cy)) == (401, 200)


def _hex(values: list[str]) -> Callable[[int], str]:
    left = iter(values)
    return lambda _: next(left)


def test_all_keys_of_a_user_are_revoked_at_once(run: Run, host: Host) -> None:
    other = Host(host.client, host.user_id, run("mint-key", "ana@example.com"))
    stranger = new_host("s@example.com")
    assert len(run("revoke-keys", "--user", "ana@example.com").splitlines()) == 2
    assert (me(host), me(other), me(stranger)) == (401, 401, 200)
    assert refusal(run, "revoke-keys") == 2


def test_a_member_who_was_removed_sees_nothing_any_more(run: Run, host: Host) -> None:
    session = host.new_session()
    bo = host.invite(session["id"], "editor", "bo@example.com")
    browser = links(bo, session)
    assert results(browser, session).status == 200
    done = run("remove-member", session["id"], "bo@example.com")
    assert done == f"bo@example.com is no member of {session['id']} any more"
    assert results(browser, session).status == 403
    assert bo.call("GET", f"/sessions/{session['id']}").status_code == 403
    assert bo.get("/sessions")["data"] == []
    refused = "There is no such member of this session"
    assert refusal(run, "remove-member", session["id"], "bo@example.com") == refused
    assert refusal(run, "remove-member", session["id"], "ana@example.com") == "The owner of a session stays its owner"
    assert me(bo) == 200


def test_a_disabled_user_is_let_in_nowhere_and_their_links_stay_ended(run: Run, host: Host) -> None:
    session = host.new_session()
    browser = links(host, session)
    assert run("disable-user", "ana@example.com") == "ana@example.com is disabled"
    assert me(host) == 401
    assert results(browser, session).status == 403
    assert "  disabled  " in run("list-keys", "ana@example.com")
    assert "is disabled" in refusal(run, "mint-key", "ana@example.com")
    assert run("enable-user", "ana@example.com") == "ana@example.com is enabled"
    assert me(host) == 200
    assert results(browser, session).status == 403
    assert results(links(host, session), session).status == 200


def test_a_key_that_was_made_a_moment_before_its_user_was_disabled_opens_nothing(
    run: Run, host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    find, asked = accounts.items_of_user, list[str]()

    def find_late(user_id: str, prefix: str) -> list[Any]:
        asked.append(prefix)
        return find(user_id, prefix) if asked.count(prefix) > 1 else []

    monkeypatch.setattr(accounts, "items_of_user", find_late)
    run("disable-user", "ana@example.com")
    assert me(host) == 401


def test_a_session_is_taken_off_the_public_list(run: Run, host: Host) -> None:
    session = host.new_session(is_public=True)
    stranger = new_host("s@example.com")
    assert run("unlist-session", session["id"]) == f"{session['id']} is private now"
    assert stranger.call("GET", "/sessions/public").json_body["data"] == []
    assert stranger.say(session["id"], "Soup").status_code == 403
    assert run("unlist-session", session["id"]) == f"{session['id']} was private already"
    assert refusal(run, "unlist-session", "x") == "Session not found"


@pytest.mark.usefixtures("host")
def test_an_operator_lets_mails_go_to_an_address_again_that_works_again(run: Run) -> None:
    deps = container.sending_deps()
    deps.suppressions.add(hash_address("ana@example.com", deps.secret), "bounce", container.clock().now())
    assert run("allow-mail", "Ana@example.com") == "Mails go to Ana@example.com again"
    assert may_write("ana@example.com", deps=deps)
    assert run("allow-mail", "ana@example.com") == "Mails go to ana@example.com: nothing kept them from it"
