"""Where a Chinese sentence may be cut, so that what is left says what its writer said.

Its comma stands between clauses that may belong together in every way, so a part begins where the sentence begins, or
behind a word that turns or concludes; it ends at a comma, and only before what neither denies nor restricts it.
"""

import re

from chalicelib.llm.language import count_chinese, count_words
from chalicelib.llm.offline.clauses import Part

_LINK = r"(?:但是|但|可是|不過|不过|所以|而且|然後|然后|另外)"
_COMMA = re.compile(r"\s*[，,]\s*")
_SPACE = re.compile(r"(?<=[\u4e00-\u9fff])\s+(?=[\u4e00-\u9fff])")  # stands for a comma where there is none
_HEAD = re.compile(rf"^(?:(?:嗯|呃|喔|哦|好吧|那個|那个|是的|對|对)[，,\s]+)*{_LINK}?[，,]?\s*(?=\S)")
_TURN = re.compile(r"(?:但是|但|可是|不過|不过)[，,]?\s*")
# What reaches over the clauses behind it: conditions, concessions, pairs and times, which ask for what follows …
_ASKING = re.compile(
    r"如果|若|假如|假設|假设|要是|倘|除非|只要|只有|既然|雖然|虽然|雖|虽|儘管|尽管|即使|即便|就算|不管|無論|无论|不論|不论|與其|与其|不是|"
    r"不但|不僅|不仅|不只|除了|的話|的话|時$|时$|時候|时候|之後$|之后$|以前$|以後$|以后$|一方面|因為|因为|由於|由于|為了|为了|每次|一旦|"
    r"對於|对于|關於|关于|至於|至于|說到|说到|比起|相較|相较|^當|^当"
)
# … and what others say or think, what is wished, and what is denied.
_REACHING = re.compile(
    r"有人|人說|人说|他們說|他们说|聽說|听说|據說|据说|所謂|所谓|號稱|号称|宣稱|宣称|以為|以为|不認為|不认为|不覺得|不觉得|不相信|不代表|不表示|"
    r"不等於|不等于|難道|难道|怎麼|怎么|是否|為什麼|为什么|或者|還是|还是|希望|主張|主张|反對|反对|不該|不该|不應|不应|不能|不要|不可|無法|无法|"
    r"禁止|別|别"
)
# What may not be left off behind a part.
_HOLDING = re.compile(
    r"不|就|但|沒|没|無|无|非|別|别|未|可是|卻|却|而是|除非|除了|如果|若|要是|假如|只要|只有|才|否則|否则|前提|或者|或是|的話|的话|時|时候|之前|的是|是錯|是错|"
    r"騙|骗|開玩笑|开玩笑|反而|反之|才怪"
)
_BOUND_END = re.compile(
    r"(?:的話|的话|時|时|時候|时候|之後|之后|以後|以后|以前|之前|"
    r"下|上|中|裡|里|來說|来说|而言|來看|来看|的|和|跟|與|与|或|及|是|在)$"
)
_VERBAL = re.compile(
    r"是|有|要|會|会|能|應|应|該|该|可|讓|让|太|很|最|不|沒|没|無|无|"
    r"比|被|把|需|使|給|给|得|了|著|着|過|过|都|也|就|才|常|嫌|怕|想|愛|爱|喜|去|來|来|走|做|多|少|高|低|好|差|快|慢"
)
_BOUND_START = re.compile(
    r"(?:又|更|還|还|由|就|才|那麼|那么|都|也|則|则|便|的|而|並|并|卻|却|否則|否则|是|讓|让|使|導致|导致|造成)"
)
_HELD = re.compile(r"^(?:我|個人|个人)*(?:會|会|真的|也|還是|还是)?(?:覺得|觉得|認為|认为|相信|感覺|感觉|想)")
_SHORTEST = 4


def parts(sentence: str, whole: int, longest: int) -> list[Part]:
    """What can be quoted: the sentence where it is at most `whole` long, else clauses from where one may begin."""
    sentence = _HEAD.sub("", sentence, count=1).strip("，、, ")
    if size(sentence) <= whole:
        return [Part(sentence)]
    comma = _COMMA if _COMMA.search(sentence) else _SPACE
    seams = [match.span() for match in comma.finditer(sentence)]
    starts, ends = [0, *(end for _, end in seams)], [*(at for at, _ in seams), len(sentence)]
    found = []
    for place, start in enumerate(starts):
        turn = _TURN.match(sentence, start)
        if start == 0 or (turn and not _reached(comma.split(sentence[:start]))):
            begin = turn.end() if turn else start
            if part := _longest(sentence, begin, ends[place:], longest):
                found.append(part)
    return found


def size(text: str) -> int:
    """How long a text is, in Chinese characters; a word of Latin letters counts for two."""
    return count_chinese(text) + 2 * count_words(text)


def _reached(clauses: list[str]) -> bool:
    """Whether one of the clauses reaches over what comes after it."""
    return any(_ASKING.search(clause) or _REACHING.search(clause) for clause in clauses)


def _longest(sentence: str, begin: int, ends: list[int], longest: int) -> Part | None:
    """The longest part from here that fits and may end where it does."""
    for place in reversed(range(len(ends))):
        text, tail = sentence[begin : ends[place]].strip(), sentence[ends[place] :].strip("，、, ")
        if _BOUND_START.match(text) or not _SHORTEST <= size(text) <= longest:
            continue
        last = sentence[max(begin, ends[place - 1] if place else begin) : ends[place]].strip("，, ")
        if not tail or (_ends(last) and not _ASKING.search(text) and not _HOLDING.search(tail)):
            return Part(text, open=bool(tail))
    return None


def _ends(clause: str) -> bool:
    """Whether a clause says something by itself: it has a verb, and is not bound to what follows."""
    return not _BOUND_END.search(clause) and bool(_VERBAL.search(_HELD.sub("", clause)))
