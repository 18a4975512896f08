"""Where what somebody said themselves is heard in the results: told to them alone, of themes that are shown to everybody."""

from collections.abc import Sequence

from chalicelib import container
from chalicelib.model import SessionView, Theme, Thread
from chalicelib.web.kit.texts import Texts


def own_themes(view: SessionView, themes: Sequence[Theme], own: Sequence[Thread]) -> frozenset[str]:
    """Returns the ids of those of these themes that one of one's own conversations carries.

    What a digest named may have been merged into another theme since, so the registry is read where there is anything to look up.
    """
    said = {it for thread in own if thread.included for it in thread.themes}
    if not said:
        return frozenset()
    registry = container.themes().get(view.session.id, view.synthesis)
    live = {found.id for it in said if (found := registry.resolve(it))} | said
    return frozenset(
        theme.id
        for theme in themes
        if live & ({theme.id, *theme.gathers} | {found.id for it in theme.gathers if (found := registry.resolve(it))})
    )


def tell_own_part(count: int, own: Sequence[Thread], texts: Texts) -> str:
    """Returns in how many of the themes on the page one's own words are heard; empty for whom nothing can be said of."""
    if not any(it.included and it.message_count and it.counts for it in own):
        return ""
    return texts("own_themes", count=count) if count else texts("own_themes_none")
