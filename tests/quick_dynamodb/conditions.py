"""Conditions, from moto's tree of one to a function of an item's attributes and the values of a request."""

import operator
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from moto.dynamodb import comparisons
from moto.dynamodb.models.dynamo_type import DynamoType

Raw = dict[str, Any]
Attributes = dict[str, DynamoType]
Values = Mapping[str, Raw]
Names = tuple[tuple[str, str], ...]
Test = Callable[[Attributes, Values], Any]


class Unusual(Exception):
    """Moto does this itself."""


def plainly(holds: object) -> None:
    """Leave to moto what is not so."""
    if not holds:
        raise Unusual


class _Placeholders(dict[str, Raw]):
    """Has a value for every name: the name."""

    def __missing__(self, name: str) -> Raw:
        return {"S": name}


@lru_cache(maxsize=4096)
def condition(expression: str, names: Names) -> tuple[Test, frozenset[str], frozenset[str]]:
    """The test that an expression is, and the names and values that it uses."""
    parser = comparisons.ConditionExpressionParser(expression, dict(names), _Placeholders())
    test = _test(parser.parse())
    used = frozenset(name for name in parser.expr_attr_names_found if name[0] == "#")
    return test, used, frozenset(parser.expr_attr_values_found)


_ORDERS = {
    comparisons.OpLessThan: operator.lt,
    comparisons.OpGreaterThan: operator.gt,
    comparisons.OpLessThanOrEqual: operator.le,
    comparisons.OpGreaterThanOrEqual: operator.ge,
}
_EQUALITIES = {comparisons.OpEqual: operator.eq, comparisons.OpNotEqual: operator.ne}


def _test(op: Any) -> Test:
    kind = type(op)
    if kind is comparisons.OpDefault:
        return lambda *_: True
    if kind is comparisons.OpNot:
        inner = _test(op.lhs)
        return lambda attributes, values: not inner(attributes, values)
    if kind in (comparisons.OpAnd, comparisons.OpOr):
        one, other = _test(op.lhs), _test(op.rhs)
        if kind is comparisons.OpAnd:
            return lambda attributes, values: one(attributes, values) and other(attributes, values)
        return lambda attributes, values: one(attributes, values) or other(attributes, values)
    if kind in _EQUALITIES or kind in _ORDERS:
        return _comparison(op)
    return _function(op)


def _comparison(op: Any) -> Test:
    one, other = _operand(op.lhs), _operand(op.rhs)
    if equality := _EQUALITIES.get(type(op)):
        return lambda attributes, values: equality(one(attributes, values), other(attributes, values))
    order = _ORDERS[type(op)]

    def compared(attributes: Attributes, values: Values) -> bool:
        left, right = one(attributes, values), other(attributes, values)
        return left is not None and right is not None and bool(order(left, right))

    return compared


def _function(op: Any) -> Test:
    kind = type(op)
    if kind is comparisons.FuncAttrExists:
        found = _getter(op.attr)
        return lambda attributes, _: found(attributes) is not None
    if kind is comparisons.FuncIn:
        one, several = _operand(op.attr), [_operand(it) for it in op.possible_values]
        return lambda attributes, values: any(one(attributes, values) == it(attributes, values) for it in several)
    if kind is comparisons.FuncBetween:
        return _between(*(_operand(it) for it in (op.attr, op.start, op.end)))
    if kind is comparisons.FuncBeginsWith:
        held, start = _getter(op.attr), _operand(op.substr)

        def begins(attributes: Attributes, values: Values) -> bool:
            found, text = held(attributes), start(attributes, values)
            plainly(type(text) is str)
            return found is not None and found.type == "S" and str(found.value).startswith(text)

        return begins
    if kind is comparisons.FuncContains:
        whole, part = _getter(op.attr), _operand(op.operand)

        def contains(attributes: Attributes, values: Values) -> bool:
            found = whole(attributes)
            plainly(found is None or found.type not in ("NS", "BS"))
            return found is not None and found.type in ("S", "SS", "L") and part(attributes, values) in found.cast_value

        return contains
    raise Unusual


def _between(held: Test, start: Test, end: Test) -> Test:
    def between(attributes: Attributes, values: Values) -> bool:
        found, first, last = (it(attributes, values) for it in (held, start, end))
        plainly(first is not None and last is not None)
        return found is not None and bool(first <= found <= last)

    return between


def _operand(operand: Any) -> Test:
    kind = type(operand)
    if kind is comparisons.AttributeValue:
        name = operand.value
        return lambda _, values: comparisons.AttributeValue(values[name]).expr(None)
    if kind is comparisons.AttributePath:
        found = _getter(operand)
        return lambda attributes, _: None if (it := found(attributes)) is None else it.cast_value
    if kind is comparisons.FuncSize:
        measured = _getter(operand.attr)

        def size(attributes: Attributes, values: Values) -> int:
            it = measured(attributes)
            if it is None or it.type not in ("S", "SS", "NS", "BS", "L", "M"):
                raise Unusual
            return len(it.value)

        return size
    raise Unusual


def _getter(operand: Any) -> Callable[[Attributes], DynamoType | None]:
    plainly(type(operand) is comparisons.AttributePath)
    first, *others = operand.path
    if not others:
        return lambda attributes: attributes.get(first)

    def get(attributes: Attributes) -> DynamoType | None:
        found = attributes.get(first)
        for name in others:
            if found is None:
                return None
            found = found.child_attr(name)
        return found

    return get
