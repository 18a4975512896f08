"""Keys of items in `conversations`.

Prefixes sort so that one range holds exactly what an export needs: `alias#` < `comment#` < `condensed#` < `digest#` <
`due#reminder#` < `erasure#` < `form#` < `message#` < `thread#` < `widget#`.
"""

from chalicelib.store.keys.shared import numbered

DIGESTS, FORMS, MESSAGES, THREADS = "digest#", "form#", "message#", "thread#"
COMMENTS, CONDENSED, ERASURES = "comment#", "condensed#", "erasure#"
ALIASES, AFTER_ALIASES = "alias#", "alias$"
REMINDERS, AFTER_REMINDERS = "due#reminder#", "due#reminder$"
WIDGETS, AFTER_WIDGETS = "widget#", "widget$"
AFTER_FORMS = "form$"
AFTER_THREADS = "thread$"  # the character after '#': the first key behind every thread


def thread(thread_id: str) -> str:
    """`thread#<t>`."""
    return f"{THREADS}{thread_id}"


def thread_of(part: str) -> str:
    """The thread id inside a conversations key."""
    return part.split("#")[1]


def sequence_of(part: str) -> int:
    """The sequence number inside the key of a message."""
    return int(part.rpartition("#")[2])


def form(thread_id: str) -> str:
    """`form#<t>`."""
    return f"{FORMS}{thread_id}"


def message(thread_id: str, sequence: int) -> str:
    """`message#<t>#<000001>`."""
    return numbered(f"{MESSAGES}{thread_id}", sequence)


def messages(thread_id: str) -> str:
    """The prefix of a thread's messages."""
    return f"{MESSAGES}{thread_id}#"


def widget(thread_id: str, sequence: int) -> str:
    """`widget#<t>#<000001>`, numbered as its message: outside the range of the responses."""
    return numbered(f"{WIDGETS}{thread_id}", sequence)


def comment(thread_id: str) -> str:
    """`comment#<t>`: outside the range of the responses."""
    return f"{COMMENTS}{thread_id}"


def condensed(thread_id: str) -> str:
    """`condensed#<t>`: outside the range of the responses."""
    return f"{CONDENSED}{thread_id}"


def digest(thread_id: str) -> str:
    """`digest#<t>`."""
    return f"{DIGESTS}{thread_id}"


def erasure(thread_id: str) -> str:
    """`erasure#<t>`: outside the range of the responses."""
    return f"{ERASURES}{thread_id}"


def alias(thread_id: str) -> str:
    """`alias#<t>`, t being the id by which this stage looks for a conversation that has another: outside the range of the responses."""
    return f"{ALIASES}{thread_id}"


def reminder(thread_id: str) -> str:
    """`due#reminder#<t>`: outside the range of the responses."""
    return f"{REMINDERS}{thread_id}"
