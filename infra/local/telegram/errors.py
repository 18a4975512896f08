"""What the Bot API answers where it does not do what it is asked."""

from typing import Any


class ApiError(Exception):
    """An error answer; `parameters` say what a bot can do about it."""

    code = 400
    prefix = ""

    def __init__(self, description: str, code: int | None = None, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code or self.code
        self.description = self.prefix + description
        self.parameters = parameters

    @property
    def envelope(self) -> dict[str, Any]:
        """The answer."""
        told = {"ok": False, "error_code": self.code, "description": self.description}
        return told | ({"parameters": self.parameters} if self.parameters else {})


class BadRequest(ApiError):
    """What is asked cannot be done."""

    prefix = "Bad Request: "


class Forbidden(ApiError):
    """Somebody does not want it, or took the right to it away."""

    code = 403
    prefix = "Forbidden: "


class TooManyRequests(ApiError):
    """Too much at once; after `retry_after` seconds it may go on."""

    code = 429

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too Many Requests: retry after {retry_after}", retry_after=retry_after)
