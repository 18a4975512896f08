"""Mark-up of a model's own in what it says to a participant: taken off where it only wraps the words, else no reply.

Half a wrap is taken off, too: models forget to close what they opened, and are cut off. Thinking, calls written out as text,
control tokens and another speaker's lines are nothing that a facilitator says. Innocent signs, as in `x < 3`, `<b>` or a fence
with something around it, are words like any others.
"""

import re

from msgspec import DecodeError, json

_THINKING = "think|thinking|thought|thoughts|reasoning|analysis|reflection|inner_monologue|scratchpad"
_CALLS = "tool_calls?|tool_use|tool_result|tool_code|function_calls?|function=|invoke name="
_FENCE = re.compile(r"(?P<fence>`{3,}|~{3,})[\w+-]*[ \t]*\n(?P<inner>.*?)\n?[ \t]*(?P=fence)", re.DOTALL)
_TAG = re.compile(r"<(?P<name>[A-Za-z][\w-]*)(?: [^<>]*)?>(?P<inner>.*)</(?P=name)\s*>", re.DOTALL)
_THOUGHT_BEFORE = re.compile(rf"<(?P<name>{_THINKING})>.*?</(?P=name)>", re.DOTALL | re.IGNORECASE)
_OWN_NAME = re.compile(r"\*{0,2}(?:assistant|facilitator)\s?:\s?\*{0,2}\s", re.IGNORECASE)
_ARTEFACT = re.compile(
    rf"</?(?:antml:)?(?:(?:{_THINKING})\s*/?>|(?:{_CALLS})[^<>]*>)"  # a tag of thinking or of a call
    r"|<\|[^<>|\s]{1,40}\|>|<(?:start|end)_of_turn>|\[/?INST\]|\[TOOL_CALLS\]|<</?SYS>>"  # tokens of chat templates
    r"|^(?:#{1,4} ?|\*\*)?(?:human|user|assistant) ?(?:\*\*)?:",  # a line of another speaker; no entry of a list
    re.IGNORECASE | re.MULTILINE,
)
_BEGUN = re.compile(r"(?:<(?P<name>[A-Za-z][\w-]*)(?: [^<>]*)?>|(?P<fence>`{3,}|~{3,})[\w+-]*[ \t]*\n)")
_ENDED = re.compile(r"(?:</(?P<name>[A-Za-z][\w-]*)\s?>|\n[ \t]{0,3}(?P<fence>`{3,}|~{3,}))\Z")
_TAG_ALONE = re.compile(r"^[ \t]*</?(?P<name>[A-Za-z][\w-]*)>[ \t]*$", re.MULTILINE)
_CODE = re.compile(r"`[^`\n]*`")
_MOST_WRAPS = 3


def take_off_markup(text: str) -> str:
    """Returns the words that a model's message has for the participant: empty where they cannot be told from what they are not."""
    words = text.strip()
    if thought := _THOUGHT_BEFORE.match(words):
        words = words[thought.end() :].strip()
    for _ in range(_MOST_WRAPS):
        wrapped = _FENCE.fullmatch(words) or _TAG.fullmatch(words)
        if not wrapped or _ARTEFACT.match(words) or not _is_one(wrapped):
            break
        words = wrapped["inner"].strip()
    words = _take_off_halves(words)
    if name := _OWN_NAME.match(words):
        words = words[name.end() :]
    return "" if _ARTEFACT.search(_CODE.sub("", words)) or _has_half_alone(words) or _is_json(words) else words


def _is_one(wrapped: re.Match[str]) -> bool:
    """Says whether a wrap is a single one around everything, and not the first of several with words between them."""
    closing = wrapped["fence"] if "fence" in wrapped.groupdict() else f"</{wrapped['name']}"
    return closing not in wrapped["inner"]


def _take_off_halves(words: str) -> str:
    """Returns the words without a tag or fence in front that nothing closes, and without one at the end that nothing opened."""
    begun = _BEGUN.match(words)
    if begun and not _ARTEFACT.match(words) and _is_half(begun, words):
        words = words[begun.end() :].strip()
    ended = _ENDED.search(words)
    if ended and not _ARTEFACT.match(words, ended.start()) and _is_half(ended, words):
        words = words[: ended.start()].strip()
    return words


def _has_half_alone(words: str) -> bool:
    """Says whether half a tag is left, on a line of its own."""
    return any(_is_half(found, words) for found in _TAG_ALONE.finditer(words))


def _is_half(found: re.Match[str], words: str) -> bool:
    """Says whether a tag has no other half in the words, or a fence no other fence."""
    groups = found.groupdict()
    if groups.get("fence"):
        return words.count(groups["fence"]) == 1
    name = groups["name"]
    return (f"<{name}" in words) != (f"</{name}" in words)


def _is_json(words: str) -> bool:
    """Says whether the message is nothing but an object or a list, as a call is that was written out."""
    if words[:1] not in ("{", "[") or words[-1:] not in ("}", "]"):
        return False
    try:
        return isinstance(json.decode(words), dict | list)
    except DecodeError:
        return False
