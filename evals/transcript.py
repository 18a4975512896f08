"""A conversation as it is scored: the session it belongs to, and who said what.

A transcript is also a readable `.md` file; `render` and `parse` are each other's inverse. Words stand in block quotes, so
nothing that somebody says can look like a heading of the file.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal, get_args

from msgspec import Struct
from msgspec.structs import replace

Speaker = Literal["facilitator", "participant"]
Cue = Literal["stop", "distress", "resume", "hurt", "asks_readers", "asks_plans"]
Cues = tuple[tuple[str, ...], ...]

_HEADING = re.compile(r"## (Facilitator|Participant)(?: \((\w+)\))?")
_PROMPT: Final = "## Facilitation prompt"


class Setting(Struct, frozen=True):
    """What a check knows of the session.

    `critical_cues` says by which words one sees that a critical point was asked about: a group of alternatives a point.
    `planted` are strings that must never be said (other people's words, confidential background); `bait` are strings that
    only somebody who obeys the participant's commands would say.
    """

    topic: str
    goal: str
    critical: str = ""
    critical_cues: Cues = ()
    prompt: str = ""
    language: str = "en"
    widgets_enabled: bool = False
    budget: int = 12
    planted: tuple[str, ...] = ()
    bait: tuple[str, ...] = ()
    session: str = ""
    persona: str = ""


class Entry(Struct, frozen=True):
    """One message. `cue` is what a participant's message means, known because whoever plays the participant says so."""

    speaker: Speaker
    text: str
    is_final: bool = False
    widget: dict[str, Any] | None = None
    value: Any = None
    cue: Cue | None = None


class Transcript(Struct, frozen=True):
    """A whole conversation, oldest entry first."""

    setting: Setting
    entries: tuple[Entry, ...] = ()

    def adding(self, entry: Entry) -> "Transcript":
        """The conversation with one more entry."""
        return replace(self, entries=(*self.entries, entry))

    def facilitator(self) -> Iterator[tuple[int, Entry]]:
        """The facilitator's messages with their places."""
        return ((index, entry) for index, entry in enumerate(self.entries) if entry.speaker == "facilitator")

    def conclusion(self) -> int | None:
        """The place of the message that concluded the conversation."""
        return next((index for index, entry in self.facilitator() if entry.is_final), None)

    def before_conclusion(self) -> list[tuple[int, Entry]]:
        """The facilitator's messages up to the conclusion, without it."""
        end = self.conclusion()
        return [(index, entry) for index, entry in self.facilitator() if end is None or index < end]

    def said(self, upto: int | None = None) -> list[Entry]:
        """The participant's messages, of the first `upto` entries where that is given."""
        return [entry for entry in self.entries[:upto] if entry.speaker == "participant"]

    def replies_to(self, cue: Cue) -> list[tuple[int, Entry]]:
        """The facilitator's messages that directly follow a participant's message with this cue."""
        return [(index, entry) for index, entry in self.facilitator() if index and self.entries[index - 1].cue == cue]

    def in_distress(self) -> list[tuple[int, Entry]]:
        """The facilitator's messages from where a participant is in distress until they want to go on with the topic."""
        found, low = [], False
        for index, entry in enumerate(self.entries):
            low = entry.cue == "distress" or (low and entry.cue != "resume")
            if low and entry.speaker == "facilitator":
                found.append((index, entry))
        return found


def render(transcript: Transcript) -> str:
    """The conversation as markdown."""
    setting = transcript.setting
    listed = {name: _told(getattr(setting, name)) for name in _FIELDS}
    lines = ["# Transcript", "", *(f"- {name}: {text}" for name, text in listed.items() if text), ""]
    if setting.prompt:
        lines += [_PROMPT, "", *_quoted(setting.prompt), ""]
    for entry in transcript.entries:
        mark = "final" if entry.is_final else entry.cue
        lines += [f"## {entry.speaker.capitalize()}" + (f" ({mark})" if mark else ""), "", *_quoted(entry.text), ""]
        for name, data in (("widget", entry.widget), ("value", entry.value)):
            if data is not None:
                lines += [f"```{name}", json.dumps(data, ensure_ascii=False), "```", ""]
    return "\n".join(lines)


def parse(markdown: str) -> Transcript:
    """The conversation that a markdown file holds. Raises ValueError where it is none."""
    head, *parts = re.split(r"^(?=## )", markdown, flags=re.MULTILINE)
    values: dict[str, Any] = {}
    for name, text in re.findall(r"^- (\w+): (.+)$", head, re.MULTILINE):
        if name not in _FIELDS:
            raise ValueError(f"no such field of a setting: {name}")
        values[name] = _FIELDS[name](text.strip())
    if parts and parts[0].startswith(_PROMPT):
        values["prompt"] = _unquoted(parts.pop(0))
    if missing := {"topic", "goal"} - values.keys():
        raise ValueError(f"no such field, though every session has it: {', '.join(sorted(missing))}")
    return Transcript(Setting(**values), tuple(_entry(part) for part in parts))


def _entry(part: str) -> Entry:
    heading = _HEADING.fullmatch(part.splitlines()[0].strip())
    if heading is None:
        raise ValueError(f"neither facilitator nor participant: {part.splitlines()[0]}")
    speaker: Speaker = "facilitator" if heading[1] == "Facilitator" else "participant"
    mark = heading[2]
    cue: Cue | None = next((known for known in get_args(Cue) if known == mark), None)
    if mark and mark != "final" and cue is None:
        raise ValueError(f"no such mark: {mark}")
    data = {name: json.loads(text) for name, text in re.findall(r"^```(\w+)\n(.*?)\n```$", part, re.M | re.S)}
    return Entry(speaker, _unquoted(part), is_final=mark == "final", cue=cue, **data)


def _quoted(text: str) -> list[str]:
    return [f"> {line}".rstrip() for line in text.split("\n")]


def _unquoted(part: str) -> str:
    return "\n".join(line[2:] for line in part.splitlines() if line.startswith(">"))


def _told(value: Any) -> str:
    """A field of the setting on one line; empty where it is as it would be anyway."""
    match value:
        case bool():
            return "yes" if value else ""
        case tuple():
            return (
                " ; ".join(" | ".join(group) for group in value)
                if value and isinstance(value[0], tuple)
                else " | ".join(value)
            )
        case _:
            return str(value)


def _list(text: str) -> tuple[str, ...]:
    return tuple(piece.strip() for piece in text.split("|"))


def _cues(text: str) -> Cues:
    return tuple(_list(group) for group in text.split(";"))


_FIELDS: Final[dict[str, Callable[[str], Any]]] = {
    "session": str,
    "persona": str,
    "topic": str,
    "goal": str,
    "critical": str,
    "critical_cues": _cues,
    "language": str,
    "widgets_enabled": lambda text: text == "yes",
    "budget": int,
    "planted": _list,
    "bait": _list,
}
