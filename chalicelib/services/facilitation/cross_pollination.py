"""Cross-pollination: which themes of the other conversations the facilitator may bring into this one now.

A theme comes only where a group carries it and this participant has not touched it, after they have said enough of
their own. Nothing is chosen by a model: what may be told of a theme was decided when the notes were taken.
"""

from collections.abc import Sequence

from chalicelib.llm import tags
from chalicelib.model import CondensedHistory, Message, Note, SessionView, Thread
from chalicelib.services.prompts import fill
from chalicelib.text import tokens

MOST_THEMES = 3
SHARED_BY = 3  # participants other than this one
OWN_MESSAGES = 3
OWN_WORDS, OWN_CHARACTERS = 40, 60  # characters of a script without spaces
TOUCHED = 0.5  # more than this share of a theme's words in a thread, and it has come up there


def choose_themes(
    view: SessionView, thread: Thread, history: Sequence[Message], condensed: CondensedHistory | None = None
) -> tuple[Note, ...]:
    """Returns the themes for the facilitator's next message; none where it is not the time for one.

    `history` is what `condensed` does not cover.
    """
    if view.scratchpad is None or not is_due(view, thread, history, condensed):
        return ()
    told = [message.content for message in history]
    told += [condensed.text] if condensed else []
    said = tokens.find_units("\n".join(told))
    known = {*thread.themes, *_raised(history, condensed)}
    notes = view.scratchpad.notes
    noted = {name for note in notes for name in note.ids}
    own = 0 if noted.issuperset(thread.themes) else 1  # what the notes don't know may be any theme of theirs by now
    fresh = (note for note in notes if is_shared(note, own) and not known.intersection(note.ids))
    return tuple([note for note in fresh if not _touched(note, said)][:MOST_THEMES])


def is_due(
    view: SessionView, thread: Thread, history: Sequence[Message], condensed: CondensedHistory | None = None
) -> bool:
    """Says whether this conversation may take a theme of others now: wanted, begun in earnest, and not twice in a row."""
    if not view.session.cross_pollination or thread.concluded:
        return False
    last = next((message for message in reversed(history) if message.role == "assistant"), None)
    if last is not None and last.themes:
        return False
    return condensed is not None or _has_said_enough(history)


def is_shared(note: Note, own: int = 0) -> bool:
    """Says whether a group carries it without so many, who may be this participant, and something of it may be told."""
    return note.people - own >= SHARED_BY and (note.tells_label or note.tells_description)


def show_themes(notes: Sequence[Note]) -> str:
    """Returns the themes as the facilitator is shown them: no counts, no names, nobody's words; empty for none."""
    if not notes:
        return ""
    shown = [
        tags.data(
            "theme",
            note.description if note.tells_description else "",
            label=note.label if note.tells_label else "",
        )
        for note in notes
    ]
    return fill("themes", themes="\n".join(shown))


def _has_said_enough(history: Sequence[Message]) -> bool:
    own = [message.content for message in history if message.role == "user"]
    words, characters = tokens.measure_amount("\n".join(own))
    return len(own) >= OWN_MESSAGES and (words >= OWN_WORDS or characters >= OWN_CHARACTERS)


def _raised(history: Sequence[Message], condensed: CondensedHistory | None) -> set[str]:
    """Returns the themes that the facilitator was given here before."""
    return {name for message in history for name in message.themes} | set(condensed.themes if condensed else ())


def _touched(note: Note, said: set[str]) -> bool:
    """Says whether most of what names the theme has been said in this thread, by either side."""
    named = tokens.find_content(note.label)
    return bool(named) and len(named & said) > TOUCHED * len(named)
