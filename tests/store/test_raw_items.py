"""How answers are decoded: as botocore and PynamoDB would, only without them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.model import DigestCounts
from chalicelib.store import database
from chalicelib.store.conversation_items import MessageItem, ThreadItem
from chalicelib.store.raw_items import _decode, reader
from chalicelib.store.tables import ConversationPart
from tests.quick_moto import quicken_moto, restore_moto

AT = datetime(2026, 3, 1, 12, 0, 5, 42, tzinfo=UTC)
ITEMS: list[Any] = [
    ThreadItem(
        "s", "thread#1", scope="web", external_id="1", name="Zoë", created_at=AT, prompt_version=3, included=False
    ),
    ThreadItem(
        "s",
        "thread#2",
        scope="api",
        external_id="",
        created_at=AT,
        prompt_version=0,
        counts=DigestCounts(4, 7, 0, {"t1": "for"}),
    ),
    MessageItem(
        "s",
        "message#1#000001",
        id="m",
        sequence=1,
        role="user",
        content="汤\n",
        created_at=AT,
        themes=("t1",),
        usage={"turns": 1},
    ),
    MessageItem(
        "s", "message#1#000002", id="n", sequence=2, role="assistant", content="", created_at=AT, widget_value=[1]
    ),
]


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.part)
def test_attributes_are_read_as_pynamodb_reads_them(item: Any) -> None:
    raw = item.serialize()
    names = list(type(item).get_attributes())
    as_pynamodb = type(item).from_raw_data(raw)
    assert reader(type(item), names)({**raw, "of a newer version": {"S": "x"}}) == {
        name: getattr(as_pynamodb, name) for name in names
    }


def test_what_is_null_or_missing_is_the_default() -> None:
    read = reader(ThreadItem, ("name", "rating", "included", "last_sequence"))
    defaults = {"name": None, "rating": None, "included": True, "last_sequence": 0}
    assert read({}) == read({"name": {"NULL": True}, "rating": {"NULL": True}}) == defaults


@pytest.fixture
def over_http(aws: None) -> Any:
    """Requests go through all of botocore."""
    restore_moto()
    yield
    quicken_moto()


def test_reads_over_http_give_what_is_stored(over_http: None) -> None:
    for item in ITEMS:
        database.call("PutItem", {"TableName": "conversations", "Item": item.serialize()})
    assert list(database.query(ConversationPart, "s", "a", "z")) == [
        it.serialize() for it in sorted(ITEMS, key=lambda it: it.part)
    ]
    assert database.get_many([(ConversationPart, "s", "thread#1")]) == {"thread#1": ITEMS[0].serialize()}
    found = database.get(ThreadItem, "s", "thread#2")
    assert found
    assert found.counts == DigestCounts(4, 7, 0, {"t1": "for"})
    assert database.get(ThreadItem, "s", "thread#3") is None
    client: Any = database.connection().client
    with pytest.raises(ClientError, match="ResourceNotFoundException"):
        client.query(TableName="nothing", KeyConditionExpression="a = :a", ExpressionAttributeValues={":a": {"S": "a"}})


@pytest.mark.parametrize(("status", "body"), [(200, b"<html>"), (200, b""), (200, b"[]"), (400, b'{"__type": "x"}')])
def test_what_is_no_answer_is_left_to_botocore(status: int, body: bytes) -> None:
    answer: dict[str, Any] = {"status_code": status, "body": body}
    given: dict[str, Any] = {}
    _decode(answer, given)
    assert (answer["body"], given) == (body, {})
