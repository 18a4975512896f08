"""Stance by its simplest signs: what a sentence wants more of, or less of."""

import re

_FOR = re.compile(
    r"\b(?:should(?! not|n't|n’t)|needs?(?! not)|must(?! not)|more|better|support|supports|love|great|good|welcome|benefit|benefits|important|improve|expand|help|please|like|agree|encourage|want|proud)\b"
    r"|應該|应该|需要|支持|希望|贊成|赞成|喜歡|喜欢|方便|更好|優|优|安心|同意|鼓勵|鼓励",
    re.IGNORECASE,
)
_AGAINST = re.compile(
    r"\b(?:should not|shouldn't|shouldn’t|must not|no|not|never|don't|don’t|doesn't|doesn’t|isn't|isn’t|stop|ban|against|oppose|hate|bad|terrible|dangerous|too|worse|waste|wrong|lack|lacks|without|unfair|"
    r"problem|problems|fail|failing|illegal|ridiculous|silly|less|fewer|end|eliminate|disagree)\b|不應|不应|不該|不该|反對|反对|不要|不能|不是|違法|违法|非法|取締|取缔|禁止|問題|问题|風險|风险|危險|危险|不公|沒有|没有|威脅|威胁",
    re.IGNORECASE,
)


def stance_of(text: str) -> str:
    """`for`, `against`, `mixed` or `neutral`."""
    wants, rejects = bool(_FOR.search(text)), bool(_AGAINST.search(text))
    if text.rstrip().endswith(("?", "？")) or not (wants or rejects):
        return "neutral"
    if wants and rejects:
        return "mixed"
    return "for" if wants else "against"
