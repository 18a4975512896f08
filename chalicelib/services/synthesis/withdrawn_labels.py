"""Names of themes in the words of somebody who was removed: they go with that person, whether a model is there or not.

The next summary sorts out the rest: it drops themes that nobody else speaks of, and has the others named and described anew.
"""

from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import NotFound, Unavailable
from chalicelib.model import RegisteredTheme, ThemeRegistry
from chalicelib.retry import Retry
from chalicelib.store.themes import Themes

_RETRY = Retry(tries=20)  # while digests go on adding themes


def drop_labels(session_id: str, thread_id: str, *, themes: Themes, clock: Clock) -> None:
    """Take the labels that this person coined out of the themes of a session, and all descriptions: each is made of everybody's words.

    Raises Unavailable where the themes are being changed again and again.
    """
    for _ in _RETRY.attempts(clock):
        try:
            registry = themes.get(session_id)
        except NotFound:  # the session is deleted, too
            return
        kept = _without_words_of(registry, thread_id)
        if kept == registry or themes.put(session_id, kept, registry):
            return
    raise Unavailable("The themes of the session are being changed; try again in a moment")


def _without_words_of(registry: ThemeRegistry, thread_id: str) -> ThemeRegistry:
    def change(theme: RegisteredTheme) -> RegisteredTheme:
        label = "" if theme.coined_by == thread_id else theme.label
        return replace(theme, label=label, description="")

    return replace(registry, themes=tuple(map(change, registry.themes)))
