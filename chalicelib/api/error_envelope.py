"""The one shape of every failure."""

from typing import Annotated

from msgspec import Meta

from chalicelib.errors import ErrorCode
from chalicelib.operations.operation import Output


class Error(Output):
    """What went wrong."""

    code: Annotated[ErrorCode, Meta(description="A code to branch on.", examples=["validation_error"])]
    message: Annotated[
        str, Meta(description="A sentence that names the field and the limit.", examples=["topic is required"])
    ]


class ErrorEnvelope(Output):
    """Every failure looks like this."""

    error: Annotated[Error, Meta(description="What went wrong.")]
