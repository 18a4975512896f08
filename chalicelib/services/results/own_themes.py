"""Where what somebody said themselves is heard in the results: for them alone, in themes that everybody is shown."""

from collections.abc import Sequence

from chalicelib.model import SessionView, Theme, Thread
from chalicelib.store.themes import Themes


def own_themes(view: SessionView, shown: Sequence[Theme], own: Sequence[Thread], *, themes: Themes) -> frozenset[str]:
    """Returns the ids of those themes that one of somebody's own conversations carries.

    What a digest named may have been merged into another theme since, so the registry is read where there is anything to look up.
    """
    said = {it for thread in own if thread.included for it in thread.themes}
    if not said or not shown:
        return frozenset()
    registry = themes.get(view.session.id, view.synthesis)

    def resolve(ids: set[str]) -> set[str]:
        return ids | {live.id for it in ids if (live := registry.resolve(it))}

    known = resolve(said)
    return frozenset(theme.id for theme in shown if known & resolve({theme.id, *theme.gathers}))


def is_heard(own: Sequence[Thread]) -> bool:
    """Says whether anything of these conversations has been read for the results, so that it can be told where."""
    return any(it.included and it.message_count and it.counts for it in own)
