"""What a route is made of: its declaration, the call that reaches its view, and what a view gives back."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypedDict

from msgspec import Struct

from chalicelib import container
from chalicelib.api.access import Who, require
from chalicelib.clock import Deadline
from chalicelib.model import Caller, SessionView
from chalicelib.services.access.results_links import Holder, participants_url, results_url
from chalicelib.services.conversations.messages import Turn

JSON = "application/json"
MARKDOWN = "text/markdown; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Call:
    """One admitted request: who calls, when, with what, and by when it has to be answered.

    `query` is the endpoint's struct where it declares one, else empty. `new_id` gives random ids; to a request with an
    Idempotency-Key it gives the same ones at every try, and `repeat_id` is the request's own.
    """

    who: Who
    body: Any
    query: Any
    now: datetime
    deadline: Deadline
    public_url: str
    new_id: Callable[[], str] = container.new_id
    repeat_id: str | None = None
    _caller: Caller | None = None
    _admitted: list[str] = field(default_factory=list)

    @property
    def caller(self) -> Caller:
        """Who the key belongs to. An endpoint for anyone has no caller."""
        if self._caller is None:
            raise LookupError("This endpoint asks for no key, and so knows no caller")
        return self._caller

    def open(self, session_id: str, parts: Iterable[str] = ()) -> SessionView:
        """The session with these parts. Raises NotFound, or Forbidden where the caller may not do what the endpoint does."""
        return self.admit(container.sessions().view(session_id, parts, self.caller.user_id))

    def admit(self, view: SessionView) -> SessionView:
        """The view itself, or Forbidden where its user may not do what the endpoint does."""
        require(view, self.who)
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
        """Fail where the endpoint is for a role and nobody was asked for one. Chat asks while it finds out whose thread it is."""
        if self.who not in ("anyone", "key", "chat") and not self._admitted:
            raise LookupError("This endpoint answered without a look at the role")


@dataclass(frozen=True, slots=True)
class Made:
    """What a POST came to: the body of its answer, what that can be rendered from again, and its status where it is not
    the endpoint's own."""

    body: Any
    ids: dict[str, Any] = field(default_factory=dict)
    status: int | None = None


View = Callable[..., Any]


class Declaration(TypedDict, total=False):
    """What a route may say of itself beside its method and path; see Endpoint."""

    body: type[Any]
    query: type[Any]
    status: int
    content_type: str
    answers: Any
    again: View
    also: tuple[int, ...]
    errors: tuple[int, ...]
    counted: bool
    tagged: bool


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What is declared of a route; the documentation is made of the same declarations.

    `answers` is the shape of the body, `also` further statuses of success, `errors` failures that do not follow from the
    rest. `again` renders the answer of a POST from the ids that it kept. Without `counted`, nobody's allowance is used;
    without `tagged`, the answer to a GET is another one every time, and has no ETag.
    """

    method: str
    path: str
    who: Who
    view: View
    body: type[Any] | None = None
    query: type[Any] | None = None
    status: int = 200
    content_type: str = JSON
    answers: Any = None
    again: View | None = None
    also: tuple[int, ...] = ()
    errors: tuple[int, ...] = ()
    counted: bool = True
    tagged: bool = True

    @property
    def takes(self) -> type[Any] | None:
        """What a body has to be. A POST that needs none takes any object, and nothing at all counts as one."""
        return self.body or (Struct if self.method == "POST" else None)

    @property
    def is_limited(self) -> bool:
        """Whether the caller says how much of a list an answer has."""
        return "limit" in getattr(self.query, "__struct_fields__", ())

    @property
    def name(self) -> str:
        """`POST /sessions/{session_id}/chat`."""
        return f"{self.method} {self.path}"

    def work(self, call: Call, ids: Mapping[str, str]) -> Made:
        """Have the view do what it does."""
        made = self.view(call, **ids)
        call.require_admission()
        return made if isinstance(made, Made) else Made(made)
