"""The server's side of AWS's signatures: whether a request was signed with the keys of the tests, for this service."""

import re

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

KEYS = Credentials("testing", "testing")
_GIVEN = re.compile(
    r"AWS4-HMAC-SHA256 Credential=testing/\d{8}/(?P<region>[a-z0-9-]+)/(?P<service>[a-z-]+)/aws4_request, "
    r"SignedHeaders=(?P<signed>[a-z0-9;-]+), Signature=(?P<signature>[0-9a-f]{64})"
)


def is_signed(method: str, url: str, headers: dict[str, str], body: bytes, service: str) -> bool:
    """Whether the signature is the one that botocore makes of what has come; it has to cover the host and the time."""
    given = _GIVEN.fullmatch(headers.get("authorization", ""))
    if given is None or given["service"] != service:
        return False
    names = given["signed"].split(";")
    if not {"host", "x-amz-date"}.issubset(names) or not set(names) <= headers.keys():
        return False
    request = AWSRequest(method, url, headers={name: headers[name] for name in names}, data=body)
    request.context["timestamp"] = headers["x-amz-date"]
    auth = SigV4Auth(KEYS, service, given["region"])
    made = auth.signature(auth.string_to_sign(request, auth.canonical_request(request)), request)
    return bool(made == given["signature"])
