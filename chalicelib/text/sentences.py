"""Where sentences end, in any script, and which of them ask something.

A mark ends a sentence where it stands at the end of a word. The dot of a list number, of an abbreviation or inside a
number, and a mark inside an address, end none. Thai has no such marks: a line of it is one sentence.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from chalicelib.text.tokens import is_unspaced

Span = tuple[int, int]

QUESTION_MARKS = "?？؟՞፧‽⁇⁈⁉\u037e"
_ASKING = re.compile(f"[;{QUESTION_MARKS}]")  # a text without any asks nothing
_WIDE = "。！？｡．؟۔।॥።፧។။"  # no gap has to follow these
_ENDS = f".!?…։‽⁇⁈⁉\u037e;{_WIDE}"
_BOTH_WAYS = "\"'*_~"  # may close what is before them, or open what follows
_CLOSERS = f"{_BOTH_WAYS}”’»›)）]}}」』】》〉"
_LINES = "\n\r\v\f\x1c-\x1e\x85\u2028\u2029"
_END = re.compile(rf"(?P<marks>[{_ENDS}]+)[{re.escape(_CLOSERS)}]*|[{_LINES}]+")
_NOT_WHITE = re.compile(r"\S")
_NEXT = re.compile(r"[\s\"'“„«‹‘(\[*_¿¡-]{0,20}(?P<first>\w?)")
_ASCII_RUN = re.compile(r"[!-~]+")
_ADDRESS = re.compile(r"://|^\W*www\.|\w@\w|\w\.\w+[/?]\w", re.ASCII)
_AFTER_ADDRESS = ".,;:!?\"')]}>*_~"
_NEAR = 2_000  # characters in which a text is cut at the end of a sentence
_LONGEST = 8  # letters of an abbreviation or a list number, and a few marks before them
_ENUMERATOR = re.compile(r"[\s\-*+•#>(\[\"'“„]*(?:\d{1,3}|[a-zA-Z])")
_ENTRY = re.compile(r"[\s\-*+•#>]*(?:\(?\d{1,3}[.)]\s+)?[\s\-*+•#>]*")
_LAST_WORD = re.compile(r"(?:^|(?P<inner>\.)|[\s\"'“„«(\[*_-])(?P<word>[^\W_]+)$")
_SHORTENED = (
    "mr mrs ms dr prof st jr vs approx dept est fig vol cf eg ie esp incl "
    "bzw ca nr hr fr abs ggf evtl inkl exkl vgl zzgl sog str tel min max bspw dipl ing geb "
    "sra srta dña ej ud uds núm pág aprox mme mlle ex art chap réf "
    "гр ул руб тыс млн стр см напр"
)
_ABBREVIATIONS = frozenset(_SHORTENED.split())
_BEFORE_NUMBERS = frozenset(("no", "nos", "p", "pp", "sec", "ch", "op"))


def split_sentences(text: str) -> list[str]:
    """The sentences of a text, without the white space around them; a line end is an end, too."""
    return [text[start:end].strip() for start, end in find_spans(text)]


def find_spans(text: str, whole: Iterable[Span] = ()) -> Iterator[Span]:
    """Where the sentences of a text begin and end, with the white space before them: together they are the whole text.

    None of the stretches that are `whole`, given in order, is cut.
    """
    addresses, kept = _Stretches(_addresses(text)), _Stretches(list(whole))
    start, first = 0, _first(text, 0)
    for found in _END.finditer(text):
        at, cut = found.start(), found.end()
        if marks := found["marks"]:
            cut = _without_openers(text, cut, at + len(marks))
            if stretch := kept.around(cut):
                cut = stretch[0] if stretch[0] >= at + len(marks) else -1
        elif kept.around(at):
            continue
        if cut > first and not addresses.has(at) and (not marks or _ends(text, first, at, cut)):
            yield start, cut
            start, first = cut, _first(text, cut)
    if first < len(text):
        yield start, len(text)


def cut_at_sentence(text: str, most_bytes: int) -> str:
    """The beginning of a text, at most so many bytes of UTF-8: up to the end of a sentence where one is near, else of a word."""
    if len(text.encode()) <= most_bytes:
        return text
    head = text.encode()[:most_bytes].decode(errors="ignore")
    near = max(0, len(head) - _NEAR)
    found = list(find_spans(head[near:]))
    if len(found) > 1:
        return head[: near + found[-1][0]].rstrip()
    return (head[: head.rfind(" ")] if " " in head[near:] else head).rstrip()


def is_question(sentence: str) -> bool:
    """Whether a sentence ends with a question mark of some script; quotation marks and brackets may follow it."""
    end = sentence.rstrip(f"{_CLOSERS} \t\n\r\u3000\u00a0\u202f\u200b")
    if end.endswith(";"):
        return _is_greek(end.rstrip("; \u00a0")[-1:])
    marks = end[len(end.rstrip(f".!…！{QUESTION_MARKS}")) :]
    return any(mark in QUESTION_MARKS for mark in marks)


def list_questions(text: str) -> list[str]:
    """The sentences of a text that ask something, without what marks them as entries of a list."""
    if not _ASKING.search(text):
        return []  # where sentences end need not be found out
    asked = (_ENTRY.sub("", sentence, count=1) for sentence in split_sentences(text) if is_question(sentence))
    return [question for question in asked if any(map(str.isalnum, question))]


class _Stretches:
    """Stretches of a text that don't overlap, in order."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans, self._starts = spans, [start for start, _ in spans]

    def has(self, place: int) -> bool:
        """Whether the character at this place is in one."""
        at = bisect_right(self._starts, place) - 1
        return at >= 0 and place < self._spans[at][1]

    def around(self, cut: int) -> Span | None:
        """The one that a cut before this place would part."""
        at = bisect_right(self._starts, cut - 1) - 1
        return self._spans[at] if at >= 0 and cut < self._spans[at][1] else None


def _addresses(text: str) -> list[Span]:
    """Where the text has addresses of pages and of mail, without the marks behind them."""
    found = []
    for run in _ASCII_RUN.finditer(text):
        if ("." in run[0] or "://" in run[0]) and _ADDRESS.search(run[0]):
            found.append((run.start(), run.start() + len(run[0].rstrip(_AFTER_ADDRESS))))
    return found


def _first(text: str, start: int) -> int:
    found = _NOT_WHITE.search(text, start)
    return found.start() if found else len(text)


def _without_openers(text: str, cut: int, least: int) -> int:
    """The end without quotation marks that open what follows right behind them."""
    if cut < len(text) and not text[cut].isspace():
        return least + len(text[least:cut].rstrip(_BOTH_WAYS))
    return cut


def _ends(text: str, first: int, at: int, cut: int) -> bool:
    """Whether the marks from `at`, with what closes behind them up to `cut`, end the sentence that begins at `first`."""
    mark, after = text[at], text[cut : cut + 1]
    if mark == ";":
        return _is_greek(text[at - 1 : at].strip() or text[max(at - 2, 0) : at - 1]) and not after.strip()
    if mark == "．" and text[at - 1 : at].isdigit() and after.isdigit():
        return False
    if not after or mark in _WIDE:
        return True
    if not after.isspace():
        return mark not in ".…" and (after.isupper() or is_unspaced(after))
    found = _NEXT.match(text, cut)
    following = found["first"] if found else ""
    if mark in ".…":
        return not following.islower() and not (cut == at + 1 and _is_dotted(text, first, at, following))
    return not (following.islower() and text[cut - 1] in _CLOSERS)


def _is_dotted(text: str, first: int, at: int, following: str) -> bool:
    """Whether the dot belongs to a list number or an abbreviation."""
    if at - first <= _LONGEST and _ENUMERATOR.fullmatch(text, first, at):
        return True
    found = _LAST_WORD.search(text[max(at - _LONGEST - 1, first) : at])
    if not found or len(found["word"]) > _LONGEST:
        return False
    word = found["word"].casefold()
    if len(word) == 1 and word.isalpha() and not is_unspaced(word):
        return found["word"] != "I"
    if found["inner"] and word.isalpha():
        return len(word) <= 3
    return word in _ABBREVIATIONS or (word in _BEFORE_NUMBERS and following.isdigit())


def _is_greek(character: str) -> bool:
    return "\u0370" <= character <= "\u03ff" or "\u1f00" <= character <= "\u1fff"
