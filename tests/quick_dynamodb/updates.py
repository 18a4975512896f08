"""Update expressions: moto's tree of one, checked as far as it depends on nothing else, and what it does to an item."""

import operator
from collections.abc import Callable, Sequence
from copy import deepcopy
from functools import lru_cache
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table
from moto.dynamodb.parsing import ast_nodes, validators
from moto.dynamodb.parsing.expressions import UpdateExpressionParser

from tests.quick_dynamodb.conditions import Attributes, Names, Unusual, Values, plainly

Path = tuple[str | int, ...]
Action = Callable[[Attributes, Any], None]


class Update:
    """An update expression: what it does to which paths, and with which values."""

    def __init__(self, expression: str, names: Names, table_keys: tuple[str, ...]) -> None:
        tree: Any = deepcopy(UpdateExpressionParser.make(expression.strip()))
        self._names = dict(names)
        self.names = frozenset(it.get_attribute_name_placeholder() for it in _clauses(tree, "ExpressionAttributeName"))
        self.values = frozenset(it.get_value_name() for it in _clauses(tree, "ExpressionAttributeValue"))
        for check in (
            validators.ActionCountValidator(),
            validators.OverlappingPathsValidator(self._names),
            validators.UpdateHashRangeKeyValidator(list(table_keys), self._names),
        ):
            tree = check.traverse(tree)
        tree.normalize()
        self._paths: list[Path] = []
        self._actions: list[tuple[Action, Callable[[Attributes, Values], DynamoType | None]]] = []
        self._literal: list[tuple[str, int]] = []  # names that are written as they are, and which value they get
        for number, action in enumerate(tree.children):
            self._add(number, action)

    def evaluate(self, attributes: Attributes, values: Values, table: Table) -> list[DynamoType | None]:
        """What each action writes, removes or adds, by what is there before all of them."""
        for path in self._paths:
            self._find(attributes, path[:-1])
        found = [value(attributes, values) for _, value in self._actions]
        for name, number in self._literal:
            written = found[number]
            for defined in table.attr:
                if defined["AttributeName"] == name and written is not None:
                    plainly(defined["AttributeType"] == written.type and written.value)
        return found

    def apply(self, attributes: Attributes, evaluated: Sequence[DynamoType | None]) -> None:
        """Do it to attributes that are nobody else's; what they hold is left as it is, and replaced."""
        for (action, _), value in zip(self._actions, evaluated, strict=True):
            action(attributes, value)

    def _add(self, number: int, node: Any) -> None:
        kind = type(node)
        path = self._path(node.children[0])
        self._paths.append(path)
        if kind is ast_nodes.UpdateExpressionRemoveAction:
            self._actions.append((_remove(path), lambda *_: None))
            return
        value = self._value(node.children[1])
        if kind is ast_nodes.UpdateExpressionSetAction:
            self._literal.append((node.children[0].children[0].children[0], number))
            self._actions.append((_set(path), value))
        elif kind is ast_nodes.UpdateExpressionAddAction:
            self._actions.append((_add(path), value))
        elif kind is ast_nodes.UpdateExpressionDeleteAction:
            self._actions.append((_delete(path), value))
        else:
            raise Unusual

    def _path(self, node: Any) -> Path:
        found: list[str | int] = []
        for part in node.children:
            kind = type(part)
            if kind is ast_nodes.ExpressionAttributeName:
                found.append(self._names[part.get_attribute_name_placeholder()])
            elif kind is ast_nodes.ExpressionAttribute:
                validators.ExpressionPathResolver.raise_exception_if_keyword(part.get_attribute_name())
                found.append(part.get_attribute_name())
            elif kind is ast_nodes.ExpressionSelector:
                found.append(part.get_index())
            else:
                plainly(kind is ast_nodes.ExpressionPathDescender)
        return tuple(found)

    def _value(self, node: Any) -> Callable[[Attributes, Values], DynamoType | None]:
        """What it is worth; None for a path that leads nowhere."""
        kind = type(node)
        if kind is ast_nodes.UpdateExpressionValue:
            if len(node.children) == 1:
                return self._present(self._value(node.children[0]))
            left, sign, right = node.children
            add = {"+": operator.add, "-": operator.sub}[sign.get_operator()]
            one, other = self._present(self._value(left)), self._present(self._value(right))
            return lambda attributes, values: add(one(attributes, values), other(attributes, values))
        if kind is ast_nodes.ExpressionAttributeValue:
            name = node.get_value_name()
            return lambda _, values: DynamoType(values[name])
        if kind is ast_nodes.UpdateExpressionPath:
            path = self._path(node)
            return lambda attributes, _: self._look(attributes, path)
        plainly(kind is ast_nodes.UpdateExpressionFunction and len(node.children) == 3)
        first, second = (self._value(it) for it in node.children[1:])
        if node.get_function_name() == "if_not_exists":
            return lambda attributes, values: (
                second(attributes, values) if (it := first(attributes, values)) is None else it
            )
        plainly(node.get_function_name() == "list_append")
        return _appended(self._present(first), self._present(second))

    @staticmethod
    def _present(value: Callable[[Attributes, Values], DynamoType | None]) -> Callable[[Attributes, Values], Any]:
        def present(attributes: Attributes, values: Values) -> DynamoType:
            found = value(attributes, values)
            if found is None:
                raise Unusual
            return found

        return present

    @staticmethod
    def _find(attributes: Attributes, path: Path) -> Any:
        found: Any = attributes
        for step in path:
            found = found[step]  # what is not there ends the quick way
        return found

    def _look(self, attributes: Attributes, path: Path) -> DynamoType | None:
        try:
            found: DynamoType = self._find(attributes, path)
        except (KeyError, TypeError):
            plainly(all(type(step) is str for step in path))
            return None
        return found


def _clauses(tree: Any, kind: str) -> list[Any]:
    return list(tree.find_clauses([getattr(ast_nodes, kind)]))


def _appended(one: Callable[..., DynamoType], other: Callable[..., DynamoType]) -> Callable[..., DynamoType]:
    def appended(attributes: Attributes, values: Values) -> DynamoType:
        first, second = one(attributes, values), other(attributes, values)
        plainly(first.type == second.type == "L")
        return _typed("L", [*first.value, *second.value])

    return appended


def _typed(kind: str, value: Any) -> DynamoType:
    made = DynamoType.__new__(DynamoType)
    made.type, made.value = kind, value
    return made


def _own(attributes: Attributes, path: Path) -> Any:
    """The map or list at this path, in which something may be changed: it, and all around it, are replaced by copies."""
    held: Any = attributes
    for step in path:
        inner = held[step]
        plainly(inner.type == ("L" if inner.value.__class__ is list else "M") and type(inner.value) in (dict, list))
        copied = _typed(inner.type, inner.value.copy())
        held[step] = copied
        held = copied.value
    return held


def _put(held: Any, step: str | int, value: DynamoType) -> None:
    plainly((type(step) is int) is (type(held) is list))
    if type(held) is list and type(step) is int and step >= len(held):
        held.append(value)
    else:
        held[step] = value


def _set(path: Path) -> Action:
    return lambda attributes, value: _put(_own(attributes, path[:-1]), path[-1], value)


def _remove(path: Path) -> Action:
    def remove(attributes: Attributes, _: Any) -> None:
        held, step = _own(attributes, path[:-1]), path[-1]
        plainly((type(step) is int) is (type(held) is list))
        if type(held) is not list:
            held.pop(step, None)
        elif type(step) is int and step < len(held):
            held.pop(step)

    return remove


def _add(path: Path) -> Action:
    def add(attributes: Attributes, value: DynamoType) -> None:
        held, step = _own(attributes, path[:-1]), path[-1]
        plainly(type(held) is not list and value.type in ("N", "SS", "NS") and value.value)
        there = held.get(step)
        plainly(there is None or there.type == value.type)
        if value.type == "N":
            held[step] = (there or DynamoType({"N": "0"})) + value
            return
        before = there.value if there is not None else []
        held[step] = _typed(value.type, [*before, *(it for it in dict.fromkeys(value.value) if it not in before)])

    return add


def _delete(path: Path) -> Action:
    def delete(attributes: Attributes, value: DynamoType) -> None:
        held, step = _own(attributes, path[:-1]), path[-1]
        plainly(type(held) is not list and value.type in ("SS", "NS"))
        if (there := held.get(step)) is None:
            return
        plainly(there.type == value.type)
        left = [it for it in there.value if it not in value.value]
        if left:
            held[step] = _typed(value.type, left)
        else:
            del held[step]

    return delete


update = lru_cache(maxsize=4096)(Update)
