"""The error tree: what can go wrong, in words for the person who caused it.

Rules and the ground raise these; each door renders them in its own way (the API as the error envelope, pages as a
sentence).
"""

from typing import Literal

ErrorCode = Literal[
    "unauthorized",
    "forbidden",
    "not_found",
    "validation_error",
    "unprocessable",
    "rate_limited",
    "method_not_allowed",
    "conflict",
    "payload_too_large",
    "internal_error",
]


RefusedBecause = Literal["owner_stays", "own_models", "session_full", "project_gone", "project_itself", "project_deep"]


class HarmonicaError(Exception):
    """Base of every failure we can name. `code` is the API's error code; the message is safe to show."""

    code: ErrorCode = "internal_error"
    status = 500

    @property
    def message(self) -> str:
        """The sentence for the caller."""
        return str(self)


class NeverDone(Exception):
    """Work that no other try would do either: whoever runs it buries it, and the operator is told."""


class Invalid(HarmonicaError):
    """The input breaks a rule; the message names the field and the limit."""

    code = "validation_error"
    status = 400


class Refused(Invalid):
    """A rule that pages explain in the reader's language: `reason` names it there."""

    def __init__(self, reason: RefusedBecause, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class SessionFull(Invalid):
    """Nobody more can join; those who are in go on."""

    def __init__(self) -> None:
        super().__init__("This session is full")


class WidgetValueRefused(Invalid):
    """The value answers no widget that is open in the conversation."""


class Unauthorized(HarmonicaError):
    """No valid API key came with the request."""

    code = "unauthorized"
    status = 401

    def __init__(self, message: str = "Invalid or missing API key") -> None:
        super().__init__(message)


class Forbidden(HarmonicaError):
    """The thing exists and this caller may not touch it."""

    code = "forbidden"
    status = 403

    def __init__(self, message: str = "You don't have access to this session") -> None:
        super().__init__(message)


class NotFound(HarmonicaError):
    """There is no such thing."""

    code = "not_found"
    status = 404


class MethodNotAllowed(HarmonicaError):
    """The path exists, with other methods."""

    code = "method_not_allowed"
    status = 405


class Unprocessable(HarmonicaError):
    """The request is well formed, and contradicts an earlier one."""

    code = "unprocessable"
    status = 422


class TooLarge(HarmonicaError):
    """The request, or the answer it asks for, is over a size limit."""

    code = "payload_too_large"
    status = 413


class _Waiting(HarmonicaError):
    """A failure that passes: the caller may come back after `retry_after` seconds."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Conflict(_Waiting):
    """Somebody else is changing the same thing right now."""

    code = "conflict"
    status = 409

    def __init__(self, message: str, retry_after: float = 2) -> None:
        super().__init__(message, retry_after)


class RateLimited(_Waiting):
    """The caller has used up its requests of this minute."""

    code = "rate_limited"
    status = 429


class Unavailable(_Waiting):
    """Something we depend on (the database, the model) does not answer now; nothing that was acknowledged is lost."""

    code = "internal_error"
    status = 503

    def __init__(self, message: str, retry_after: float = 2) -> None:
        super().__init__(message, retry_after)


class Throttled(Unavailable):
    """A service outside takes no more from us for now, and nothing is wrong."""


class NotYet(Unavailable):
    """Work whose turn it is not yet: it is given back, and comes again after about `retry_after` seconds."""


class TooEarly(NotYet):
    """Work whose time is known: it is given back, and comes again then."""
