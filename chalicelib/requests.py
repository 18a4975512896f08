"""What every HTTP door needs of a request, whatever it answers with: ids, the address of the application, one line in the log."""

import re
from datetime import timedelta

from chalice.app import Request

from chalicelib.errors import NotFound
from chalicelib.observability import logger
from chalicelib.settings import settings

TURN_SECONDS = 24  # the gateway gives up after 29

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def request_id(request: Request) -> str:
    """The gateway's id of this request."""
    return str(request.context.get("requestId", ""))


def require_uuid(value: str, message: str = "Session not found") -> str:
    """A canonical id; NotFound for what cannot be one."""
    if not _UUID.fullmatch(value.lower()):
        raise NotFound(message)
    return value.lower()


def public_url(request: Request) -> str:
    """Where the application is mounted: the setting, else what API Gateway says of this request; never the Host header."""
    if settings().public_url:
        return settings().public_url
    context = request.context
    stage = f"/{context.get('stage', '')}"
    return f"https://{context['domainName']}" + (stage if str(context.get("path", "")).startswith(stage + "/") else "")


def log_request(request: Request, status: int, took: timedelta) -> None:
    """One line a request: its route and how it went, never what it carried."""
    logger.info(
        "request",
        extra={
            "request_id": request_id(request),
            "method": request.method,
            "route": request.path,
            "status": status,
            "milliseconds": round(took.total_seconds() * 1000),
        },
    )
