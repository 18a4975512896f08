"""Whether a message repeats what only the facilitator was shown: the host's context and prompt, and the guidelines.

It repeats them where twelve words in a row are the same, or in scripts without spaces 24 characters; what is told in other
words is not found. What participants read anyway, what they said themselves, and what a prompt has the facilitator say as it
stands are no secrets.
"""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import repeat
from typing import NamedTuple

from chalicelib.text import sentences, tokens
from chalicelib.text.quotation_marks import find_quoted_spans

# What is long enough to be a repetition: twelve words, or as many characters without spaces as weigh the same.
_WORD, _CHARACTER, _ENOUGH = 2, 1, 24
_LONGEST_QUOTATION = 1_000  # characters: a prompt has nothing longer said word for word
_OPENING = re.compile(r"^# Opening\n(.*?)(?=^# |\Z)", re.MULTILINE | re.DOTALL)

Run = tuple[str, ...]


def repeats(message: Iterable[str], secrets: Iterable[str], known: Iterable[str]) -> bool:
    """Says whether one of the texts of a message shares a run with a secret that none of the known texts has.

    The known ones are read only where there is such a run.
    """
    told = {run for text in message for run in _runs(_units(text))}
    if not told:
        return False
    begun = {run[:2] for run in told}
    found = {run for text in secrets for run in _runs(_units_of_secret(text), begun) if run in told}
    for text in known if found else ():
        found.difference_update(_runs(_units(text)))
    return bool(found)


def not_to_be_said(prompt: str) -> list[str]:
    """Returns the parts of a facilitation prompt that are for the facilitator alone: all but its questions, what stands in it
    in quotation marks, and what it says under the heading `# Opening`, as prompts of ours do."""
    allowed = [found.span(1) for found in _OPENING.finditer(prompt)]
    allowed += [span for span in sentences.find_spans(prompt) if sentences.is_question(prompt[slice(*span)])]
    quoted = (span for span in find_quoted_spans(prompt) if span.closed)
    allowed += [(it.start, it.end) for it in quoted if it.end - it.start <= _LONGEST_QUOTATION]
    parts, last = [], 0
    for start, end in sorted(allowed):
        parts.append(prompt[last:start])
        last = max(last, end)
    return [part for part in (*parts, prompt[last:]) if part.strip()]


class _Units(NamedTuple):
    """Words, and single characters where a script sets no spaces, folded; and what each weighs."""

    texts: Run
    weights: Sequence[int]


@lru_cache(maxsize=8)
def _units_of_secret(text: str) -> _Units:
    """The same for every turn of a session, and long."""
    return _units(text)


def _units(text: str) -> _Units:
    """Returns what a text is compared by."""
    found: list[str] = []
    weights: list[int] = []
    for word in tokens.split_words(text):
        if tokens.is_run(word):
            found += word
            weights += repeat(_CHARACTER, len(word))
        else:
            found.append(word)
            weights.append(_WORD)
    return _Units(tuple(found), weights)


def _runs(units: _Units, begun: Container[Run] | None = None) -> Iterator[Run]:
    """Yields for each place the shortest run from there that is long enough; only those that begin so, where that is given."""
    texts, weights = units
    end = weight = 0
    for start, lost in enumerate(weights):
        while weight < _ENOUGH and end < len(weights):
            weight += weights[end]
            end += 1
        if weight < _ENOUGH:
            return
        if begun is None or texts[start : start + 2] in begun:
            yield texts[start:end]
        weight -= lost
