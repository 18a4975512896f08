"""Why a key for a server of models, or a choice of models, is not taken: in a sentence for callers, by a code for pages."""

from typing import Literal

from chalicelib.errors import Invalid

Reason = Literal[
    "refused", "model_refused", "address", "key_needed", "key_again", "key_form", "too_many", "tier_missing", "lost"
]


class ModelKeyProblem(Invalid):
    """A key or a model that is not taken. `words` are the server's own, without the key."""

    def __init__(self, reason: Reason, message: str, words: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.words = words
