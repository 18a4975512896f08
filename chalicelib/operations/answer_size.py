"""How much one answer can carry, whatever the door: Lambda refuses to return more than 6 MB."""

import json
from typing import Any

import msgspec

from chalicelib.operations.operation import Markdown

ANSWER_BYTES = 5_000_000


def fits(text: str) -> bool:
    """Whether one answer can carry this text. Lambda sends it as a JSON string in ASCII: a character takes up to twelve bytes."""
    return len(text) <= ANSWER_BYTES // 12 or len(json.dumps(text)) <= ANSWER_BYTES


def rendered(output: Any) -> str:
    """Gives an output as text: JSON, or the document that it is."""
    return output.text if isinstance(output, Markdown) else msgspec.json.encode(output).decode()
