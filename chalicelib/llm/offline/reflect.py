"""The participant's words said back: as a clause that is turned to them ("you need more light"), or as a short phrase to quote."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from chalicelib.llm.language import count_chinese, count_words
from chalicelib.llm.offline.cues import leans, stance_of
from chalicelib.llm.offline.stopwords import COMMON, FUNCTION
from chalicelib.llm.offline.terms import english_terms
from chalicelib.llm.offline.text import sentences

LONGEST_CLAUSE, LONGEST_PHRASE = 14, 9  # words
LONGEST_CHINESE = 18  # characters
_CUT = re.compile(
    r"\s*[,;:()\[\]–—，；：（）\n]\s*|\s[-/]\s|[.!?。！？]+(?:\s|$|(?=[\u4e00-\u9fff]))|\.{2,}|…|"
    r"\s(?:because|but|although|though|whereas|while|until|unless|since|whenever|even if|so that|when)\s|"
    r"\sand (?=(?:i|we|they|it|there|people|nobody|everybody|everyone|none|nothing|then|that|this)\s)|"
    r"\sso (?=(?:i|we|they|it|there|people|nobody|everybody)\s)",
    re.IGNORECASE,
)
_FILLER = re.compile(
    r"(?:(?:well|ok|okay|yes|yeah|no|nope|sure|honestly|frankly|actually|basically|personally|maybe|perhaps|"
    r"also|and|but|so|then|because|hmm|um|uh|oh|"
    r"to be honest|in my (?:opinion|view|experience)|for me|as far as i know|of course|i mean|you know|"
    r"like i said|first of all|mostly|mainly|again|still|"
    r"i (?:really |just |also )?(?:think|feel|believe|guess|suppose|find|would say|would argue|know|am sure|"
    r"am convinced|'d say)(?: that)?|"
    r"i(?:'m| am) (?:pretty |quite )?(?:sure|convinced|afraid|certain) that|it seems(?: to me)?(?: that)?|"
    r"my (?:view|opinion|feeling) is(?: that)?|"
    r"the (?:problem|thing|point|fact) is(?: that)?|that)[,\s]+)+",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[,\s]+(?:i guess|i think|i suppose|i believe|or something|or so|you know|as well|too|maybe|please|"
    r"though|really|for sure|of course))+$",
    re.IGNORECASE,
)
_CONCERN = re.compile(
    r"\b(?:too|never|always|worst|best|worse|better|most|problem|difficult|hard|danger\w*|scar\w+|afraid|fear|"
    r"worr\w+|annoy\w+|miss|missing|lack\w*|wish|hope|want|need\w*|"
    r"should|must|enough|important|unsafe|unfair|slow\w*|late|broken|love|hate)\b",
    re.IGNORECASE,
)
_CHINESE_FILLER = re.compile(
    r"^(?:嗯|呃|喔|哦|那個|那个|其實|其实|就是說?|就是说?|我(?:個人|个人)?(?:會|会|真的|也|還是|还是)?(?:覺得|"
    r"觉得|認為|认为|想說|想说|相信|感覺|感觉)|"
    r"老實說|老实说|坦白說|坦白说|基本上|因為|因为|所以|而且|但是|但|可是|不過|不过|然後|然后|還有|还有|另外|"
    r"例如|比如說?|比如说?|像是|對我來說|对我来说|"
    r"如果|雖然|虽然|首先|最重要的是|主要是|可能|的話|的话|應該說|应该说|再來|再来|也)+"
)
_CHINESE_LEANING = re.compile(
    r"(?:因為|因为|所以|而且|不然|否則|否则|這|这|那|他|她|它|牠|只能|只有|到了|結果|结果|聽說|听说|真的|很|"
    r"非常|太|應該|应该|都|後來|后来|然後|然后|如果|雖然|虽然)"
)
_CHINESE_CONCERN = re.compile(
    r"危險|危险|太|沒有|没有|不夠|不够|應該|应该|希望|需要|差點|差点|問題|问题|最(?!好)|安全|困難|困难|難|难|怕|"
    r"擔心|担心|喜歡|喜欢|必須|必须|不能|不要|不公|改善|保留|缺"
)
_SUBJECT = re.compile(
    r"(?:i|i'm|i've|i'd|i'll|we|we're|we've|we'd|we'll|they|they're|there|it|it's|people|everyone|everybody|"
    r"nobody|somebody|someone|the|my|our|this|that|these|"
    r"those|every|each|many|most|some|few|a|an|no|all|their|his|her|children|kids|parents|cars|drivers|buses|"
    r"students|teachers|residents|neighbou?rs|in|at|on|during|last|today|now|usually|often|sometimes|nothing|"
    r"none|both)\b",
    re.IGNORECASE,
)
_HEAD = re.compile(
    r"(?!(?:what|which|who|why|how|where|when|if|as|to|for|with|of|by|than|not|whether|or|like|about|from|into|"
    r"because|without|while)\b)"
    r"\S+ (?:(?!that|which|who)\S+ )?(?:is|are|was|were|has|have|needs?|should|can't|don't|doesn't|must|will|"
    r"won't|would|isn't|aren't|cannot|can|helped|helps?)\b",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"\b(?:not|no|never|nobody|none|nothing|without|hardly|neither|nor|cannot|against|stop|few|less)\b|n't\b",
    re.IGNORECASE,
)
_CHINESE_DENIAL = re.compile(r"[不沒没別别無无非少太]")
_FINITE = re.compile(
    r"\b(?:is|are|was|were|am|has|have|had|do|does|did|don't|doesn't|didn't|can|can't|cannot|could|couldn't|"
    r"should|shouldn't|must|will|won't|would|wouldn't|"
    r"isn't|aren't|wasn't|weren't|haven't|hasn't|i'm|i've|i'd|i'll|we're|we've|we'd|we'll|they're|it's|needs?|"
    r"wants?|comes?|goes|gets?|feels?|makes?|takes?|lacks?|"
    r"keeps?|works?|helps?|costs?|runs?|looks?|seems?|stands?|stays?|stops?|starts?|knows?|likes?|loves?|hates?|"
    r"lives?|uses?|waits?|gives?|shows?|"
    r"tells?|thinks?|matters?|opens?|closes?|breaks?|broke|fails?|failed|went|came|got|felt|made|took|lost|"
    r"found|saw|learned|stopped|started|worked|"
    r"helped|tried|wanted|needed|waited|changed|changes?|moved|paid|pays?|spends?|spent|drives?|drove|walks?|"
    r"bring|brings|brought|leaves?|left|"
    r"happens?|happened|scares?|scared|worries|annoys?|bothers?|hurts?|blocks?|prevents?|allows?|lets?|turns?|"
    r"becomes?|became|says?|said|asks?|asked|rides?|rode|cycles?|hears?|heard|reads?|buys?|bought|sells?|grows?|"
    r"grew|falls?|fell|turned|loses?|wins?|meets?|talks?|listens?|ignores?|ignored|offers?|supports?|deserves?|"
    r"depends?|belongs?|struggles?|hopes?|wish|wishes|enjoys?|enjoyed|visits?|visited|comes|complained|causes?|"
    r"caused|forgets?|forgot|ends?|ended|means?|meant|prefers?|miss|misses|missed|go|come)\b",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"\b(?:you|your|yours|you're|yourself)\b|[你您]", re.IGNORECASE)
_PRIVATE = re.compile(r"@|https?:|www\.|\d{5,}|[<>{}\\|]")
_RUDE = re.compile(
    r"\b(?:fuck\w*|shit\w*|bullshit|asshole|idiots?|idiotic|stupid|moron\w*|bitch|bastard|crap\w*|damn\w*|"
    r"sucks?|dumb)\b|白痴|智障|他媽|他妈|幹你|操你|混蛋|垃圾|笨蛋|廢話|废话|狗屁",
    re.IGNORECASE,
)
_SEAM = re.compile(
    r"\s(?=(?:and|or|to|for|in|at|on|with|by|of|from|that|which|who|if|as|than|about|after|before|during|into)\s)",
    re.IGNORECASE,
)
_TURNED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "am": "are", "i'm": "you're",
    "i've": "you've", "i'd": "you'd", "i'll": "you'll", "we": "you", "us": "you", "our": "your", "ours": "yours",
    "ourselves": "yourselves", "we're": "you're", "we've": "you've", "we'd": "you'd", "we'll": "you'll",
}  # fmt: skip
_COMMON_ENDINGS = (
    "ty",
    "ness",
    "ion",
    "ment",
    "ers",
    "ies",
    "ces",
    "ges",
    "ses",
    "hts",
    "nts",
    "rks",
    "lls",
    "ees",
    "rds",
    "ths",
    "ces",
    "ads",
)
_WAS = re.compile(r"\byou was\b")
_EDGE_WORDS = frozenset(
    word
    for word in FUNCTION - {"more", "too", "own", "every", "all", "only", "many", "most", "some"}
    if not _DENIAL.search(word)
)


@dataclass(frozen=True, slots=True)
class Reflection:
    """One thing that somebody said: `phrase` exactly as they wrote it; `clause` turned to them, empty where that would not read well."""

    phrase: str
    clause: str
    weight: int


def reflections(text: str) -> list[Reflection]:
    """What can be said back of a text, in the order it came; nothing rude and nothing private."""
    plain = text.replace("’", "'")
    if plain.isupper() and count_words(plain) > 2:
        plain = plain.lower()
    found = []
    for sentence in sentences(plain):
        if sentence.rstrip().endswith(("?", "？")):
            continue
        pieces = [made for piece in _CUT.split(sentence) if piece and (made := _reflection(piece, text))]
        found += [replace(made, weight=made.weight + 2 * (place == 0)) for place, made in enumerate(pieces)]
    return found


def weightiest(found: Iterable[Reflection]) -> Reflection | None:
    """The one that says most; of equals the first."""
    return max(found, key=lambda made: made.weight, default=None)


def is_rude(text: str) -> bool:
    """Whether a text has words that nobody wants to read again."""
    return bool(_RUDE.search(text))


def _reflection(piece: str, text: str) -> Reflection | None:
    if _PRIVATE.search(piece) or _RUDE.search(piece):
        return None
    piece = piece.strip(" \t\"'“”‘’「」『』*_-~、。.!！")
    return _chinese(piece) if count_chinese(piece) > count_words(piece) else _english(piece, text)


def _english(piece: str, text: str) -> Reflection | None:
    filler = _FILLER.match(piece + " ")
    bare = piece[filler.end() :].strip() if filler else piece
    bare = _TAIL.sub("", bare)
    weight = _weight(bare)
    words = bare.split()
    if weight < 2 or not any(term.naming for term in english_terms(bare)):
        return None
    whole = (
        3 <= len(words) <= LONGEST_CLAUSE
        and (_HEAD.match(bare) or (_SUBJECT.match(bare) and _FINITE.search(" ".join(words[1:8]))))
        and not _ADDRESS.search(bare)
    )
    whole = whole or (
        len(words) <= LONGEST_CLAUSE
        and re.match(r"(?:i|we)'(?:m|ve|d|ll|re)\s", bare, re.IGNORECASE)
        and not _ADDRESS.search(bare)
    )
    phrase = bare if whole and len(words) <= LONGEST_PHRASE else _short(words, bare)
    said = (
        min(weight, 6)
        + 3 * bool(whole)
        + 3 * (bool(_CONCERN.search(bare)) or stance_of(bare) != "neutral")
        - 4 * leans(bare)
    )
    return Reflection(
        _uncapped(phrase, text), _turned(_uncapped(bare, text)) if whole and not leans(bare) else "", said
    )


def _weight(text: str) -> int:
    """How much a text says: its content words, those that name something twice."""
    return sum(2 if term.naming else 1 for term in english_terms(text))


def _short(words: list[str], bare: str) -> str:
    """The whole where it is short, else its weightiest stretch between two seams; bare function words at the edges are left off."""
    if len(words) <= LONGEST_PHRASE:
        return _trimmed(words)
    pieces = [part.split() for part in _SEAM.split(bare)]
    stretches = [
        [word for piece in pieces[start:end] for word in piece]
        for start in range(len(pieces))
        for end in range(start + 1, len(pieces) + 1)
    ]
    fitting = [stretch for stretch in stretches if 2 <= len(stretch) <= LONGEST_PHRASE] or [words[:LONGEST_PHRASE]]
    if _DENIAL.search(bare):  # a part without it would say the opposite
        fitting = [stretch for stretch in fitting if _DENIAL.search(" ".join(stretch))] or [words[:LONGEST_PHRASE]]
    best = max(fitting, key=lambda stretch: (2 * (stretch[0] == words[0]) + _weight(" ".join(stretch)), -len(stretch)))
    return _trimmed(best)


def _trimmed(words: list[str]) -> str:
    start, end = 0, len(words)
    if end <= 3:
        return " ".join(words)
    while (
        start < end - 1
        and words[start].lower() in _EDGE_WORDS
        and words[start].lower() not in ("i", "we", "the", "my", "our")
    ):
        start += 1
    while end > start + 1 and words[end - 1].lower() in _EDGE_WORDS:
        end -= 1
    return " ".join(words[start:end])


def _uncapped(phrase: str, text: str) -> str:
    """Small at the head, where only the head of a sentence made it large."""
    head = phrase.split()[0] if phrase else ""
    lower = head.lower()
    if (
        head.istitle()
        and lower != "i"
        and (lower in FUNCTION or lower in COMMON or lower.endswith(_COMMON_ENDINGS) or f" {lower}" in text)
    ):
        return phrase[0].lower() + phrase[1:]
    return phrase


def _turned(clause: str) -> str:
    """First person into second."""
    words = [_TURNED.get(word.lower(), word) for word in clause.split()]
    return _WAS.sub("you were", " ".join(words))


def _chinese(piece: str) -> Reflection | None:
    bare = _CHINESE_FILLER.sub("", piece).strip("，、 ")
    bare = re.sub(r"(?:吧|啊|啦|喔|哦|呢|耶|囉|嘛)+$", "", bare)
    size = count_chinese(bare) + 2 * count_words(bare)
    if size < 3:
        return None
    if size > LONGEST_CHINESE:
        return _chinese_part(bare)
    whole = (
        (size >= 6 or _CHINESE_DENIAL.search(bare))
        and not _ADDRESS.search(bare)
        and not re.search(r"^(?:是|的|了|等|跟|和|或)", bare)
    )
    turned = re.sub(r"我們|我们", "你們" if "們" in bare else "你们", bare).replace("我", "您")
    leaning = bool(_CHINESE_LEANING.match(piece))
    weight = min(size, 12) + 7 * bool(_CHINESE_CONCERN.search(bare)) - 5 * leaning
    return Reflection(bare, turned if whole and not leaning else "", weight)


def _chinese_part(bare: str) -> Reflection | None:
    """Of a long clause, the part after a word that begins another, or before it."""
    parts = list(re.split(r"(?:，|、|因為|因为|所以|但是|而且|並且|并且|如果|以及|或者|就|才|也|都|來|来|讓|让)", bare))
    fitting = [
        part.strip(" 的了") for part in parts if 4 <= count_chinese(part) + 2 * count_words(part) <= LONGEST_CHINESE
    ]
    if _CHINESE_DENIAL.search(bare):
        fitting = [part for part in fitting if _CHINESE_DENIAL.search(part)]
    best = max(fitting, key=len, default="")
    return Reflection(best, "", min(len(best), 10)) if best else None
