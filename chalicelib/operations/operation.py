"""What an operation is: something that can be done with Harmonica, whatever the door it is asked for at.

An operation has a name, an input and an output struct, who may, what it reads of a session, how a repeated request is answered,
and `run`. A door makes the input of what it was sent, says who asks, and renders the output. The limits of the input are checked
here, the session is read and the role checked, before `run`, so that no door and no operation can forget it.
"""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NoReturn

from msgspec import Struct, field
from msgspec.structs import asdict

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.errors import HarmonicaError, TooLarge, Unprocessable
from chalicelib.model import Role
from chalicelib.operations.subject import Read, SessionWho, Who, open_subject
from chalicelib.operations.validation import check_input
from chalicelib.services.access.principal import Principal


class Input(Struct):
    """Base of what operations take. Outer white space of texts is trimmed; null counts as absent, but for a field whose default
    is something else than null."""


class Nothing(Input):
    """For operations that need no more than who asks."""


class Changes(Input):
    """Base of the inputs in which null says something: it clears what an absent field leaves alone."""


class Output(Struct, forbid_unknown_fields=True):
    """Base of what operations give: these keys and no others. Times and ids are texts, ready to be shown."""


class Markdown(Output):
    """A document in markdown, which is all of the answer."""

    text: str


class File(Output):
    """A document to take away, which is all of the answer: a text of this type, to be saved under this name."""

    content_type: str
    name: str
    text: str


class Call(Struct, frozen=True):
    """One request: who asks, when, by when it has to be answered, and the address of the application.

    `new_id` gives random ids; to a request that may be repeated it gives the same ones at every try, and `repeat_id` is the
    request's own. What one request asks for in several operations is read once, where these share what is `known`.
    """

    principal: Principal
    now: datetime
    deadline: Deadline
    public_url: str
    new_id: Callable[[], str] = container.new_id
    repeat_id: str | None = None
    known: dict[str, Any] = field(default_factory=dict)

    def project_roles(self) -> dict[str, Role]:
        """The role of the user who asks in each project that they have one in."""
        if "project_roles" not in self.known:
            self.known["project_roles"] = container.projects().roles_of(self.user_id)
        roles: dict[str, Role] = self.known["project_roles"]
        return roles

    @property
    def user_id(self) -> str:
        """The user who asks. Raises Unauthorized where the request is nobody's with an account."""
        return self.principal.require_user()


class Done(Struct, frozen=True):
    """What an operation came to: its output, what that can be made from again where it may be repeated, whether the work
    still goes on, and the refusal where the output is more than one answer can carry, if it has one of its own."""

    output: Any
    kept: dict[str, Any] = {}
    goes_on: bool = False
    too_large: TooLarge | None = None


Run = Callable[..., Any]


class Repeat(Struct, frozen=True):
    """How the output of an earlier request is made once more: by `output(call, kept)`, of what that one kept.

    Where a session is read, it is `output(call, kept, subject)`. What is read, and who may, is as for the operation itself
    unless it is said here; a session that the request created is named by what it kept.
    """

    output: Run
    reads: Read | None = None
    who: SessionWho | None = None

    @classmethod
    def never(cls, why: str) -> "Repeat":
        """For an output that is stored nowhere: a repeated request is refused, and this says why."""

        def refuse(*_: Any) -> NoReturn:
            raise Unprocessable(why)

        return cls(refuse)


class Operation(Struct, frozen=True):
    """One thing that can be done, as a door needs to know it.

    `run(call, given)` does it; where the operation `reads` a session, `run(call, given, subject)`. `check(call, given)` judges
    what types cannot say, before any read, and gives what `run` takes in the input's place.
    `creates` says that something new is there afterwards; `goes_on` that the work may take longer than the request, which is then
    answered with `meanwhile`, where that is not the output;
    `fails` are errors that do not follow from the rest; without `settled`, the output is another one every time it is asked
    for.
    """

    run: Run
    who: Who
    input: type[Struct]
    output: type[Any] | None = None
    reads: Read | None = None
    check: Run | None = None
    again: Repeat | None = None
    creates: bool = False
    goes_on: bool = False
    meanwhile: type[Any] | None = None
    fails: tuple[type[HarmonicaError], ...] = ()
    settled: bool = True

    def __post_init__(self) -> None:
        # Chat asks for the role itself: whose thread it is follows from that, within its one read.
        if (self.reads is None) != (self.who in ("anyone", "user", "chat")):
            raise TypeError(f"{self.name} has to read the session in which it needs a role, and no other")

    @property
    def name(self) -> str:
        """`create_session`."""
        return self.run.__name__

    @property
    def description(self) -> str:
        """What it does, in sentences."""
        return (self.run.__doc__ or "").strip()

    def perform(self, call: Call, given: Struct) -> Done:
        """Does what is asked for."""
        if self.who != "anyone":
            call.principal.require_user()
        check_input(given)
        wanted = self.check(call, given) if self.check else given
        done = self.run(call, wanted, *_subject(call, self.who, self.reads, asdict(given)))
        return done if isinstance(done, Done) else Done(done)

    def repeat(self, call: Call, kept: Mapping[str, Any], ids: Mapping[str, str]) -> Any:
        """Gives the output of an earlier request once more."""
        if self.again is None:
            raise LookupError(f"{self.name} does not say how its output is made again")
        reads, who = self.again.reads or self.reads, self.again.who or self.who
        return self.again.output(call, kept, *_subject(call, who, reads, {**kept, **ids}))


def operation_of(run: Run) -> Operation:
    """Gives the operation that this function runs: one of the OPERATIONS of its module."""
    operations: tuple[Operation, ...] = sys.modules[run.__module__].OPERATIONS
    return next(operation for operation in operations if operation.run is run)


def _subject(call: Call, who: Who, reads: Read | None, named: Mapping[str, Any]) -> tuple[Any, ...]:
    """Gives what `run` takes besides the input: what is read of a session, if anything is."""
    if reads is None or who == "anyone" or who == "user":
        return ()
    return (open_subject(call.principal, who, reads, named),)
