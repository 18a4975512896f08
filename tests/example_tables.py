"""Tables of examples as one test: a test for each of a thousand phrases costs more than what it tests."""

import inspect
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any


def each_row(names: str, rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run the test for every row of a table, as `parametrize` would, but with the same fixtures; fails with all that fail."""
    columns = names.split(", ")
    table = [row if len(columns) > 1 else (row,) for row in rows]

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @wraps(test)
        def run(**fixtures: Any) -> None:
            errors = []
            for row in table:
                try:
                    test(**fixtures, **dict(zip(columns, row, strict=True)))
                except Exception as error:
                    error.add_note(f"in the row {row!r}")
                    errors.append(error)
            if errors:
                raise ExceptionGroup(f"{len(errors)} of {len(table)} rows", errors)

        signature = inspect.signature(test)
        fixtures = [it for name, it in signature.parameters.items() if name not in columns]
        vars(run)["__signature__"] = signature.replace(parameters=fixtures)
        return run

    return decorate
