"""What DynamoDB answers, recorded once from the in-memory AWS and given again without it: what a request takes then is our own
CPU time and botocore's, down to where bytes would leave the process."""

import zlib
from io import BytesIO
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.compat import HTTPHeaders
from moto.core.models import botocore_stubber

from chalicelib.store import database

Recorded = tuple[int, HTTPHeaders, bytes]


class Wire:
    """Stands where DynamoDB's client sends; `asked` is how many requests it answered."""

    def __init__(self) -> None:
        self.asked = 0
        self._recorded: dict[tuple[str, bytes], Recorded] = {}
        client: Any = database.connection().client
        client.meta.events.register("before-send.dynamodb.*", self._answer)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        """The answer to the same request as it was recorded; what was never asked is recorded now."""
        self.asked += 1
        asked: Any = request.headers["X-Amz-Target"], request.body
        if asked not in self._recorded:
            self._recorded[asked] = _ask_moto(request)
        status, headers, body = self._recorded[asked]
        return AWSResponse(request.url, status, headers, _Body(body))


class _Body(BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, **_: Any) -> Any:
        yield self.read()


def _ask_moto(request: AWSPreparedRequest) -> Recorded:
    answer = botocore_stubber.process_request(request)
    if not (botocore_stubber.enabled and answer):
        raise LookupError("nobody recorded the answer to this request")
    status, _, body = answer
    sent = body.encode() if isinstance(body, str) else body
    # DynamoDB sends a checksum, which botocore holds each answer against.
    headers = HTTPHeaders()
    headers["Content-Type"] = "application/x-amz-json-1.0"
    headers["x-amzn-RequestId"] = "R" * 52
    headers["x-amz-crc32"] = str(zlib.crc32(sent))
    return status, headers, sent
