"""The host's context, and the short version of a long one (table `sessions`)."""

from datetime import datetime

from pynamodb.expressions.update import Action

from chalicelib.model import Session, SessionView, is_long_context
from chalicelib.store import database, due, keys
from chalicelib.store.cards import sets
from chalicelib.store.database import holds
from chalicelib.store.due_kinds import CONTEXT
from chalicelib.store.session_items import ContextItem, TextItem
from chalicelib.store.transact import Transaction

FOR_CONDENSING = (keys.CONTEXT, keys.CONDENSED_CONTEXT)  # of a view


def make_item(session: Session, text: str, now: datetime) -> ContextItem:
    """The item of a context; a short version of a long one is due once its session is open."""
    since = now if is_long_context(text) and not session.is_draft else None
    return ContextItem(session.id, keys.CONTEXT, text=text, wanted_at=since, **due.marks(CONTEXT, session.id, since))


def edit(write: Transaction, before: SessionView, after: SessionView) -> None:
    """What a changed context takes: the short version of another one goes with it. For a draft none is due until it is opened;
    the job then finds out whether there is one already."""
    is_changed = after.context != before.context
    is_moved = before.session.is_draft != after.session.is_draft  # it was opened, or is a draft again
    if not is_changed and not (is_moved and is_long_context(after.context)):
        return
    session_id = after.session.id
    if after.context:
        item = make_item(after.session, after.context, after.session.updated_at)
        names = ("text", "wanted_at", keys.DUE_KIND, keys.DUE_AT)
        changed = {name: getattr(item, name) for name in names}
        write.update(item, actions=[*sets(ContextItem, changed), ContextItem.tries.remove()])
    else:
        write.delete(ContextItem(session_id, keys.CONTEXT))
    if is_changed and is_long_context(before.context):
        write.delete(TextItem(session_id, keys.CONDENSED_CONTEXT))


def keep_condensed(session_id: str, since: datetime) -> None:
    """Note that the short version due since then is there already, unless it is gone: it was another context's."""

    def build(write: Transaction) -> None:
        write.update(ContextItem(session_id, keys.CONTEXT), _done(), ContextItem.wanted_at == since)
        write.check(TextItem(session_id, keys.CONDENSED_CONTEXT), TextItem.session_id.exists())

    holds(lambda: database.transact(build))


def add_condensed(session_id: str, text: str, since: datetime) -> bool:
    """Store the short version of the context for which one is due since then; False where there is another one by now."""

    def build(write: Transaction) -> None:
        write.update(ContextItem(session_id, keys.CONTEXT), _done(), ContextItem.wanted_at == since)
        write.update(TextItem(session_id, keys.CONDENSED_CONTEXT), actions=[TextItem.text.set(text)])

    return holds(lambda: database.transact(build))


def fail(session_id: str, since: datetime, *, for_good: bool, paid: bool) -> None:
    """Note that the short version due since then could not be written; `for_good`, it is not due any more.

    `paid` tries are counted: a model was asked and answered.
    """
    actions = _done() if for_good else [ContextItem.tries.add(1)] if paid else []
    if actions:
        same = ContextItem.wanted_at == since
        holds(lambda: database.update(ContextItem(session_id, keys.CONTEXT), actions, same))


def _done() -> list[Action]:
    done = (ContextItem.wanted_at, ContextItem.due_kind, ContextItem.due_at, ContextItem.tries)
    return [attribute.remove() for attribute in done]
