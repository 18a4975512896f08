"""What a participant allows to be made of their words: that they are quoted, and that what they say counts among what others are told.

Who is not to be quoted any more is quoted nowhere from this moment: the request cuts their words out of what is stored, without a model,
and the next summary is made without them. Who is passed on no more is in nothing that other conversations are told from this moment.
"""

from collections.abc import Callable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, NotFound, Unavailable
from chalicelib.model import Session, SessionView, Summary, Thread, ThreadView
from chalicelib.model.jobs import WriteSummary
from chalicelib.queues import Jobs
from chalicelib.retry import Retry
from chalicelib.services.results.insights import InsightDeps, drop_quotes
from chalicelib.services.synthesis import state
from chalicelib.services.synthesis.cut_summary import cut_summary
from chalicelib.services.synthesis.unquotable import UnquotableWords, list_written, name_otherwise
from chalicelib.services.synthesis.withheld import join_hosts_texts
from chalicelib.store import thread_head
from chalicelib.store.conversations import Conversations
from chalicelib.store.participants import Participants
from chalicelib.store.sessions import FOR_CUT, Sessions
from chalicelib.store.summaries import CutSummaries, Summaries
from chalicelib.store.themes import Themes

_RETRY = Retry(tries=8)  # the person may go on speaking meanwhile, and a summary may be written


class ConsentDeps(Struct, frozen=True):
    """The collaborators of these wishes."""

    participants: Participants
    conversations: Conversations
    sessions: Sessions
    summaries: Summaries
    themes: Themes
    insights: InsightDeps
    withdraw_exports: Callable[[str], None]
    jobs: Jobs
    clock: Clock


def set_consent(
    session: Session,
    found: ThreadView | None,
    *,
    quotes: bool | None = None,
    passing_on: bool | None = None,
    deps: ConsentDeps,
) -> ThreadView:
    """Set what a participant allows; None leaves a wish as it is. Gives the thread as it is then; raises NotFound without one,
    Conflict where it changes all the time.

    Asked for again it does what an earlier request may have left undone. The thread goes on as it stands: also where it is concluded,
    and where its session has ended.
    """
    for failed in _RETRY.attempts(deps.clock):
        found = _read_again(found) if found and failed else found
        if found is None:
            raise NotFound("Conversation not found")
        before = found.thread
        after = replace(
            before,
            quotable=before.quotable if quotes is None else quotes,
            passed_on=before.passed_on if passing_on is None else passing_on,
        )
        said = () if after.quotable else [*_read_said(before, deps), *list_written(found.answers)]
        if not after.quotable:
            # First what no transaction has room for: whoever dies behind it has left nothing of it undone.
            _rename_themes(session.id, said, deps)
            drop_quotes(session.id, before.id, said, deps=deps.insights)
        if after == before or _store(before, after, said, deps):
            if not after.quotable:
                drop_quotes(session.id, before.id, said, deps=deps.insights)  # that came meanwhile
                deps.withdraw_exports(session.id)
            deps.jobs.ask_or_leave(WriteSummary(session.id), deps.clock.now())
            return replace(found, thread=after)
    raise Conflict("This conversation is changing right now; try again")


def _store(before: Thread, after: Thread, said: Sequence[str], deps: ConsentDeps) -> bool:
    """Store the wishes with what follows from them; False where something of that changed meanwhile."""
    now, transition, cut = deps.clock.now(), None, None
    if before.included and before.quotable and not after.quotable:
        view = deps.sessions.view(before.session_id, FOR_CUT)
        transition, cut = state.cut(now, view.synthesis.epoch), _cut_summaries(view, before, said, deps)
    elif before.included and before.passed_on != after.passed_on:
        transition = state.tell_others(now)
    return deps.participants.consent(before, transition, cut, quotable=after.quotable, passed_on=after.passed_on)


def _cut_summaries(view: SessionView, thread: Thread, said: Sequence[str], deps: ConsentDeps) -> CutSummaries:
    """The summaries of a session without this thread's words."""
    words, digest = _words_of(view, said), deps.conversations.digest(view.session.id, thread.id)
    labels = {point.topic for point in digest.points if words.are_in(point.topic)} if digest else frozenset[str]()

    def cut(summary: Summary) -> Summary:
        return cut_summary(view, summary, thread.id, words, labels)

    kept = tuple(map(cut, deps.summaries.kept(view.session.id)))
    return CutSummaries(view, cut(view.summary) if view.summary else None, kept)


def _rename_themes(session_id: str, said: Sequence[str], deps: ConsentDeps) -> None:
    """Take these words out of the names of themes, and what is said of them."""
    words = _words_of(deps.sessions.view(session_id, FOR_CUT), said)
    for _ in _RETRY.attempts(deps.clock):
        registry = deps.themes.get(session_id)
        kept = name_otherwise(registry, words)
        if kept == registry or deps.themes.put(session_id, kept, registry):
            return
    raise Unavailable("The themes of the session are being changed; try again in a moment")


def _read_said(thread: Thread, deps: ConsentDeps) -> Sequence[str]:
    return [it.content for it in deps.conversations.messages(thread) if it.role == "user"]


def _words_of(view: SessionView, said: Sequence[str]) -> UnquotableWords:
    """What somebody said, but for what the host did, too."""
    return UnquotableWords(said, [join_hosts_texts(view)])


def _read_again(found: ThreadView) -> ThreadView | None:
    fresh = thread_head.read(found.thread.session_id, found.thread.id)
    return replace(found, thread=fresh) if fresh else None
