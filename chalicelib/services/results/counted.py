"""Who counts in figures of the results."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from chalicelib.model import Thread


class Group(Struct, frozen=True):
    """People who have something in common, by thread: an answer, a word, a place on a scale."""

    label: str
    threads: tuple[str, ...]

    @property
    def count(self) -> int:
        """How many they are."""
        return len(self.threads)


def list_counted(heads: Iterable[Thread]) -> list[Thread]:
    """The threads that count: one for each person who is part of the results. A test run is nobody's, also where its words are in."""
    return [head for head in heads if head.included and not head.test]


def label_of(texts: Sequence[str]) -> str:
    """The text that most of these are, which are the same but for their spelling."""
    return min(set(texts), key=lambda text: (-texts.count(text), text))
