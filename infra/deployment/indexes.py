"""DynamoDB makes or drops one index of a table at a time, and refuses an update that asks for more: such a release goes out in
several updates, one index each.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-dynamodb-table.html
"""

import copy
from typing import Any, Final

from msgspec import Struct

Template = dict[str, Any]

_TABLE: Final = "AWS::DynamoDB::Table"
_INDEXES: Final = "GlobalSecondaryIndexes"


class _Step(Struct, frozen=True):
    """An index that is dropped (`made` is None) or made."""

    name: str
    made: Template | None


def templates_by_index(deployed: Template, wanted: Template) -> list[Template]:
    """The templates to be deployed one after the other; the last one is what is wanted. One alone where no table gets more than
    one index made or dropped."""
    tables = {name: _steps(old, _properties(wanted, name)) for name, old in _tables(deployed).items()}
    most = max((len(steps) for steps in tables.values()), default=0)
    before = [_after(deployed, wanted, tables, count) for count in range(1, most)]
    return [*before, wanted]


def _tables(template: Template) -> dict[str, Template]:
    resources = template.get("Resources", {}).items()
    return {name: it.get("Properties", {}) for name, it in resources if it.get("Type") == _TABLE}


def _properties(template: Template, name: str) -> Template:
    return _tables(template).get(name, {})


def _indexes(properties: Template) -> dict[str, Template]:
    return {index["IndexName"]: index for index in properties.get(_INDEXES, [])}


def _steps(old: Template, new: Template) -> list[_Step]:
    if not new:
        return []  # a table that is dropped altogether
    before, after = _indexes(old), _indexes(new)
    dropped = [_Step(name, None) for name, index in before.items() if index != after.get(name)]
    return dropped + [_Step(name, index) for name, index in after.items() if index != before.get(name)]


def _after(deployed: Template, wanted: Template, tables: dict[str, list[_Step]], count: int) -> Template:
    """What is wanted, with so many steps done of each table's."""
    template = copy.deepcopy(wanted)
    for name, steps in tables.items():
        if len(steps) <= count:
            continue
        indexes = _indexes(_properties(deployed, name))
        for step in steps[:count]:
            if step.made is None:
                del indexes[step.name]
            else:
                indexes[step.name] = step.made
        _set_indexes(template["Resources"][name]["Properties"], indexes, _properties(deployed, name))
    return template


def _set_indexes(properties: Template, indexes: dict[str, Template], old: Template) -> None:
    """Give a table these indexes, and name the attributes that a key uses: DynamoDB takes no others."""
    properties[_INDEXES] = list(indexes.values())
    if not indexes:
        del properties[_INDEXES]
    local = properties.get("LocalSecondaryIndexes", [])
    schemas = [it["KeySchema"] for it in (properties, *indexes.values(), *local)]
    used = {key["AttributeName"] for schema in schemas for key in schema}
    defined = {it["AttributeName"]: it for it in old["AttributeDefinitions"] + properties["AttributeDefinitions"]}
    properties["AttributeDefinitions"] = [defined[name] for name in sorted(used)]
