"""What a function of the application stack is told apart by: its size, its time, and what it may and gets."""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from chalicelib.model.jobs import Queue

Json = dict[str, Any]


class Stream(Struct, frozen=True):
    """The changes of a table that wake a function."""

    parameter: str
    patterns: tuple[Json, ...]


class Function(Struct, frozen=True):
    """One Lambda function: `logical_id` is what Chalice makes of its name in app.py.

    `tables` are those it works on, with the operations; `indexes` those it queries, `settings` those it reads; `files` are its
    operations on exports.
    """

    logical_id: str
    memory: int
    timeout: int
    tables: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    indexes: tuple[tuple[str, str], ...] = ()
    settings: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    sends_to: tuple[Queue, ...] = ()
    works_off: Queue | None = None
    follows: Stream | None = None

    @property
    def is_loop(self) -> bool:
        """Whether it sends to the queue that it works off, where Lambda would stop it after sixteen rounds."""
        return self.works_off in self.sends_to

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of its variables, but for those that all have."""
        own = self.works_off
        names = [
            *(f"{table.upper()}_TABLE" for table in self.tables),
            *(name.upper() for name in self.settings),
            *(["EXPORTS_BUCKET"] if self.files else []),
            *(["MAIL_CONFIGURATION_SET"] if own and "mail_from" in self.settings else []),
            *(queue.url_variable for queue in self.sends_to),
            *(queue.delay.upper() for queue in self.sends_to if queue.delay),
            *((own.url_variable, own.dead_letters_variable) if own else ()),
        ]
        return tuple(dict.fromkeys(names))
