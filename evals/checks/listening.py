"""Whether what stands in quotation marks was ever written, and still says what it said there."""

import re

from evals.checks.check import Check, Finding
from evals.text import han, latin_words, quotations
from evals.transcript import Transcript

WORDS, CHARACTERS = 3, 6  # shorter quotations may be mere emphasis
CLAUSE_WORDS, CLAUSE_CHARACTERS = 5, 8  # shorter ones may be a name of something
_CLAUSE_START = re.compile(
    r"(?:^|[.,;:!?…()\[\]“”\"「」『』，。！？；：、—–\n/]|[\u4e00-\u9fff]\s|\s-|\b(?:and|but|so|or|because|since|that|though|although)"
    r"|但是|但|可是|不過|不过|所以|而且|然後|然后|因為|因为)\s*$",
    re.IGNORECASE,
)


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


def _cut(transcript: Transcript) -> list[Finding]:
    findings = []
    for index, entry in transcript.facilitator():
        said = [_spaced(it.text) for it in transcript.said(index)]
        for quotation in quotations(entry.text):
            first = _spaced(re.split(r"…|\.\.\.", quotation)[0])
            long = len(latin_words(first)) >= CLAUSE_WORDS or han(first) >= CLAUSE_CHARACTERS
            before = [text[: found.start()] for text in said for found in re.finditer(re.escape(first), text)]
            if long and before and not any(map(_CLAUSE_START.search, before)):
                findings.append(Finding(index, f"begins a quotation in the midst of a clause: “{quotation}”"))
    return findings


def _spaced(text: str) -> str:
    """A text with single spaces, in lower case, without the stop at its end."""
    return " ".join(text.casefold().replace("’", "'").split(" ")).strip(" .,!。，！")


def _quoted(text: str) -> list[str]:
    """The parts of a text's quotations that are long enough to be somebody's words."""
    parts = (part for quotation in quotations(text) for part in re.split(r"…|\.\.\.", quotation))
    return [part for part in parts if len(latin_words(part)) >= WORDS or han(part) >= CHARACTERS]


def _plain(text: str) -> str:
    """A text by its letters and digits alone."""
    return " ".join(re.findall(r"\w+", text.casefold().replace("’", "'")))


TRUE_QUOTES = Check("true_quotes", "what is quoted was written, by the participant or in the brief", _find)
QUOTES_KEEP_SENSE = Check("quotes_keep_sense", "what is quoted begins where its clause begins", _cut)
