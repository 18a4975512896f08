"""The versions of a session's facilitation prompt, the newest first, and how many conversations began under each."""

from collections import Counter
from collections.abc import Sequence

from msgspec import Struct

from chalicelib.model import Prompt, SessionView, Thread
from chalicelib.services.facilitation.prompt import basic_prompt
from chalicelib.services.templates import template_of
from chalicelib.store.conversations import Conversations
from chalicelib.store.sessions import Sessions


class ListedVersion(Struct, frozen=True):
    """A version, whether new conversations begin under it, and how many have."""

    prompt: Prompt
    is_current: bool
    threads: int


class VersionPage(Struct, frozen=True):
    """A part of the list of versions, and how long the whole list is."""

    versions: list[ListedVersion]
    total: int


def list_versions(
    view: SessionView, limit: int, offset: int, *, sessions: Sessions, conversations: Conversations
) -> VersionPage:
    """Returns the versions, the newest first: those that are stored, and behind them the basic one while it is in force or
    conversations go on under it. Each has begun under one of them, and keeps it."""
    heads: Sequence[Thread] = conversations.heads(view.session.id)
    began = Counter(head.prompt_version for head in heads if not head.test)
    numbers = list(range(view.prompt_version, 0, -1))
    if view.prompt is None or began[0]:
        numbers.append(0)
    wanted = numbers[offset : offset + limit]
    found = sessions.prompts(view.session.id, [number for number in wanted if number])
    if 0 in wanted:
        found.append(basic_version(view))
    now = current_version(view).version
    return VersionPage([ListedVersion(it, it.version == now, began[it.version]) for it in found], len(numbers))


def current_version(view: SessionView) -> Prompt:
    """Returns the version that new conversations begin under."""
    return view.prompt or basic_version(view)


def basic_version(view: SessionView) -> Prompt:
    """Returns version 0, which is stored nowhere: the prompt of the session's template, or one made of its brief as it is now."""
    session = view.session
    template = template_of(view)
    return Prompt(
        0,
        basic_prompt(view),
        "template" if template and template.facilitation_prompt else "basic",
        template_id=template.id if template else None,
        created_at=session.created_at,
    )
