"""What an operation is: something that can be done with Harmonica, whatever the door it is asked for at.

An operation has a name, an input and an output struct, who may, how a repeated request is answered, and `run`. A door makes
the input of what it was sent, says who asks, and renders the output. The role is checked here, so that no door can forget it.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Literal, TypeVar

from msgspec import Struct

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.errors import HarmonicaError
from chalicelib.model import Caller, SessionView
from chalicelib.services.access.results_links import Holder, participants_url, results_url
from chalicelib.services.access.roles import require_chat, require_questions, require_role
from chalicelib.services.conversations.messages import Turn

Who = Literal["anyone", "key", "viewer", "editor", "admin", "owner", "chat", "questions"]
"""Who may: `key` is anybody with an API key; a role is the least one that is needed in the session that the input names; `chat`
and `questions` add what a public session allows. 404 comes before 403: an unknown session is nobody's."""


class Input(Struct):
    """Base of what operations take. Outer white space of texts is trimmed; null counts as absent."""


class Nothing(Input):
    """For operations that need no more than who asks."""


class Changes(Input):
    """Base of the inputs in which null says something: it clears what an absent field leaves alone."""


class Output(Struct, forbid_unknown_fields=True):
    """Base of what operations give: these keys and no others. Times and ids are texts, ready to be shown."""


class Markdown(Output):
    """A document in markdown, which is all of the answer."""

    text: str


class Call(Struct, frozen=True):
    """One request: who asks, when, and by when it has to be answered.

    `new_id` gives random ids; to a request that may be repeated it gives the same ones at every try, and `repeat_id` is the
    request's own.
    """

    who: Who
    now: datetime
    deadline: Deadline
    public_url: str
    new_id: Callable[[], str] = container.new_id
    repeat_id: str | None = None
    _caller: Caller | None = None
    _admitted: list[str] = []

    @property
    def caller(self) -> Caller:
        """Who asks. An operation for anyone has no caller."""
        if self._caller is None:
            raise LookupError("This operation asks for no key, and so knows no caller")
        return self._caller

    def open(self, session_id: str, parts: Iterable[str] = ()) -> SessionView:
        """Reads the session with these parts. Raises NotFound, or Forbidden where the caller may not do what is asked for."""
        return self.admit(container.sessions().view(session_id, parts, self.caller.user_id))

    def admit(self, view: SessionView) -> SessionView:
        """Gives the view back. Raises Forbidden where its user may not do what is asked for."""
        _require(view, self.who)
        self._admitted.append(view.session.id)
        return view

    def results_url(self, session_id: str) -> str:
        """The page of a session's results, opened with what the caller may see of it."""
        holder = Holder("user", self.caller.user_id)
        return results_url(self.public_url, session_id, holder, secret=container.deployment_secret(), now=self.now)

    def participants_url(self, turn: Turn) -> str | None:
        """The same page for the participant whose turn this was; None where the host keeps the results."""
        secret = container.deployment_secret()
        return participants_url(self.public_url, turn.session, turn.thread_id, secret=secret, now=self.now)

    def require_admission(self) -> None:
        """Fails where a role is needed and nobody was asked for one. Chat asks while it finds out whose thread it is."""
        if self.who not in ("anyone", "key", "chat") and not self._admitted:
            raise LookupError("This operation answered without a look at the role")


class Done(Struct, frozen=True):
    """What an operation came to where it may be repeated: its output, what that can be made from again, and whether the work
    still goes on."""

    output: Any
    kept: dict[str, Any] = {}
    goes_on: bool = False


Run = Callable[..., Any]
AnyRun = TypeVar("AnyRun", bound=Run)


class Operation(Struct, frozen=True):
    """One thing that can be done, as a door needs to know it.

    `creates` says that something new is there afterwards; `goes_on` that the work may take longer than the request;
    `fails` are errors that do not follow from the rest; without `settled`, the output is another one every time it is asked
    for. `again(call, kept, **ids)` gives the output of a repeated request from what the first one kept.
    """

    run: Run
    who: Who
    input: type[Struct]
    output: type[Any] | None = None
    again: Run | None = None
    creates: bool = False
    goes_on: bool = False
    fails: tuple[type[HarmonicaError], ...] = ()
    settled: bool = True

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
        done = self.run(call, given)
        call.require_admission()
        return done if isinstance(done, Done) else Done(done)

    def repeat(self, call: Call, kept: Mapping[str, Any], ids: Mapping[str, str]) -> Any:
        """Gives the output of an earlier request once more."""
        if self.again is None:
            raise LookupError(f"{self.name} does not say how its output is made again")
        output = self.again(call, kept, **ids)
        call.require_admission()
        return output


def _require(view: SessionView, who: Who) -> SessionView:
    if who == "anyone" or who == "key":
        raise LookupError("This operation names no role, and so opens no session")
    if who == "chat":
        return require_chat(view)
    if who == "questions":
        return require_questions(view)
    return require_role(view, who)
