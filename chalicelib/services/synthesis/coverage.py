"""What many people carry, which no summary may leave out: a model may have been told to, by one of them."""

from collections.abc import Collection, Sequence

from chalicelib.model import RegisteredTheme, Session
from chalicelib.services.synthesis.claims import claims_a_count
from chalicelib.services.synthesis.disclosure import SharedWords
from chalicelib.services.synthesis.evidence import EvidenceBook
from chalicelib.services.synthesis.prose import ProseCheck
from chalicelib.services.synthesis.summary_texts import SummaryTexts
from chalicelib.text import tokens

LEAST, SHARE = 3, 0.1  # people who carry a theme widely, and their share of a large session
_LEAST_LETTERS = 3  # letters of a word that can say what a theme is about
MOST = 6  # widely carried themes that one of a summary may gather, where that is more than half of them


class MajorThemes:
    """The registered themes of a session that a tenth of its people carries, at least three; among a few half, at least two."""

    def __init__(self, book: EvidenceBook, prose: ProseCheck, words: SummaryTexts, session: Session) -> None:
        self._prose, self._words = prose, words
        self._common = SharedWords(book.aggregate, session)
        total = book.aggregate.participants
        least = max(2.0, min(max(LEAST, SHARE * total), total / 2))
        self._people = {theme.id: count for theme, count in book.carried if count >= least}
        self._themes = {theme.id: theme for theme, _ in book.carried if theme.id in self._people}

    def besides(self, ids: Collection[str]) -> list[RegisteredTheme]:
        """Those that are none of these."""
        return [theme for name, theme in self._themes.items() if name not in ids]

    def too_many(self, ids: Collection[str]) -> bool:
        """Whether these are so many of them that one label says nothing of any."""
        gathered = len(self._themes.keys() & set(ids))
        return gathered >= MOST and gathered > len(self._themes) / 2

    def label(self, theme: RegisteredTheme) -> str:
        """The name of a registered theme as a summary may print it: a digest made it from what one person said."""
        label = "" if claims_a_count(theme.label) else self._prose.clean(theme.label)
        return label[:1].upper() + label[1:] or self._words.unnamed

    def may_tell(self, theme: RegisteredTheme) -> bool:
        """Whether participants may read that name: it may be whatever one of them said."""
        return self._common.may_tell(theme.label)

    def description(self, theme: RegisteredTheme) -> str:
        """What a summary said of it, as far as it may be said again."""
        return self._prose.clean(theme.description)

    def gathered(self, ids: Sequence[str], label: str, statement: str) -> str:
        """A sentence that names those that a theme of a summary gathers; empty where that is one, and the theme speaks of it."""
        found = [self._themes[name] for name in ids if name in self._themes]
        own = tokens.find_content(f"{label}\n{statement}", _LEAST_LETTERS)
        if not found or (len(found) == 1 and tokens.find_content(found[0].label, _LEAST_LETTERS) & own):
            return ""
        return self._words.gathered.format(themes=self.listed(found))

    def listed(self, themes: Sequence[RegisteredTheme]) -> str:
        """These by their names, each with how many carry it, the most widely carried first."""
        ranked = sorted(themes, key=lambda theme: -self._people[theme.id])
        return self._words.comma.join(
            self._words.carried.format(label=self.label(theme), count=self._people[theme.id]) for theme in ranked
        )
