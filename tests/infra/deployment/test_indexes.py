"""A table gets one index made or dropped at a time, however many a release has."""

from typing import Any

import pytest

from infra.data_stack import template
from infra.deployment.indexes import templates_by_index


def _template(**tables: list[str]) -> dict[str, Any]:
    """Tables with the key k, and indexes of these names; `name:key` is an index with another key."""
    return {
        "Resources": {name: {"Type": "AWS::DynamoDB::Table", "Properties": _table(it)} for name, it in tables.items()}
    }


def _table(names: list[str]) -> dict[str, Any]:
    indexes: list[dict[str, Any]] = [
        {"IndexName": name.partition(":")[0], "KeySchema": [{"AttributeName": name.partition(":")[2] or name}]}
        for name in names
    ]
    used = {"k", *(key["AttributeName"] for index in indexes for key in index["KeySchema"])}
    return {
        "KeySchema": [{"AttributeName": "k"}],
        "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in sorted(used)],
        **({"GlobalSecondaryIndexes": indexes} if indexes else {}),
    }


def _shown(one: dict[str, Any], table: str) -> list[str]:
    properties = one["Resources"][table]["Properties"]
    indexes = properties.get("GlobalSecondaryIndexes", [])
    used = {"k", *(key["AttributeName"] for index in indexes for key in index["KeySchema"])}
    assert {it["AttributeName"] for it in properties["AttributeDefinitions"]} == used  # DynamoDB takes no others
    return [f"{it['IndexName']}:{it['KeySchema'][0]['AttributeName']}" for it in indexes]


@pytest.mark.parametrize(
    ("before", "after", "steps"),
    [
        ([], [], [[]]),
        ([], ["a"], [["a:a"]]),
        (["a"], [], [[]]),
        ([], ["a", "b", "c"], [["a:a"], ["a:a", "b:b"], ["a:a", "b:b", "c:c"]]),
        (["a"], ["b"], [[], ["b:b"]]),
        (["a"], ["a:x"], [[], ["a:x"]]),
        (["a", "b"], ["b", "c"], [["b:b"], ["b:b", "c:c"]]),
        (["a", "b"], [], [["b:b"], []]),
    ],
)
def test_one_index_a_step(before: list[str], after: list[str], steps: list[list[str]]) -> None:
    found = templates_by_index(_template(T=before), _template(T=after))
    assert [_shown(one, "T") for one in found] == steps
    assert found[-1] == _template(T=after)


def test_tables_change_side_by_side_and_the_rest_with_the_first_step() -> None:
    before = _template(One=[], Two=["x"], Gone=["a", "b"])
    after = {**_template(One=["a", "b"], Two=["x", "y"], New=["a", "b"]), "Outputs": {"A": {"Value": "1"}}}
    first, last = templates_by_index(before, after)
    assert (_shown(first, "One"), _shown(first, "Two"), _shown(first, "New")) == (
        ["a:a"],
        ["x:x", "y:y"],
        ["a:a", "b:b"],
    )
    assert first["Outputs"] == after["Outputs"]
    assert last == after


def test_a_first_deployment_and_one_without_changes_are_one_step() -> None:
    assert templates_by_index({}, template()) == [template()]
    assert templates_by_index(template(), template()) == [template()]
