"""Users and keys: one user an address, and a count of requests that is exact and stays small."""

from contextlib import suppress
from datetime import timedelta

import boto3
import pytest

from chalicelib import container
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.services.accounts.keys import create_user, mint_key, revoke_key
from tests.clock import NOON


def new_key(rate: int = 100) -> str:
    """A key of the one user that there is."""
    with suppress(Conflict):
        create_user("ana@example.com", None, accounts=container.accounts(), now=NOON, new_id="user")
    return mint_key("user", "tests", rate=rate, accounts=container.accounts(), now=NOON)[0]


def test_an_address_has_one_user_whatever_its_case(aws: None) -> None:
    accounts = container.accounts()
    create_user(" Ana@Example.com ", " Ana ", accounts=accounts, now=NOON, new_id="1")
    with pytest.raises(Conflict):
        create_user("ana@example.COM", None, accounts=accounts, now=NOON, new_id="2")
    assert accounts.user_id_of("ANA@example.com") == "1"
    assert (accounts.user("1").email, accounts.user("1").name) == ("Ana@Example.com", "Ana")
    with pytest.raises(NotFound):
        accounts.user("2")


def test_what_is_no_address_is_refused(aws: None) -> None:
    for address in ("", "ana", "ana@", "@example.com", "ana@example", "a b@example.com", "a@b@example.com"):
        with pytest.raises(Invalid):
            create_user(address, None, accounts=container.accounts(), now=NOON, new_id="1")


def test_only_the_hash_of_a_key_is_stored(aws: None) -> None:
    key = new_key()
    stored = repr(boto3.client("dynamodb").scan(TableName="accounts")["Items"])
    assert key not in stored
    assert key[len("hm_live_") + 4 :] not in stored
    assert key[:12] in stored


def test_requests_of_two_minutes_that_interleave_are_counted_exactly(aws: None) -> None:
    """Containers' clocks differ: some are in the next minute already."""
    key, accounts = new_key(), container.accounts()
    for minute in range(30):
        now = NOON + timedelta(minutes=minute)
        used = [accounts.use_key(key, now + timedelta(minutes=n % 2)) for n in range(6)]
        counts = [caller.used if caller else None for caller in used]
        carried = 3 if minute else 0
        assert counts == [carried + 1, 1, carried + 2, 2, carried + 3, 3]


@pytest.mark.many_writes
@pytest.mark.parametrize("every", [1, 2, 3, 4, 5, 8, 12, 60, 1440])
def test_a_key_used_at_any_regular_interval_stays_small(aws: None, every: int) -> None:
    key, accounts = new_key(), container.accounts()
    sizes = []
    for number in range(80):
        caller = accounts.use_key(key, NOON + timedelta(minutes=every * number))
        assert caller is not None
        assert caller.used == 1
        if number % 8 == 7:
            (item,) = (it for it in boto3.client("dynamodb").scan(TableName="accounts")["Items"] if "use" in it)
            sizes.append(sum(len(slot["M"]) for slot in item["use"]["M"].values()))
    assert max(sizes) <= 40
    assert min(sizes[5:]) <= 12


def test_an_unknown_key_and_a_revoked_one_leave_no_trace(aws: None) -> None:
    key, accounts = new_key(), container.accounts()
    revoke_key(key, accounts=accounts, now=NOON)
    before = boto3.client("dynamodb").scan(TableName="accounts")["Items"]
    assert accounts.use_key(key, NOON) is None
    assert accounts.use_key("hm_live_" + "0" * 32, NOON) is None
    assert boto3.client("dynamodb").scan(TableName="accounts")["Items"] == before
    with pytest.raises(NotFound):
        revoke_key("hm_live_" + "0" * 32, accounts=accounts, now=NOON)
