"""The retries of every write: what passes is tried again, within limits; what is decided is not."""

from contextlib import suppress
from typing import Any

import pytest

from chalicelib import container
from chalicelib.errors import Unavailable
from chalicelib.store import database
from chalicelib.store.transact import ConditionFailed, Transaction
from chalicelib.store.user_items import EmailItem, UserItem
from tests.clock import FakeTime, own_retries
from tests.faults import Fault, Wire, conflict, tap, throttle, unanswered, unreachable


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> FakeTime:
    """How long retries waited."""
    return own_retries(monkeypatch)


@pytest.fixture
def wire(aws: None, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """The wire under the database."""
    return tap(monkeypatch)


def two_writes(write: Transaction) -> None:
    """Put one item if it is new, in the company of another."""
    now = container.clock().now()
    item = UserItem("user#1", id="1", email="a@b.c", name=None, created_at=now)
    write.save(EmailItem("email#a@b.c", id="1"), condition=EmailItem.pk.does_not_exist(), label="address")
    write.save(item, condition=UserItem.pk.does_not_exist(), label="user")


def one_write() -> None:
    database.put(EmailItem("email#a@b.c", id="1"), EmailItem.pk.does_not_exist())


@pytest.mark.parametrize("error", [conflict, throttle], ids=["conflict", "throttle"])
def test_a_passing_failure_is_tried_again(wire: Wire, waits: FakeTime, error: Any) -> None:
    with wire.broken(Fault("twice", error, times=2), 1):
        database.transact(two_writes)
    assert wire.calls == ["TransactWriteItems"] * 3
    assert len(waits.waits) == 2
    assert container.accounts().user("1").email == "a@b.c"


def test_a_single_write_is_tried_again_too(wire: Wire, waits: FakeTime) -> None:
    with wire.broken(Fault("twice", conflict, times=2), 1):
        one_write()
    assert wire.calls == ["PutItem"] * 3


def test_it_gives_up_after_eight_tries_and_three_seconds_at_most(wire: Wire, waits: FakeTime) -> None:
    for _ in range(20):
        waits.waits.clear()
        with wire.broken(Fault("always", conflict, times=1000), 1), pytest.raises(Unavailable) as caught:
            database.transact(two_writes)
        assert 2 <= len(wire.calls) <= 8
        assert waits.monotonic() <= 3
        assert caught.value.status == 503
    assert database.get(EmailItem, "email#a@b.c") is None


def test_waits_grow_and_are_spread(wire: Wire, waits: FakeTime) -> None:
    for _ in range(10):
        with wire.broken(Fault("thrice", conflict, times=3), 1), suppress(ConditionFailed):
            database.transact(two_writes)
    first, third = waits.waits[0::3], waits.waits[2::3]
    assert all(wait <= 0.025 for wait in first)
    assert max(third) <= 0.1
    assert len(set(waits.waits)) == len(waits.waits)


def test_a_failed_condition_is_never_tried_again_and_says_which_write_it_was(wire: Wire, waits: FakeTime) -> None:
    container.accounts()
    database.put(
        UserItem("user#1", id="1", email="x", created_at=container.clock().now()), UserItem.pk.does_not_exist()
    )
    wire.calls.clear()
    with pytest.raises(ConditionFailed) as caught:
        database.transact(two_writes)
    assert (wire.calls, waits.waits) == (["TransactWriteItems"], [])
    assert caught.value.failed == {"user"}
    assert database.get(EmailItem, "email#a@b.c") is None


def test_a_failed_condition_of_a_single_write_is_never_tried_again(wire: Wire, waits: FakeTime) -> None:
    one_write()
    with pytest.raises(ConditionFailed):
        one_write()
    assert (wire.calls, waits.waits) == (["PutItem", "PutItem"], [])


@pytest.mark.parametrize("error", [unreachable, unanswered], ids=["unreachable", "unanswered"])
def test_no_answer_is_told_at_once_since_the_client_has_tried_already(wire: Wire, waits: FakeTime, error: Any) -> None:
    with wire.broken(Fault("once", error), 1), pytest.raises(Unavailable):
        database.transact(two_writes)
    assert len(wire.calls) == 1
    with wire.broken(Fault("once", error), 1), pytest.raises(Unavailable):
        one_write()
    assert len(wire.calls) == 1
    assert waits.waits == []


def test_all_tries_of_a_transaction_carry_one_token_and_the_next_another(
    wire: Wire, waits: FakeTime, monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens: list[str] = []
    client: Any = database.connection().client
    send = client._make_api_call

    def note(operation: str, arguments: dict[str, Any]) -> Any:
        tokens.append(arguments["ClientRequestToken"])
        return send(operation, arguments)

    monkeypatch.setattr(client, "_make_api_call", note)
    with wire.broken(Fault("twice", conflict, times=2), 1):
        database.transact(two_writes)
    with suppress(ConditionFailed):
        database.transact(two_writes)
    assert len(tokens) == 4
    assert len(set(tokens[:3])) == 1
    assert tokens[3] != tokens[0]
