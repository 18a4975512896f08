"""What keeps hundreds of tests on the in-memory AWS quick."""

from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader
from moto.core import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

_read_file = JSONFileLoader.load_file


def lean_aws() -> None:
    """Read each service's description once a process, instead of once a client; keep tables lean."""
    loader: Any = JSONFileLoader
    loader.load_file = _read_once
    lean_tables()


def lean_tables() -> None:
    """Empty tables that keep no stream: the in-memory AWS copies all it holds for every transaction."""
    for table in ("sessions", "conversations"):
        stored = dynamodb_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].tables[table]
        stored.items.clear()
        stored.stream_shard = None


def _read_once(loader: JSONFileLoader, file_path: str) -> Any:
    return _remembered(file_path)


@cache
def _remembered(file_path: str) -> Any:
    return _read_file(JSONFileLoader(), file_path)
