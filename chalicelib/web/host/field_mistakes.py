"""What is said beside a field of what cannot stand there."""

from typing import Any

from chalicelib.web.kit.texts import Texts


class Mistake(Exception):
    """What stands in a field cannot be; a page says why."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__(key)
        self.key, self.values = key, values

    def explain(self, texts: Texts) -> str:
        """Returns the sentence beside the field."""
        return texts(self.key, **self.values)
