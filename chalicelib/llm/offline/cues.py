"""Signs that the offline model goes by: wanting, rejecting, leaning on the sentence before."""

import re

_IGNORING_CASE = re.IGNORECASE


def _words(listed: str) -> str:
    """An alternation of words and `_`-joined phrases."""
    return "|".join(word.replace("_", " ") for word in sorted(listed.split(), key=len, reverse=True))


_FOR = re.compile(
    r"\b(?:(?:should|needs?|must)(?! not|n't)|"
    + _words("more better support supports love great good welcome benefit benefits important improve expand help")
    + "|"
    + _words("please like agree encourage want proud")
    + r")\b|"
    + _words("應該 应该 需要 支持 希望 贊成 赞成 喜歡 喜欢 方便 更好 優 优 安心 同意 鼓勵 鼓励"),
    _IGNORING_CASE,
)
_AGAINST = re.compile(
    r"\b(?:(?:should|must|do|does|did|is|are|can|would|wo)(?: not|n't)|cannot|"
    + _words("no not never dont stop ban against oppose eliminate disagree abolish reject prohibit forbid")
    + r")\b|"
    + _words("不應 不应 不該 不该 反對 反对 不要 不能 不是 違法 违法 非法 取締 取缔 禁止 不公 沒有 没有 威脅 威胁"),
    _IGNORING_CASE,
)
# These deny a lack, not a wish.
_NO_DENIAL = re.compile(
    r"\b(?:not enough|not only|no longer|no matter|not just|no one|why not)\b|不只|不僅|不仅", _IGNORING_CASE
)
_LEANING = re.compile(
    r"(?:"
    + _words("this that it its it's they these those them he she which and but so because also otherwise then instead")
    + r"|such|for example|e\.g)\b|"
    + _words("而且 但是 因為 因为 所以 這樣 这样 例如 並且 并且 不過 不过"),
    _IGNORING_CASE,
)


def stance_of(text: str) -> str:
    """`for`, `against`, `mixed` or `neutral`, by what a sentence wants more of, or less of."""
    plain = _NO_DENIAL.sub(" ", _plain(text))
    wants, rejects = bool(_FOR.search(plain)), bool(_AGAINST.search(plain))
    if plain.rstrip().endswith(("?", "？")) or not (wants or rejects):
        return "neutral"
    if wants and rejects:
        return "mixed"
    return "for" if wants else "against"


def leans(sentence: str) -> bool:
    """Whether a sentence begins as a continuation of the one before it."""
    return bool(_LEANING.match(_plain(sentence)))


def _plain(text: str) -> str:
    return text.replace("’", "'")
