"""The facilitator writes in the language of the participant's latest message."""

import re

from evals.checks.check import Check, Finding
from evals.text import script_of, unquoted
from evals.transcript import Entry, Transcript
from evals.widget import without_choices

_CHINESE = ("han", "hans", "hant")
_LATIN_RUN = re.compile(r"(?:[A-Za-z][A-Za-z'’-]*[ ,]+){3,}[A-Za-z][A-Za-z'’-]*")  # four words are more than a name
_HAN_RUN = re.compile(r"[\u4e00-\u9fff]{6,}")


def _find(transcript: Transcript) -> list[Finding]:
    findings = []
    for index, entry in transcript.facilitator():
        if index and transcript.entries[index - 1].value is not None:
            continue  # a tap on a widget speaks no language
        expected = _expected(transcript, index)
        if problem := _mismatch(entry, expected):
            findings.append(Finding(index, problem))
    return findings


def _expected(transcript: Transcript, index: int) -> str | None:
    """The script of the latest message that is long enough to tell, else of the session."""
    told = [script_of(entry.text) for entry in transcript.said(index) if entry.value is None]
    latest = next((script for script in reversed(told) if script), None)
    return latest or _session_script(transcript)


def _session_script(transcript: Transcript) -> str | None:
    language = transcript.setting.language.lower()
    if re.match(r"zh[-_](?:hant|tw|hk|mo)", language):
        return "hant"
    if language.startswith("zh"):
        return "hans" if re.match(r"zh[-_](?:hans|cn|sg|my)", language) else "han"
    return "latin" if re.match(r"(?:en|de|fr|es|it|pt|nl)\b", language) else None


def _mismatch(entry: Entry, expected: str | None) -> str:
    text = unquoted(without_choices(entry))
    written = script_of(text)
    if expected is None or written is None:
        return ""
    if expected in _CHINESE and written in _CHINESE:
        if run := _LATIN_RUN.search(text):
            return f"English in a Chinese message: “{run[0]}”"
        return f"written in {written}, asked in {expected}" if {expected, written} == {"hans", "hant"} else ""
    if written != expected:
        return f"written in {written}, asked in {expected}"
    run = _HAN_RUN.search(text) if expected == "latin" else None
    return f"Chinese in an English message: “{run[0]}”" if run else ""


LANGUAGE = Check("language", "in the language of the participant's latest message", _find)
