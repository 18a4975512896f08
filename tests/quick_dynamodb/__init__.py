"""Reads and writes of the in-memory DynamoDB without moto's parsing: each expression is read by moto's parsers once, and made a
function.

What follows is moto's own meaning of these expressions, step by step. Whatever is not plain (an unknown function, a path that leads
nowhere, an item near the limit, anything that moto would refuse) is `Unusual`: nothing is done, and moto does or refuses it itself.
`tests/store` runs on both.
"""

from tests.quick_dynamodb.conditions import Unusual as Unusual
from tests.quick_dynamodb.reads import batch_get_item as batch_get_item
from tests.quick_dynamodb.reads import get_item as get_item
from tests.quick_dynamodb.reads import query as query
from tests.quick_dynamodb.requests import batch_write as batch_write
from tests.quick_dynamodb.requests import transact as transact
from tests.quick_dynamodb.requests import write as write
