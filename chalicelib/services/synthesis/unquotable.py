"""Words of people who are not to be quoted: nothing that is made of the conversations has any of them.

What they say counts as before, in themes and in prose that puts it otherwise. A text repeats somebody where it has a run of their
words (`text/shared_runs.py`), or is a phrase of theirs of three words or more: less is a term, and nobody's. What the host wrote,
or somebody who may be quoted, may stand.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from msgspec.structs import replace

from chalicelib.model import Answer, Digest, Point, RegisteredTheme, SessionView, ThemeRegistry, Thread
from chalicelib.services.synthesis.aggregate import Aggregate
from chalicelib.services.synthesis.withheld import join_hosts_texts
from chalicelib.text import tokens
from chalicelib.text.shared_runs import cut_runs

LEAST_OF_A_PHRASE: Final = 3  # words; in scripts without spaces twice as many characters


class UnquotableWords:
    """What some people said who are not to be quoted, but for what others said as well, who may be."""

    def __init__(self, said: Iterable[str], others: Iterable[str] = ()) -> None:
        self._said, self._others = list(map(_key, said)), list(map(_key, others))
        runs = (cut_runs(text) for text in self._others)
        self._runs: set[str] = set().union(*map(cut_runs, self._said)).difference(*runs)

    def are_in(self, text: str) -> bool:
        """Whether a text repeats any of it, or is a phrase of it."""
        return bool(self._said) and (not self._runs.isdisjoint(cut_runs(text)) or self.make_up(text))

    def make_up(self, text: str) -> bool:
        """Whether all of a text is a phrase of theirs, or all that they said at once."""
        wanted = _key(text)
        if not wanted:
            return False
        is_term = tokens.count_words(text) < LEAST_OF_A_PHRASE
        is_theirs = wanted in self._said if is_term else _is_in(self._said, wanted)
        return is_theirs and not _is_in(self._others, wanted)


def list_written(answers: Iterable[Answer]) -> list[str]:
    """What somebody wrote in the form that can be repeated: no name or address, and no term of one or two words."""
    written = (it.answer for it in answers if it.role == "other")
    return [it for it in written if tokens.count_words(it) >= LEAST_OF_A_PHRASE]


def find_unquotable_words(aggregate: Aggregate, view: SessionView) -> UnquotableWords:
    """What those of these people said who are not to be quoted, as far as their points have it: no model was shown more."""
    said: list[str] = []
    others: list[str] = []
    for thread_id, point in aggregate.points if aggregate.unquotable else ():
        (said if thread_id in aggregate.unquotable else others).extend(_words_of(point))
    return UnquotableWords(said, [join_hosts_texts(view), *others])


def hide_words(points: Sequence[Point]) -> tuple[Point, ...]:
    """The points of somebody who is not to be quoted: without quotes, and without a text, a topic or a group that repeats them."""
    said = UnquotableWords(words for point in points for words in _words_of(point))

    def told(text: str) -> str:
        return "" if said.are_in(text) else text

    return tuple(
        replace(it, text=told(it.text), quote="", topic=told(it.topic), group=told(it.group), is_cut=False, own=())
        for it in points
    )


def hide_words_of(digest: Digest, head: Thread) -> Digest:
    """The digest of this thread as it may be shown: of somebody who is not to be quoted, without their words."""
    if head.quotable:
        return digest
    said = UnquotableWords(words for point in digest.points for words in _words_of(point))
    gist = "" if said.are_in(digest.gist) else digest.gist
    return replace(digest, points=hide_words(digest.points), gist=gist)


def name_otherwise(registry: ThemeRegistry, said: UnquotableWords) -> ThemeRegistry:
    """The themes without labels and descriptions that repeat such words. The next summary names and describes them anew."""

    def told(theme: RegisteredTheme) -> RegisteredTheme:
        if said.are_in(theme.label):
            return replace(theme, label="", coined_by="", description="")
        return replace(theme, description="") if said.are_in(theme.description) else theme

    themes = tuple(map(told, registry.themes))
    return replace(registry, themes=themes) if themes != registry.themes else registry


def _words_of(point: Point) -> Iterable[str]:
    """Words of a person that a point has, or that are behind it."""
    return filter(None, (point.quote, *point.own))


def _key(text: str) -> str:
    """The words of a text as they are compared."""
    return " ".join(tokens.split_words(text))


def _is_in(texts: Iterable[str], wanted: str) -> bool:
    """Whether one of these texts has these words, as whole words in scripts that have such."""
    if tokens.is_unspaced(wanted):
        return any(wanted in text for text in texts)
    return any(f" {wanted} " in f" {text} " for text in texts)
