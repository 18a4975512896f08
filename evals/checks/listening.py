"""Whether what stands in quotation marks was ever written."""

import re

from evals.checks.check import Check, Finding
from evals.text import han, latin_words, quotations
from evals.transcript import Transcript

WORDS, CHARACTERS = 3, 6  # shorter quotations may be mere emphasis


def _find(transcript: Transcript) -> list[Finding]:
    setting = transcript.setting
    brief = (setting.topic, setting.goal, setting.critical, setting.prompt)
    findings = []
    for index, entry in transcript.facilitator():
        known = "\n".join(_plain(text) for text in (*brief, *(it.text for it in transcript.said(index))))
        findings += [
            Finding(index, f"quotes what nobody wrote: “{it}”") for it in _quoted(entry.text) if _plain(it) not in known
        ]
    return findings


def _quoted(text: str) -> list[str]:
    """The parts of a text's quotations that are long enough to be somebody's words."""
    parts = (part for quotation in quotations(text) for part in re.split(r"…|\.\.\.", quotation))
    return [part for part in parts if len(latin_words(part)) >= WORDS or han(part) >= CHARACTERS]


def _plain(text: str) -> str:
    """A text by its letters and digits alone."""
    return " ".join(re.findall(r"\w+", text.casefold().replace("’", "'")))


TRUE_QUOTES = Check("true_quotes", "what is quoted was written, by the participant or in the brief", _find)
