"""Loaded by schemathesis: new sessions are open, ask nothing and point at nothing that would have to exist.

So they come into being, and people can join them.
"""

from typing import Any

import schemathesis

from tests.e2e import schemathesis_checks  # noqa: F401  # loaded as well

_LEFT_OUT = ("template_id", "project_id", "distribution", "opens_at", "closes_at", "questions", "time_zone", "draft")


@schemathesis.hook
def map_body(context: Any, body: Any) -> Any:
    """The body of a new session without those fields."""
    if context.operation.label != "POST /sessions" or not isinstance(body, dict):
        return body
    return {name: value for name, value in body.items() if name not in _LEFT_OUT}
