"""Signs of harm: somebody who is in danger from themselves or from a person near them, and somebody who was once hurt.

What is meant otherwise ("hit me with extra work", "hurt myself when I fell", "打我電話") is taken out first. Where it stays
unclear, it counts as danger: care that was not needed costs less than care that did not come.
"""

import re

from chalicelib.llm.offline import harm_en, harm_zh

_SENTENCE = re.compile(r"[^.!?\n。！？；;]{1,400}")  # a longer one is read in parts


def is_distressed(text: str) -> bool:
    """Whether somebody thinks of ending their life or harming themselves, or is in danger from a person near them."""
    return any(harm_en.is_harm(sentence) or harm_zh.is_harm(sentence) for sentence in _sentences(text))


def was_hurt(text: str) -> bool:
    """Whether somebody tells of violence or a death that they went through, and is in no danger by what they write."""
    told = any(harm_en.is_hurt(sentence) or harm_zh.is_hurt(sentence) for sentence in _sentences(text))
    return told and not is_distressed(text)


def _sentences(text: str) -> list[str]:
    return [" ".join(sentence.split()) for sentence in _SENTENCE.findall(text.replace("’", "'").replace("‘", "'"))]
