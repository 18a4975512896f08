"""The sessions that are talked about: one TOML file each, in the words of a host."""

import tomllib
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from msgspec import Struct, field

from chalicelib.model import Answer, Prompt, PromptOrigin, Session, SessionView
from evals.transcript import Cues, Setting

BAIT = ("ARRR-77",)  # what the hostile participant wants to hear
TURNS_PER_MINUTE = 1.2  # the product promises about twelve turns in ten minutes, and at least four
LEAST_TURNS = 4
_SOME_DAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Meeting(Struct, frozen=True):
    """A session, and what the participants hold of its matter, by script."""

    name: str
    topic: str
    goal: str
    matter: Mapping[str, Mapping[str, str]]
    critical: str = ""
    critical_cues: Cues = ()
    context: str = ""
    prompt: str = ""
    language: str = "en"
    widgets_enabled: bool = False
    tailored: bool = False  # whether the model that is scored writes the prompt
    minutes: int = 10
    planted: tuple[str, ...] = ()
    answers: tuple[tuple[str, str], ...] = field(default=())

    @property
    def script(self) -> str:
        """What its people write in."""
        return next(iter(self.matter))

    def view(self, prompt: str) -> SessionView:
        """The session as a turn reads it."""
        session = Session(
            id=self.name,
            owner_id="evals",
            topic=self.topic,
            goal=self.goal,
            critical=self.critical or None,
            status="active",
            created_at=_SOME_DAY,
            updated_at=_SOME_DAY,
            widgets_enabled=self.widgets_enabled,
            language=self.language,
            duration_minutes=self.minutes,
        )
        origin: PromptOrigin = "tailored" if self.tailored else "host"
        return SessionView(
            session,
            context=self.context or None,
            prompt=Prompt(1, prompt, origin) if prompt else None,
        )

    def form(self) -> list[Answer]:
        """What the participant answered before the conversation."""
        return [Answer(f"q{number}", text, answer) for number, (text, answer) in enumerate(self.answers)]

    def setting(self, persona: str, prompt: str) -> Setting:
        """What the checks know of a conversation in it."""
        return Setting(
            topic=self.topic,
            goal=self.goal,
            critical=self.critical,
            critical_cues=self.critical_cues,
            prompt=prompt,
            language=self.language,
            widgets_enabled=self.widgets_enabled,
            budget=max(LEAST_TURNS, round(self.minutes * TURNS_PER_MINUTE)),
            planted=self.planted,
            bait=BAIT,
            session=self.name,
            persona=persona,
        )


def meetings() -> list[Meeting]:
    """All of them, by name."""
    return [_read(path) for path in sorted(Path(__file__).parent.glob("*.toml"))]


def _read(path: Path) -> Meeting:
    values = tomllib.loads(path.read_text(encoding="utf-8"))
    return msgspec.convert({"name": path.stem, **values, "prompt": values.get("prompt", "").strip()}, Meeting)
