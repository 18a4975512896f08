"""What of a summary only members read: whatever could come from one person alone, sentence by sentence.

A model may do what a participant tells it, and then its own prose has a name, a number or somebody's very words. So code
looks for what gives a person away: a run of words or a name that one person wrote and nobody else, the host included; digits
that could be a telephone number; addresses. What the host keeps in the context is looked for, too, and is no host's word: it is
for the facilitator alone. Whoever wrote what is known from points: no summary was shown more. A test run is nobody, so what it
alone said is held back, its quotes, too.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import chain

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import SessionView, Summary
from chalicelib.services.synthesis.aggregate import Aggregate
from chalicelib.text import tokens
from chalicelib.text.contact_details import has_address, has_telephone
from chalicelib.text.language import detect_language
from chalicelib.text.names import NOUNS_HAVE_CAPITALS, Word, key_of, read_words
from chalicelib.text.normalise import fold_twins, normalise
from chalicelib.text.quotation_marks import find_sentences
from chalicelib.text.shared_runs import CHARACTERS, WORDS, cut_runs

_SEVERAL = 2


class _Piece(Struct, frozen=True):
    """A sentence of the summary's prose, the label of a theme, or a quote, which is somebody's words by nature.

    `parts`: several sentences in a row, which are one only for the runs that go through all of them.
    """

    text: str
    is_label: bool = False
    is_quote: bool = False
    parts: tuple[str, ...] = ()


def withhold(summary: Summary, aggregate: Aggregate, view: SessionView, language: str) -> Summary:
    """The summary with what of it only members read; `language` is the tag of the one it is in."""
    pieces = list(dict.fromkeys(_pieces(summary)))
    writers = _Writers(pieces, aggregate, view, language)
    quoted = {quote.thread_id for theme in summary.themes for quote in theme.quotes}
    withheld = [it for it in pieces if not writers.may_tell(it)]
    return replace(
        summary,
        withheld=tuple(dict.fromkeys(text for it in withheld if not it.is_quote for text in it.parts or (it.text,))),
        withheld_quotes=tuple(piece.text for piece in withheld if piece.is_quote),
        tests=tuple(sorted(quoted & aggregate.tests)),
    )


def _pieces(summary: Summary) -> Iterator[_Piece]:
    """What others are shown of a summary as far as it depends on its words."""
    themes = summary.themes
    proposed = chain.from_iterable((it.text, it.condition) for it in summary.proposals)
    listed = chain(summary.agreements, summary.tensions, summary.open_questions, proposed)
    prose = [summary.overview, summary.critical_answer or "", *listed, *(theme.statement for theme in themes)]
    for paragraph in "\n\n".join(prose).split("\n\n"):
        said = [text for start, end in find_sentences(paragraph) if (text := paragraph[start:end].strip())]
        yield from map(_Piece, said)
        yield from (_Piece(" ".join(row), parts=row) for row in _rows(said))
    if summary.model != SCRIPTED:  # whose labels are the host's questions
        yield from (_Piece(theme.label, is_label=True) for theme in themes)
    yield from (_Piece(quote.text, is_quote=True) for theme in themes for quote in theme.quotes)


def _rows(sentences: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Sentences in a row in which a run may begin in the first and end in the last."""
    amounts = list(map(tokens.measure_amount, sentences))
    for start, (words, characters) in enumerate(amounts):
        between = (0, 0)
        for end in range(start + 1, min(start + CHARACTERS, len(sentences))):
            if between[0] > WORDS - 2 or between[1] > CHARACTERS - 2:
                break
            more = amounts[end]
            if words + between[0] + more[0] >= WORDS or characters + between[1] + more[1] >= CHARACTERS:
                yield tuple(sentences[start : end + 1])
            between = (between[0] + more[0], between[1] + more[1])


def _find_runs(piece: _Piece) -> set[str]:
    """Its runs; of several sentences those that begin in the first and end in the last."""
    runs = cut_runs(piece.text)
    if piece.parts:
        runs -= cut_runs(" ".join(piece.parts[1:])) | cut_runs(" ".join(piece.parts[:-1]))
    return runs


class _Writers:
    """Who wrote which of the words and runs that these pieces have."""

    def __init__(self, pieces: list[_Piece], aggregate: Aggregate, view: SessionView, language: str) -> None:
        self._language = language
        wanted = set(chain.from_iterable(_find_runs(piece) for piece in pieces if not piece.is_quote))
        hosts = join_hosts_texts(view)
        self._kept = wanted & cut_runs("\n".join(filter(None, (view.context, view.harmonica_md))))
        self._hosts = set(map(key_of, tokens.split_spaced_words(hosts)))
        self._hosts_runs = wanted & cut_runs(hosts)
        self._kept -= self._hosts_runs
        self._by: defaultdict[str, set[str]] = defaultdict(set)
        self._runs: defaultdict[str, set[str]] = defaultdict(set)
        self._names: set[str] = set()
        self._nouns: set[str] = set()
        self._plain: set[str] = set()
        for thread_id, point in aggregate.points:
            people = aggregate.people([thread_id])
            self._read(point.quote, people, wanted, self._language_of(point.quote))
            for said in point.own:
                self._read(said, people, wanted, self._language_of(point.text))
        self._names -= self._plain

    def _language_of(self, said: str) -> str:
        """The language of what somebody said, as far as it can be told: what is written as a name is another thing in each."""
        return detect_language(said) or ("" if self._language == NOUNS_HAVE_CAPITALS else self._language)

    def _read(self, said: str, people: set[str], wanted: set[str], language: str) -> None:
        """Note what one thread says; of a test run, which is nobody's, nothing that would let a word pass."""
        for word in read_words(said, language):
            self._by[word.key] |= people
            if word.is_name:
                self._names.add(word.key)
            elif people and word.is_noun:
                self._nouns.add(word.key)
            elif people and not word.is_capital:
                self._plain.add(word.key)
        for run in wanted & cut_runs(said):
            self._runs[run] |= people

    def may_tell(self, piece: _Piece) -> bool:
        """Whether others may be told this."""
        runs = set() if piece.is_quote else _find_runs(piece) - self._hosts_runs
        if any(len(self._runs[run]) < _SEVERAL for run in runs & (self._runs.keys() | self._kept)):
            return False
        if piece.parts:
            return True
        text = normalise(fold_twins(piece.text), "NFKC")
        return not (has_address(text) or has_telephone(text) or self._names_somebody(piece))

    def _names_somebody(self, piece: _Piece) -> bool:
        """Whether it has a name that at most one person is known to have written, and the host did not."""
        language = self._language_of(piece.text) if piece.is_quote else self._language
        for word in read_words(piece.text, language, is_title=piece.is_label):
            writers = self._by.get(word.key)
            if word.key in self._hosts or (writers and len(writers) >= _SEVERAL):
                continue
            if word.is_name or word.key in self._names:
                return True
            if writers is not None and not piece.is_quote and self._may_be_name(word):
                return True
        return False

    def _may_be_name(self, word: Word) -> bool:
        """Whether a German word may be a name, as far as capitals and articles tell."""
        if self._language != NOUNS_HAVE_CAPITALS or word.opens or not word.is_capital:
            return False
        return not word.is_noun and word.key not in self._nouns


def join_hosts_texts(view: SessionView) -> str:
    """Whatever the host wrote of the session, and lets everybody know: the context is for the facilitator alone."""
    session = view.session
    asked = (text for question in view.questions for text in (question.text, *question.options))
    prompt = view.prompt.text if view.prompt else ""
    return "\n".join(filter(None, (session.topic, session.goal, session.critical, prompt, *asked)))
