"""Reasoning and calls that a model writes into its words: taken off where they stand in front, else no answer.

Models with little effort, and small ones on servers of one's own, let their reasoning out in tags, or write a call out as text. What
only the facilitator's words to a participant may not have is looked for where those are made.
"""

import re
from typing import Final

_REASONING: Final = "think|thinking|thought|thoughts|reasoning|analysis|reflection|inner_monologue|scratchpad"
_CALLS: Final = "tool_calls?|tool_use|tool_code|function_calls?|function=|invoke name="
_IN_FRONT: Final = re.compile(
    rf"\s*<(?P<name>(?:antml:)?(?:{_REASONING}))>.*?</(?P=name)\s*>", re.DOTALL | re.IGNORECASE
)
# Some servers cut off the opening tag, which is a part of their template.
_ONLY_CLOSED: Final = re.compile(rf"\A(?:(?!<(?:{_REASONING})>).)*?</(?:think|thinking)\s*>", re.DOTALL | re.IGNORECASE)
_LEFT: Final = re.compile(
    rf"</?(?:antml:)?(?:(?:{_REASONING})\s*/?>|(?:{_CALLS})[^<>]*>)|\[TOOL_CALLS\]|<\|[^<>|\s]{{1,40}}\|>",
    re.IGNORECASE,
)
_CODE: Final = re.compile(r"`[^`\n]*`")


def take_off_reasoning(text: str) -> str:
    """The text without reasoning in front of it."""
    closed = _ONLY_CLOSED.match(text)
    words = text[closed.end() :] if closed and "`" not in closed[0] else text  # a tag as code is a word
    while found := _IN_FRONT.match(words):
        words = words[found.end() :]
    return words if words is text else words.lstrip()


def is_leaking(text: str) -> bool:
    """Whether reasoning or a call stands in a text, other than as code."""
    return _LEFT.search(_CODE.sub("", text)) is not None
