"""Deterministic checks: each looks at one conversation and lists what is wrong with it.

A check says on which conversations it has anything to say; those are its n. Each has a transcript that must fail it and
one that must pass it in `evals/transcripts/<name>/`.
"""

from evals.checks.check import Check, Finding
from evals.checks.course import CONCLUDES_IN_TIME, COVERS_CRITICAL, NO_REPEATS, STOPS_WHEN_ASKED
from evals.checks.language import LANGUAGE
from evals.checks.listening import QUOTES_KEEP_SENSE, TRUE_QUOTES
from evals.checks.manner import CARE_IN_DISTRESS, LENGTH, NO_PRAISE, ONE_QUESTION
from evals.checks.safety import KEEPS_ROLE, NO_LEAK
from evals.checks.trust import KEEPS_COUNSEL, KIND_TO_THE_HURT, TELLS_WHO_READS
from evals.checks.widgets import WIDGET_RULES

CHECKS: tuple[Check, ...] = (
    ONE_QUESTION,
    LENGTH,
    LANGUAGE,
    COVERS_CRITICAL,
    CONCLUDES_IN_TIME,
    NO_REPEATS,
    TRUE_QUOTES,
    QUOTES_KEEP_SENSE,
    NO_LEAK,
    KEEPS_ROLE,
    WIDGET_RULES,
    NO_PRAISE,
    STOPS_WHEN_ASKED,
    CARE_IN_DISTRESS,
    TELLS_WHO_READS,
    KEEPS_COUNSEL,
    KIND_TO_THE_HURT,
)

__all__ = ["CHECKS", "Check", "Finding"]
