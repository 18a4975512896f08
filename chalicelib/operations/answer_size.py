"""Whether one answer can carry what is to be said, whatever the door."""

import json
from typing import Any

import msgspec

from chalicelib.operations.operation import File, Markdown
from chalicelib.services.access.sizes import ANSWER_BYTES


def fits(text: str) -> bool:
    """Whether one answer can carry this text. Lambda sends it as a JSON string in ASCII: a character takes up to twelve bytes."""
    return len(text) <= ANSWER_BYTES // 12 or len(json.dumps(text)) <= ANSWER_BYTES


def rendered(output: Any) -> str:
    """Gives an output as text: JSON, or the document that it is."""
    return output.text if isinstance(output, Markdown | File) else msgspec.json.encode(output).decode()
