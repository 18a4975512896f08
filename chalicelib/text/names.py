"""Which words of a text are written as names: those with a capital that their place in the sentence does not ask for.

In German, where every noun has a capital, a word is taken for a name by what stands before it: a form of address, a word that
names, another capital. It is a noun where an article or an adjective does, and where it is long, as few names are; else it may be
either. Scripts without capitals show no names.
"""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from chalicelib.text.normalise import fold
from chalicelib.text.stop_words import GRAMMAR, stop_words
from chalicelib.text.tokens import WrittenWord, read_written_words

NOUNS_HAVE_CAPITALS = "de"  # the one language of ours in which they do
_SHORTEST_PLURAL = 4  # letters
_ADDRESSES = (
    "mr mrs ms miss dr prof sir herr herrn frau fräulein familie firma kollege kollegen kollegin chef chefin "
    "m mme mlle monsieur madame maître sr sra srta señor señora don doña"
)
_NAMING = "heiße heisse heißt heisst heißen heissen namens genannt nenne nennt nennen name bin"
_ARTICLES = (
    "der die das dem den des ein eine einen einem einer eines kein keine keinen keinem keiner keines mein meine meinen meinem "
    "meiner meines dein deine deinen deinem deiner sein seine seinen seinem seiner seines ihr ihre ihren ihrem ihrer ihres unser "
    "unsere unseren unserem unserer euer eure euren eurem eurer dieser diese dieses diesem diesen jeder jede jedes jedem jeden "
    "jener jene jenes manche mancher manches solche solcher welche welcher welches viel viele vielen vieler mehr weniger wenig "
    "wenige wenigen alle allen aller alles mehrere mehreren mehrerer einige einigen einiger beide beiden beider andere anderen "
    "anderer anderes zwei drei vier fünf im am zum zur vom beim ins ans aufs fürs genug etwas was"
)
_WEEKDAYS = (
    "monday tuesday wednesday thursday friday saturday sunday "
    "montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag"
)
_MONTHS = (
    "january february july september october november december januar jänner februar märz juni juli oktober dezember"
)
# Of these, people are called, too: they are months beside a day or a year, and behind a word that people hardly stand behind.
_MONTHS_OR_NAMES = "march april may june august mai"
_BEFORE_MONTHS = "in until till during since early mid late last next every each this im bis seit ab anfang mitte ende"
_TO_MONTHS = "to till until through bis"  # between two months
_BETWEEN = ("e", "en", "er", "es", "em")  # how a word ends that may stand between an article and its noun
_LEAST_ADJECTIVE = 5  # letters
_LONGEST_NAME = 11
# Words that end like an adjective, and may stand before a name.
_NO_ADJECTIVES = (
    "gegen wegen zwischen neben außer unter hinter über oder aber ohne wurde wurden werden würde würden wäre habe haben hatte "
    "hatten hätte sagte sagten meinte machte wollte konnte sollte musste durfte mochte möchte fragte kenne kennen sehen treffe "
    "treffen finde heute bitte danke immer wieder daher leider außerdem gestern morgen zusammen"
)


class Word(NamedTuple):
    """A word of a text by its key: whether it opens a sentence, has a capital, is written as a name, or as a noun that is none."""

    key: str
    opens: bool
    is_capital: bool
    is_name: bool
    is_noun: bool


def read_words(text: str, language: str | None = None, *, is_title: bool = False) -> Iterator[Word]:
    """The words of a text, in scripts that part them by spaces, as they are written there.

    Nothing is told from capitals in a text that is all in capitals, or in a title in which most words have one.
    """
    nouns = language == NOUNS_HAVE_CAPITALS
    words = list(read_written_words(text))
    says_nothing = text.isupper() or (is_title and not nouns and _has_capitals(words))
    no_names = _keys(_ADDRESSES)
    for place, word in enumerate(words):
        key = key_of(word.text)
        if not is_capital(word.text) or says_nothing or key in no_names or _is_date(words, place):
            yield Word(key, word.opens, False, False, False)
            continue
        before = words[place - 1] if place else None
        after = words[place + 1] if place + 1 < len(words) else None
        if _is_addressed(before, word, nouns):
            named = True
        elif nouns:
            named = _are_one_name(words, place - 1) or _are_one_name(words, place)
        else:
            goes_on = word.opens and not _is_date(words, place + 1) and _begins_name(word, after)
            named = is_odd_capital(word.text, opens=word.opens) or goes_on
        is_noun = nouns and (len(word.text) > _LONGEST_NAME or _has_article(words, place))
        yield Word(key, word.opens, True, named, is_noun)


def key_of(word: str) -> str:
    """What a word is compared by: without case, and without the s of a plural or a genitive."""
    folded = fold(word)
    return folded[:-1] if len(folded) >= _SHORTEST_PLURAL and folded.endswith("s") else folded


def is_capital(word: str) -> bool:
    """Whether a word has a capital anywhere."""
    return word != word.lower()


def is_odd_capital(word: str, *, opens: bool) -> bool:
    """Whether a word has a capital that its place in the sentence does not ask for; "I" and "NOT" are still grammar."""
    if opens or not is_capital(word):
        return False
    return fold(word) not in GRAMMAR or (len(word) > 1 and word.istitle())


def _has_capitals(words: list[WrittenWord]) -> bool:
    long = [word for word in words if len(word.text) >= _SHORTEST_PLURAL]
    return len(long) > 1 and all(is_capital(word.text) for word in long)


def _is_date(words: list[WrittenWord], place: int) -> bool:
    """Whether a word is a day of the week or a month; one that may be a name, too, where it stands like a month."""
    if place >= len(words):
        return False
    if key_of(words[place].text) in _keys(f"{_WEEKDAYS} {_MONTHS}"):
        return True
    known = _words(_MONTHS_OR_NAMES)
    said = [fold(word.text) for word in words[max(0, place - 2) : place + 3]]
    at = min(place, 2)
    if said[at] not in known:
        return False
    months, before, after = known | _words(_MONTHS), said[:at][::-1], said[at + 1 :]
    if before and (before[0] in _words(_BEFORE_MONTHS) or before[0].isdecimal()):
        return True
    if after and after[0].isdecimal():
        return True
    return any(len(side) > 1 and side[0] in _words(_TO_MONTHS) and side[1] in months for side in (before, after))


def _is_addressed(before: WrittenWord | None, word: WrittenWord, nouns: bool) -> bool:
    """Whether the word before says that a name follows; some have a dot behind them."""
    said = fold(before.text) if before else ""
    return said in _words(_ADDRESSES) or (nouns and word.follows and said in _words(_NAMING))


def _are_one_name(words: list[WrittenWord], place: int) -> bool:
    """Whether two German words with capitals stand together, as first and last names do: the first with no article, or the
    first of its sentence, which may be any word."""
    if place < 0 or place + 1 >= len(words):
        return False
    word, after = words[place : place + 2]
    if not after.follows or not (is_capital(word.text) and is_capital(after.text)) or _has_article(words, place):
        return False
    said = fold(word.text)
    return not word.opens or not (said.endswith(_BETWEEN) or said in stop_words(NOUNS_HAVE_CAPITALS))


def _begins_name(word: WrittenWord, after: WrittenWord | None) -> bool:
    """Whether the first word of a sentence is the first of a name, by the capital of the next."""
    if after is None or not after.follows or fold(word.text) in GRAMMAR:
        return False
    return is_odd_capital(after.text, opens=after.opens)


def _has_article(words: list[WrittenWord], place: int) -> bool:
    """Whether a German noun has an article, a word in its place or an adjective before it."""
    if not place or not words[place].follows:
        return False
    before = words[place - 1]
    said = fold(before.text)
    if said in _words(_ARTICLES) or said.isdecimal():
        return True
    bends = len(said) >= _LEAST_ADJECTIVE and said.endswith(_BETWEEN) and said not in _words(_NO_ADJECTIVES)
    return bends and (before.opens or not is_capital(before.text))


@cache
def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


@cache
def _keys(listed: str) -> frozenset[str]:
    return frozenset(map(key_of, listed.split()))
