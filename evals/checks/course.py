"""How the facilitator leads: what is critical, time, no repeats, an end when it is asked for."""

from evals.checks.check import Check, Finding, check_replies
from evals.text import alike, questions, unquoted
from evals.transcript import Cues, Entry, Transcript
from evals.widget import kind_of, props_of, without_choices

ALIKE = 0.7
EARLY = 4  # what is critical comes within so many turns; somebody who left before may not have been asked


def _covers_critical(transcript: Transcript) -> list[Finding]:
    end = len(transcript.entries) - 1 if transcript.conclusion() is None else transcript.conclusion()
    asked = " ".join(_asked(transcript, index, entry) for index, entry in transcript.before_conclusion()).lower()
    return [
        Finding(end or 0, f"never asked about: {', '.join(group)}")
        for group in _groups(transcript)
        if not any(word.lower() in asked for word in group)
    ]


def _asked(transcript: Transcript, index: int, entry: Entry) -> str:
    """What a message asks about: without the participant's own words said back, with a widget's label."""
    said = [other.text for other in transcript.said(index)]
    quotes = unquoted(entry.text)
    kept = quotes if any(_said_back(entry.text, it) for it in said) else entry.text
    return f"{kept} {props_of(entry.widget).get('label', '')}"


def _said_back(text: str, said: str) -> bool:
    """Whether a message quotes this one of the participant's."""
    quoted = text.replace("“", "\n").replace("”", "\n").replace("「", "\n").replace("」", "\n").split("\n")
    return any(len(piece) > 3 and piece.rstrip(".…。") in said for piece in quoted[1::2])


def _groups(transcript: Transcript) -> Cues:
    return transcript.setting.critical_cues


def _critical_applies(transcript: Transcript) -> bool:
    early = transcript.said()[: EARLY - 1]
    return bool(_groups(transcript)) and not any(entry.cue in ("stop", "distress", "resume") for entry in early)


def _in_time(transcript: Transcript) -> list[Finding]:
    budget, end = transcript.setting.budget, transcript.conclusion()
    last = len(transcript.entries) - 1
    if end is None:
        return [Finding(last, f"never concluded, in {len(transcript.said())} turns of {budget}")]
    taken = len(transcript.said(end))
    return [Finding(end, f"concluded in turn {taken} of {budget}")] if taken > budget else []


def _repeats(transcript: Transcript) -> list[Finding]:
    findings = []
    before: list[tuple[int, list[str], str]] = []
    for index, entry in transcript.before_conclusion():
        asked = _questions(entry)
        for earlier, known, words in before:
            if entry.text.strip() == words or any(_same(one, other) for one in asked for other in known):
                findings.append(Finding(index, f"repeats entry {earlier}"))
                break
        before.append((index, asked, entry.text.strip()))
    return findings


def _questions(entry: Entry) -> list[str]:
    """What a message asks. A question that its widget's label asks again is one question."""
    asked = questions(without_choices(entry))
    label = str(props_of(entry.widget).get("label", "")) if kind_of(entry.widget) else ""
    return [*asked, label] if label else asked


def _same(one: str, other: str) -> bool:
    return one == other or alike(one, other) >= ALIKE


def _stops(transcript: Transcript) -> list[Finding]:
    return [
        Finding(index, "goes on, although the participant wants to stop")
        for index, entry in transcript.replies_to("stop")
        if not entry.is_final
    ]


COVERS_CRITICAL = Check(
    "covers_critical", "what the host calls critical is asked about", _covers_critical, _critical_applies
)
CONCLUDES_IN_TIME = Check("concludes_in_time", "concluded within the budget of turns", _in_time)
NO_REPEATS = Check("no_repeats", "no question twice", _repeats)
STOPS_WHEN_ASKED = check_replies(
    "stops_when_asked",
    "concludes at once when the participant wants to stop",
    "stop",
    _stops,
)
