"""A participant's own conversation as a page shows it: all of it, or what a page that is open already lacks."""

from chalicelib.model import ThreadView
from chalicelib.services.conversations.request_context import ConversationDeps, RequestContext


def read_messages(context: RequestContext, deps: ConversationDeps, after: int | None = None) -> ThreadView | None:
    """Returns the conversation, None where it has not begun; for a page that shows it up to `after`, the end that it lacks.

    Nothing is read where the context has it already.
    """
    thread, latest = context.thread, context.history
    if thread is None:
        return None
    if not latest and after is not None:
        latest = tuple(deps.conversations.messages(thread, min(after, thread.last_said - 1) - 1))
    if suffices(found := ThreadView(thread, context.answers, latest), after):
        return found
    return ThreadView(thread, context.answers, tuple(deps.conversations.messages(thread)))


def suffices(latest: ThreadView, after: int | None) -> bool:
    """Says whether these latest messages are all that a page needs which shows the conversation up to `after`; None: nothing of it.

    They are where a message of the facilitator's is among them that the page has, and that the participant's latest words
    come after: what is new, which of it is the recap, and what was said last follow from there. Of a widget that was answered last
    they show what it offers.
    """
    thread, messages = latest.thread, latest.messages
    if not messages:
        return thread.is_empty
    if messages[0].sequence == thread.starts_after + 1:
        return True
    said = next((message for message in reversed(messages) if message.role == "user"), None)
    if said and said.widget_value is not None and all(message.widget_spec is None for message in messages):
        return False
    known = next((message.sequence for message in messages if message.role == "assistant"), None)
    return known is not None and after is not None and known <= after and known < thread.last_said
