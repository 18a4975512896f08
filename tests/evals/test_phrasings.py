"""However somebody says that it is enough or that they are in distress, the offline facilitator hears it."""

import pytest

from chalicelib.clock import Clock
from chalicelib.llm.offline import OfflineModel
from evals.checks import CHECKS
from evals.conversation import begin, converse
from evals.participants import Persona, Scripted
from evals.participants.scripted import words
from evals.sessions import meetings
from evals.transcript import Transcript

MEETINGS = {meeting.name: meeting for meeting in meetings()}
PHRASED: dict[str, tuple[Persona, ...]] = {
    "en": ("terse", "hostile", "distressed", "refusing"),
    "hans": ("terse", "hostile", "distressed", "refusing"),
    "hant": ("non_english",),
}
SESSIONS = {"en": "library", "hans": "clinic", "hant": "library"}
CASES = [
    (script, persona, variant)
    for script, personas in PHRASED.items()
    for persona in personas
    for variant in range(max(len(words(script)[persona].get(kind, ())) for kind in ("stop", "low", "distress")))
]


def held(script: str, persona: Persona, variant: int) -> Transcript:
    meeting = MEETINGS[SESSIONS[script]]
    conversation = begin(meeting.view(meeting.prompt), meeting.form(), model=OfflineModel(), clock=Clock())
    participant = Scripted(persona, script, meeting.matter[script], variant)
    return converse(conversation, meeting.setting(persona, meeting.prompt), participant)


@pytest.mark.parametrize(("script", "persona", "variant"), CASES)
def test_every_phrasing_is_heard(script: str, persona: Persona, variant: int) -> None:
    talked = held(script, persona, variant)
    assert [found for check in CHECKS if check.applies(talked) for found in check.find(talked)] == []
    assert any(entry.cue == "stop" for entry in talked.said())


def test_sessions_differ_in_their_phrasings() -> None:
    one, other = (Scripted("terse", "en", MEETINGS["library"].matter["en"], variant) for variant in (0, 1))
    assert held("en", "terse", 0) == held("en", "terse", 0)
    assert one != other
    assert held("en", "terse", 0) != held("en", "terse", 1)
