"""The words of a conclusion: nobody is asked anything in a message that they need not answer any more."""

from chalicelib.text.sentences import is_question, spans


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
    found = list(spans(text))
    end = len(text)
    while found and is_question(text[slice(*found[-1])]):
        found.pop()
        end = found[-1][1] if found else 0
    return text[:end].rstrip() if end < len(text) else text
