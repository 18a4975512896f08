"""Whether somebody wants to end the conversation.

A message is read in sentences and these in pieces between commas. Each piece that ends the conversation does so as a
whole: the same words with anything more around them ("nothing to add to the playground but shade") are an answer. Clear
endings count beside other pieces, plain ones ("enough", "that's it") only where the message holds nothing else.
"""

import re
from collections.abc import Sequence

from chalicelib.llm.language import count_chinese, count_words
from chalicelib.llm.offline import enough_en, enough_zh
from chalicelib.llm.offline.enough_en import Kind

LONGEST, LONGEST_CHINESE = 120, 40  # characters of a piece; nobody takes leave in more

_SENTENCE = re.compile(r"[.!?;…\n。！？；]+")
_PIECE = re.compile(
    r"[,:，、：~～—–(){}（）\[\]\"“”「」*_]+|\s+-+\s+|\s+(?=(?:but|and|so|because|cause|cos|since) i\b)"
)
_PIECE_CHINESE = re.compile(rf"{_PIECE.pattern}|\s+")


def wants_to_stop(text: str) -> bool:
    """Whether a message says that it is enough, alone or beside what else it says."""
    read = [_kinds(sentence) for sentence in _sentences(text)]
    kinds = {kind for sentence in read for kind in sentence}
    if kinds & {"clear", "leaving", "plain"} and "other" not in kinds:
        return True
    return any(_ends(sentence) for sentence in read)


def besides_stopping(text: str) -> str:
    """What a message says besides that it is enough: its sentences that have no part in that."""
    told = [sentence for sentence in re.split(r"(?<=[.!?;…。！？；])\s*|\n+", text) if sentence.strip()]
    return "\n".join(sentence for sentence in told if not set(_kinds(_plain(sentence))) & {"clear", "leaving", "plain"})


def _ends(kinds: Sequence[Kind]) -> bool:
    """Whether a sentence ends the conversation, whatever stands around it."""
    clear = [kind for kind in kinds if kind != "filler"]
    if not clear:
        return False
    if "other" not in clear:
        return bool({"clear", "leaving"} & set(clear))
    return "clear" in (clear[0], clear[-1])


def _kinds(sentence: str) -> list[Kind]:
    chinese = count_chinese(sentence) > count_words(sentence)
    pieces = [piece.strip() for piece in (_PIECE_CHINESE if chinese else _PIECE).split(sentence) if piece.strip()]
    kinds = [_kind(_bare(piece), chinese=chinese) for piece in pieces]
    condition = enough_zh.CONDITION if chinese else enough_en.CONDITION
    conditional = any(condition.match(piece) for piece in pieces)
    return ["other" if conditional and kind != "other" else kind for kind in kinds]


def _kind(piece: str, *, chinese: bool) -> Kind:
    if len(piece) > (LONGEST_CHINESE if chinese else LONGEST):
        return "other"
    patterns = enough_zh.KINDS if chinese else enough_en.KINDS
    for kind, pattern in patterns.items():
        if pattern.fullmatch(piece if chinese else f"{piece} "):
            return kind
    return "other"


def _sentences(text: str) -> list[str]:
    return [piece for piece in _SENTENCE.split(_plain(text)) if any(map(str.isalnum, piece))]


def _bare(piece: str) -> str:
    return " ".join(re.sub(r"[.!?;…。！？；]+", " ", piece).split())


def _plain(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'").lower()
