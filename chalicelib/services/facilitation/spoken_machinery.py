"""Whether a message speaks of what only the facilitator knows of: pacing, turns, tags, tools, or the participant as of somebody else.

Models that think aloud do. It compares with a few forms and understands nothing, so it is made to miss rather than to accuse: what
the participant or the host wrote themselves is a word like any other.
"""

import re
from collections.abc import Iterable

from chalicelib.llm import tags
from chalicelib.text.normalise import fold

_FORMS = re.compile(
    r"\b(?:present_widget|facilitation_prompt|record_digest|write_prompt|widget_spec)\b|`conclude`|\bconclude\(|\bwidget=\""
    r"|</?(?:pacing|handling|guidance|themes?|said|widget|help|context|critical|facilitation_prompt)\b"
    r"|\b(?:turn|runde) \d+ (?:of|von|/) (?:about |etwa )?\d+"
    r"|\bpacing (?:says|tells|asks|shows|is at|tag|note)\b|\b(?:tool|function) calls?\b|\bsystem (?:prompt|message)\b"
    r"|\bcall(?:ing)? (?:the )?(?:tool )?conclude\b"
    r"|\A(?:okay|ok|so|now|hmm|well|alright)?[,. ]{0,3}(?:the|this) (?:(?:participant|respondent) (?:is|has|wants|did|does)"
    r"|(?:participant|respondent|user) (?:says|said|seems|asks|asked|gave|answered|just|mentioned))\b"
)


def names_machinery(texts: Iterable[str], known: Iterable[str]) -> bool:
    """Says whether one of the texts of a message has such a form that none of the known texts has; those are read only then."""
    found = {it[0] for text in texts for it in _FORMS.finditer(fold(text))}
    for text in known if found else ():
        folded = fold(f"{text}\n{tags.unescape(text)}")  # as the message is read, which may copy what was escaped
        found = {form for form in found if form not in folded}
    return bool(found)
