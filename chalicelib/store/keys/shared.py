"""Keys of more than one table, and what they are made with."""

import hashlib

NOBODYS = "00000000-0000-0000-0000-000000000000"  # an id that nothing has
DUE_SHARDS = 8


def shard_of(identifier: str, shards: int) -> int:
    """The shard of an id: even over UUIDs and the same in every process."""
    return int.from_bytes(hashlib.sha256(identifier.encode()).digest()[:4], "big") % shards


def due(kind: str, session_id: str) -> str:
    """`<kind>#<shard>`: the hash key of a `due` index."""
    return f"{kind}#{shard_of(session_id, DUE_SHARDS)}"


def dues(kind: str) -> list[str]:
    """All shards of a kind of due work."""
    return [f"{kind}#{shard}" for shard in range(DUE_SHARDS)]


def numbered(name: str, number: int) -> str:
    """`<name>#<000001>`."""
    return f"{name}#{number:06d}"
