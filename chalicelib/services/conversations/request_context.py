"""What a request is about: the session, and the one thread of its participant."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, Forbidden, Invalid
from chalicelib.llm.interface import Model
from chalicelib.model import Answer, CondensedHistory, Message, Session, SessionView, Thread
from chalicelib.retry import Retry
from chalicelib.services.access.join_pace import JoinPace
from chalicelib.services.access.join_sources import source_of
from chalicelib.services.participants.form import page_questions
from chalicelib.services.participants.identity import Participant, Reference, stored_id
from chalicelib.services.participants.receipts import with_receipt
from chalicelib.services.participants.scopes import listed_user, rules_of
from chalicelib.store.conversations import Conversations, TurnView
from chalicelib.store.prompts import WITH_PROMPT
from chalicelib.store.sessions import Sessions

if TYPE_CHECKING:
    from chalicelib.store.invitations import Invitations

LEASE = timedelta(seconds=30)  # of a thread, for one reply; longer than any request lives
PROMPT_SECONDS = 5.0  # for a prompt that is being written when somebody is the first
_PROMPT_POLL_SECONDS = 0.5


class ConversationDeps(Struct, frozen=True):
    """What a chat turn works with. `help_text` is the operator's, `contact` whom that names for questions,
    `max_turns` the limit of a participant's messages, `pace`
    how many conversations begin within a minute, `opening_script` what writes openings in the model's place."""

    sessions: Sessions
    conversations: Conversations
    model: Model
    clock: Clock
    secret: bytes
    new_id: Callable[[], str]
    max_turns: int
    pace: JoinPace
    opening_script: Callable[[], Model]
    invitations: "Invitations"
    help_text: str = ""
    contact: str = ""


class AccessEnded(Forbidden):
    """The participant ended the link or the cookie that names them, with all others that had been given out."""


class NotInvited(Forbidden):
    """Only people with a personal link can join, and this is none of them, or none any more."""

    def __init__(self) -> None:
        super().__init__("Only people with a personal invitation can join this session")


class RequestContext(Struct, frozen=True):
    """What `TurnView` has, for the one thread that is the participant's."""

    view: SessionView
    reference: Reference
    thread_id: str
    thread: Thread | None
    answers: tuple[Answer, ...]
    condensed: CondensedHistory | None
    answered_before: int  # what was answered when this request began: the thread's `answered_to` at the first look
    starts_after: int = 0
    language: str | None = None  # the participant's own, where the door knows it
    history: tuple[Message, ...] = ()  # what nothing condensed covers of the thread, oldest first, once it is read

    @property
    def begun(self) -> Thread:
        """The thread, where there is one."""
        assert self.thread is not None
        return self.thread

    @property
    def is_test(self) -> bool:
        """Whether an editor tries the session."""
        return rules_of(self.reference.scope).is_test


def find(session_id: str, who: Participant, deps: ConversationDeps) -> RequestContext:
    """Where this participant stands. Raises NotFound without a session, Forbidden where they may not take part in it,
    AccessEnded where what names them opens their thread no more.

    Whose thread it is depends on the role in the session: all that it may be are read with the session, in one read.
    """
    ids = who.thread_ids(session_id, deps.secret)
    turn_view: TurnView = deps.conversations.turn_view(session_id, list(ids.values()), who.user_id)
    view, reference = turn_view.view, who.reference_in(turn_view.view)
    found = ids[reference]
    thread = turn_view.threads.get(found)
    if thread and who.generation not in (None, thread.generation):
        raise AccessEnded
    return RequestContext(
        view=replace(view, questions=page_questions(view)) if rules_of(reference.scope).asks_by_default else view,
        reference=reference,
        thread_id=thread.id if thread else found,
        thread=thread,
        answers=turn_view.answers.get(found, ()),
        condensed=turn_view.condensed.get(found),
        answered_before=thread.answered_to if thread else 0,
        starts_after=turn_view.erased.get(found, 0),
        language=who.language,
    )


def with_history(context: RequestContext, deps: ConversationDeps) -> RequestContext:
    """Returns the context with the history of its thread, which is read where it is not there yet."""
    thread, history = context.thread, context.history
    if thread is None or thread.is_empty:
        return replace(context, history=())
    start = context.condensed.to_sequence if context.condensed else 0
    if not history or history[-1].sequence != thread.last_sequence:
        history = tuple(deps.conversations.messages(thread, start))
    return replace(context, history=tuple(message for message in history if message.sequence > start))


def after_lost_join(session_id: str, who: Participant, deps: ConversationDeps) -> RequestContext:
    """The thread that another request began first; without one, the session closed in between."""
    context = find(session_id, who, deps)
    if context.thread is None:
        require_active(context, deps)
        raise Conflict("An earlier conversation of this participant is being removed; try again")
    return replace(context, answered_before=0)


def is_active(context: RequestContext, deps: ConversationDeps) -> bool:
    """Whether this participant may join and speak; a session that is not open yet can be tried."""
    return is_open_to(context.view.session, deps.clock.now(), is_test=context.is_test)


def is_open_to(session: Session, now: datetime, *, is_test: bool) -> bool:
    """Whether a session takes participants now, or a test run."""
    status = session.status_at(now)
    return status == "active" or (is_test and status == "draft")


def require_active(context: RequestContext, deps: ConversationDeps) -> None:
    """Raise Invalid where this participant does not join or speak any more, or yet."""
    require_open(context.view.session, deps.clock.now(), is_test=context.is_test)


def require_open(session: Session, now: datetime, *, is_test: bool = False) -> None:
    """Raise Invalid where a session takes nobody any more, or yet."""
    if is_open_to(session, now, is_test=is_test):
        return
    if session.is_draft:
        raise Invalid("Session is not open yet: it is a draft")
    raise Invalid("Session is not active")


def require_invited(session: Session, who: Participant, deps: ConversationDeps) -> None:
    """Raise NotInvited where this participant, who has not begun, may not begin without an invitation that still stands."""
    if session.access != "invited":
        return
    invited = deps.invitations.find(session.id, who.invitation_id) if who.invitation_id else None
    if invited is None or invited.removed:
        raise NotInvited


def with_first_prompt(context: RequestContext, deps: ConversationDeps) -> RequestContext:
    """The context with the first prompt of its session, where that is just being written and comes in time; else as it is.

    Nobody waits longer than until writing it has failed. A thread keeps what it begins with, so this is for new ones only.
    """
    view = context.view
    found = view
    for failed in Retry(seconds=PROMPT_SECONDS, pause=_PROMPT_POLL_SECONDS).attempts(deps.clock):
        found = deps.sessions.view(view.session.id, WITH_PROMPT) if failed else found
        if found.prompt is not None or not found.prompt_awaited:
            break
    return replace(context, view=replace(view, prompt=found.prompt))


def count_join(context: RequestContext, who: Participant, deps: ConversationDeps) -> bool:
    """Count that this participant begins, where the pace of the scope is limited; whether a model may write the opening.

    Raises TooManyJoins.
    """
    if not rules_of(context.reference.scope).is_paced:
        return True
    return deps.pace.count(context.view.session.id, who.address, deps.clock.now())


def new_thread(context: RequestContext, who: Participant, deps: ConversationDeps) -> Thread:
    """The head of this participant's thread before anything is said, its lease taken. A test run begins left out of the results,
    and is of no source: whoever takes part from the same address is somebody else."""
    now, session, is_test = deps.clock.now(), context.view.session, context.is_test
    source = None if is_test else source_of(who.address, session.id, guards=deps.pace.guards, now=now)
    begun = Thread(
        session_id=session.id,
        id=context.thread_id,
        scope=context.reference.scope,
        external_id=stored_id(session, context.reference, deps.secret),
        name=None if session.anonymous else who.name or None,
        created_at=now,
        prompt_version=context.view.prompt.version if context.view.prompt else 0,
        starts_after=context.starts_after,
        last_sequence=context.starts_after,
        turn_id=deps.new_id(),
        leased_until=now + LEASE,
        included=not is_test,
        source=source,
        test=is_test,
        invitation_id=None if session.anonymous else who.invitation_id or None,
        models=session.models,
    )
    return with_receipt(begun, deps.secret)


def listed_account(context: RequestContext) -> str | None:
    """The account whose list gets this session: one that takes part. Members of a session have it in theirs."""
    return listed_user(context.reference.scope) if context.view.role is None else None
