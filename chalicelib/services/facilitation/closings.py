"""The words of a conclusion: nobody is asked anything in a message that they need not answer any more."""

import re

_END = "?？؟՞፧"
_AFTER = "\"'”’»）)」』*_ \n"  # what may follow the mark of a sentence
_SEAM = re.compile(rf"(?<=[.!{_END}…])[{re.escape(_AFTER)}]*\s+|(?<=[。！？…])[”’」』）]*|\n+")


def closing(text: str, recap: str) -> str:
    """A reply's text and its recap as one message: the text asks nothing at its end, and the recap is said once.

    Models like to say the recap twice, participants need it once.
    """
    if not recap:
        return unasked(text)
    told = _without_question(text)
    if recap in told:
        return told
    return recap if told in recap else f"{told}\n\n{recap}"


def unasked(text: str) -> str:
    """The text without the questions at its end; one that is nothing else stays as it is."""
    return _without_question(text) or text


def _without_question(text: str) -> str:
    while (told := text.rstrip(_AFTER)).endswith(tuple(_END)):
        seams = [seam.end() for seam in _SEAM.finditer(told, 0, len(told.rstrip(_END)))]
        text = told[: seams[-1]].rstrip() if seams else ""
    return text
