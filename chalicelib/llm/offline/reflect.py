"""The participant's words said back: as a clause that is turned to them ("you need more light"), or as a short phrase to quote."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from chalicelib.llm.language import count_chinese, count_words
from chalicelib.llm.offline import clauses, clauses_zh
from chalicelib.llm.offline.clauses import Part
from chalicelib.llm.offline.cues import leans, stance_of
from chalicelib.llm.offline.stopwords import COMMON, FUNCTION
from chalicelib.llm.offline.terms import english_terms
from chalicelib.llm.offline.text import sentences

WHOLE, LONGEST = 10, 18  # words: up to the first a sentence is not divided, beyond the second nothing is said back
WHOLE_CHINESE, LONGEST_CHINESE = 18, 30  # characters
_CONCERN = re.compile(
    r"\b(?:too|never|always|worst|best|worse|better|most|problem|difficult|hard|danger\w*|scar\w+|afraid|fear|"
    r"worr\w+|annoy\w+|miss|missing|lack\w*|wish|hope|want|need\w*|"
    r"should|must|enough|important|unsafe|unfair|slow\w*|late|broken|love|hate)\b",
    re.IGNORECASE,
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
_TURNED = {
    "i": "you", "me": "you", "my": "your", "mine": "yours", "myself": "yourself", "i'm": "you're",
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
_AM = re.compile(r"\byou am\b")
_WRAPPED = re.compile(  # a line that ends in the midst of its sentence
    r"(?<=[\w,])[ \t]*\n[ \t]*(?=[a-z])|(?<=[\u4e00-\u9fff，、,])\s*\n\s*(?=[\u4e00-\u9fff])"
)
_BULLET = re.compile(r"^(?:[-*•_~]|\d{1,2}[.)](?=\s))+\s*")
_WORD = re.compile(r"(?<![\w'-])[A-Za-z]+(?:'[a-z]+)?(?![\w'-])")
_ENDS = " \t、。.!！,，;；/:：*_~–—-"
_PAIRS = ("()", "（）", "“”", "「」", "『』", "[]")


@dataclass(frozen=True, slots=True)
class Reflection:
    """One thing that somebody said: `phrase` as they wrote it, a whole sentence or a clause of it from where that begins,
    with "…" where the rest was left off; `clause` is turned to them, and empty where that would not read well."""

    phrase: str
    clause: str
    weight: int


def reflections(text: str) -> list[Reflection]:
    """What can be said back of a text, in the order it came; nothing rude and nothing private."""
    plain = text.replace("’", "'")
    if plain.isupper() and count_words(plain) > 2:
        plain = plain.lower()
    found = []
    for sentence in sentences(_WRAPPED.sub(" ", plain), lists=False):
        if sentence.rstrip().endswith(("?", "？")):
            continue
        found += [
            replace(made, weight=made.weight + 2 * (place == 0))
            for place, part in enumerate(_parts(sentence))
            if (made := _reflection(part, text))
        ]
    return found


def weightiest(found: Iterable[Reflection]) -> Reflection | None:
    """The one that says most; of equals the first."""
    return max(found, key=lambda made: made.weight, default=None)


def is_rude(text: str) -> bool:
    """Whether a text has words that nobody wants to read again."""
    return bool(_RUDE.search(text))


def _parts(sentence: str) -> list[Part]:
    """What of a sentence may stand for itself."""
    bare = " ".join(_BULLET.sub("", sentence).rstrip(_ENDS).split())
    if count_chinese(bare) > count_words(bare):
        return clauses_zh.parts(bare, WHOLE_CHINESE, LONGEST_CHINESE)
    return clauses.parts(bare, WHOLE, LONGEST)


def _reflection(part: Part, text: str) -> Reflection | None:
    piece = part.text
    if not piece or _PRIVATE.search(piece) or _RUDE.search(piece) or not _is_balanced(piece):
        return None
    return _chinese(part) if count_chinese(piece) > count_words(piece) else _english(part, text)


def _is_balanced(text: str) -> bool:
    """Whether every quotation mark and bracket has its other half."""
    return text.count('"') % 2 == 0 and all(text.count(pair[0]) == text.count(pair[1]) for pair in _PAIRS)


def _english(part: Part, text: str) -> Reflection | None:
    bare = part.text
    weight = _weight(bare)
    words = bare.split()
    if weight < 2 or len(words) > LONGEST or not any(term.naming for term in english_terms(bare)):
        return None
    whole = len(words) >= 3 and (_HEAD.match(bare) or (_SUBJECT.match(bare) and _FINITE.search(" ".join(words[1:8]))))
    whole = whole or re.match(r"(?:i|we)'(?:m|ve|d|ll|re)\s", bare, re.IGNORECASE)
    fluent = whole and not (_ADDRESS.search(bare) or leans(bare) or re.search('[":]', bare))
    said = (
        min(weight, 6)
        + 3 * bool(whole)
        + 3 * (bool(_CONCERN.search(bare)) or stance_of(bare) != "neutral")
        - 4 * leans(bare)
    )
    return Reflection(_uncapped(part.quotable, text), _turned(_uncapped(bare, text)) if fluent else "", said)


def _weight(text: str) -> int:
    """How much a text says: its content words, those that name something twice."""
    return sum(2 if term.naming else 1 for term in english_terms(text))


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
    return _WAS.sub("you were", _AM.sub("you are", _WORD.sub(_second_person, clause)))


def _second_person(found: re.Match[str]) -> str:
    word = found[0]
    return word if word.isupper() and len(word) > 1 and word not in ("I'M", "I'D") else _TURNED.get(word.lower(), word)


def _chinese(part: Part) -> Reflection | None:
    bare = part.text
    size = clauses_zh.size(bare)
    if not 3 <= size <= LONGEST_CHINESE:
        return None
    fluent = (
        (size >= 6 or _CHINESE_DENIAL.search(bare))
        and not _ADDRESS.search(bare)
        and not re.search(r"^(?:是|的|了|等|跟|和|或)|[“”「」\"]|我國|我国|自我|豈|岂|難道|难道|怎可|哪能", bare)
    )
    turned = re.sub(r"我們|我们", "你們" if "們" in bare else "你们", bare).replace("我", "您")
    leaning = bool(_CHINESE_LEANING.match(bare))
    weight = min(size, 12) + 7 * bool(_CHINESE_CONCERN.search(bare)) - 5 * leaning
    return Reflection(part.quotable, turned if fluent and not leaning else "", weight)
