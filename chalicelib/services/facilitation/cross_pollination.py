"""Cross-pollination: which themes of the other conversations the facilitator may bring into this one now.

A theme comes only where a group carries it and this participant has not touched it, after they have said enough of
their own, and not while they are told care. Nothing is chosen by a model: what may be told of a theme was decided when the
notes were taken.
"""

from collections.abc import Iterator, Sequence

from chalicelib.llm import tags
from chalicelib.model import CondensedHistory, Message, Note, SessionView, Thread
from chalicelib.services.facilitation.care import is_after_care
from chalicelib.services.prompts import fill
from chalicelib.text import tokens
from chalicelib.text.sentences import list_questions

MOST_THEMES = 3
SHARED_BY = 3  # participants other than this one
OWN_MESSAGES = 3
OWN_WORDS, OWN_CHARACTERS = 40, 60  # characters of a script without spaces
TOUCHED = 0.5  # more than this share of a label's words in a text, and it speaks of that theme
TAKEN_UP, LEAST_TAKEN_UP = (
    0.4,
    2,
)  # the share, and the number, of a description's words in a message that has taken it up
OFTEN_ENOUGH = 3  # times that a theme was at hand and did not fit


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
    hosts = tokens.find_units("\n".join(_list_hosts_texts(view)))
    notes = view.scratchpad.notes
    noted = {name for note in notes for name in note.ids}
    # What the notes don't know may be any theme of theirs by now; who is not passed on to others is in none of them.
    own = 0 if noted.issuperset(thread.themes) or not thread.passed_on else 1
    known = {*thread.themes, *(condensed.themes if condensed else ())}
    fresh = (note for note in notes if is_shared(note, own) and not known.intersection(note.ids))
    chosen = (it for it in fresh if not (_is_touched(it, said) or _is_hosts(it, hosts) or _is_raised(it, history)))
    return tuple(chosen)[:MOST_THEMES]


def is_due(
    view: SessionView, thread: Thread, history: Sequence[Message], condensed: CondensedHistory | None = None
) -> bool:
    """Says whether this conversation may take a theme of others now: wanted, begun in earnest, not twice in a row, not after care, and
    not where the participant has asked something themselves."""
    if not view.session.cross_pollination or thread.concluded:
        return False
    last = next((message for message in reversed(history) if message.role == "assistant"), None)
    if (last is not None and last.themes) or is_after_care(history) or _wants_answer(history):
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


def _wants_answer(history: Sequence[Message]) -> bool:
    """Says whether the participant's latest words ask something."""
    latest = history[-1] if history else None
    return latest is not None and latest.role == "user" and bool(list_questions(latest.content))


def _has_said_enough(history: Sequence[Message]) -> bool:
    own = [message.content for message in history if message.role == "user"]
    words, characters = tokens.measure_amount("\n".join(own))
    return len(own) >= OWN_MESSAGES and (words >= OWN_WORDS or characters >= OWN_CHARACTERS)


def _list_hosts_texts(view: SessionView) -> Iterator[str]:
    """Yields what the host wrote of the matter for the facilitator: a theme of these words alone comes from the questions."""
    yield view.session.critical or ""
    yield view.context or ""
    yield from (question.text for question in view.questions)
    yield from list_questions(view.prompt.text) if view.prompt else ()


def _is_hosts(note: Note, hosts: set[str]) -> bool:
    """Says whether every word that names the theme is the host's: to tell it would tell nothing."""
    named = tokens.find_content(note.label)
    return bool(named) and named <= hosts


def _is_touched(note: Note, said: set[str]) -> bool:
    """Says whether most of what names the theme has been said, by whomever."""
    named = tokens.find_content(note.label)
    return bool(named) and len(named & said) > TOUCHED * len(named)


def _is_raised(note: Note, history: Sequence[Message]) -> bool:
    """Says whether the facilitator has brought the theme in here, or had it at hand often enough without it fitting."""
    shown = [message for message in history if not set(note.ids).isdisjoint(message.themes)]
    if len(shown) >= OFTEN_ENOUGH:
        return True
    told = tokens.find_content(note.description) if note.tells_description else set()
    least = max(LEAST_TAKEN_UP, TAKEN_UP * len(told))
    return any(len(told & tokens.find_units(message.content)) >= least for message in shown) if told else False
