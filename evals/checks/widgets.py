"""Widgets: only where enabled, about one in four turns, never two open, whole, and readable as text."""

from evals.checks.check import Check, Finding
from evals.transcript import Entry, Transcript
from evals.widget import choices, fault_of, kind_of, props_of

APART = 4  # one in four turns


def _find(transcript: Transcript) -> list[Finding]:
    findings, last, answered = [], None, True
    turns = 0
    for index, entry in enumerate(transcript.entries):
        if entry.speaker == "participant":
            answered = True
            continue
        turns += 1
        if entry.widget is None:
            continue
        apart = turns - last if last is not None else APART
        if problem := _problem(transcript, entry, apart=apart, open_still=not answered):
            findings.append(Finding(index, problem))
        last, answered = turns, False
    return findings


def _problem(transcript: Transcript, entry: Entry, *, apart: int, open_still: bool) -> str:
    if not transcript.setting.widgets_enabled:
        return "a widget where none is enabled"
    if entry.is_final:
        return "a widget with the conclusion"
    if open_still:
        return "a second widget while one is open"
    if apart < APART:
        return f"a widget {apart} turns after another"
    if fault := fault_of(entry.widget or {}):
        return f"an invalid widget: {fault}"
    return "" if _reads_well(entry) else "a message that does not read without its widget"


def _reads_well(entry: Entry) -> bool:
    """Whether the message says in words what the widget offers."""
    if kind_of(entry.widget) == "RatingScale":
        return all(str(props_of(entry.widget)[name]) in entry.text for name in ("min", "max"))
    return all(it in entry.text for it in choices(entry.widget))


def _applies(transcript: Transcript) -> bool:
    """Where widgets are off, or one was presented."""
    return not transcript.setting.widgets_enabled or any(entry.widget for entry in transcript.entries)


WIDGET_RULES = Check(
    "widget_rules", "only where enabled, one in four turns, one at a time, valid, readable", _find, _applies
)
