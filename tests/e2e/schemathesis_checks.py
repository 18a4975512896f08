"""Loaded by schemathesis: a check that it has no name for."""

from typing import Any

import schemathesis


@schemathesis.check
def unavailable_for_want_of_a_model(context: Any, response: Any, case: Any) -> None:
    """With a script in the place of a model nothing else is ever out of reach."""
    if response.status_code == 503:
        assert " a language model, and this server runs without one" in response.text
