"""`make evals`: every persona in every session, checked, judged where there is a key, and reported."""

import os
import sys
import zlib
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from chalicelib.clock import Clock
from chalicelib.llm.interface import SCRIPTED, Model, ModelUnavailable
from chalicelib.services.facilitation.tailored_prompt import write_prompt
from chalicelib.settings import SettingMissing, Settings, settings
from evals.conversation import begin, converse
from evals.judges import JUDGES, judge
from evals.participants import PERSONAS, Participant, Persona, Scripted
from evals.participants.played import Played
from evals.report import Run, Scored, report, score
from evals.sessions import Meeting, meetings
from evals.transcript import render

PROMPT_SECONDS = 120.0
WORKERS = 4  # conversations at a time with a live model

# What a script can keep: it listens to nobody, so what it repeats or overlooks is no measure of it.
KEPT_BY_SCRIPT = frozenset(
    ("no_leak", "keeps_role", "true_quotes", "quotes_keep_sense", "no_praise", "widget_rules", "covers_critical")
)
PLAYED_BY_SCRIPT = "scripted, and answer the same question the same way every time"


def model_of(configured: Settings) -> Model:
    """The model that is evaluated: the script where none is named. Raises SettingMissing where a live one has no key."""
    if configured.llm_provider in ("", SCRIPTED):
        from chalicelib.llm.scripted.model import ScriptedModel

        return ScriptedModel()
    from chalicelib.llm.providers import model_from

    key, server = (f"{configured.llm_provider.upper()}_{name}" for name in ("API_KEY", "BASE_URL"))
    needs_key = configured.llm_provider in ("anthropic", "openai")
    if needs_key and not any(os.environ.get(name, "").strip() for name in (key, server)):
        raise SettingMissing(f"LLM_PROVIDER={configured.llm_provider} needs {key}, or {server} for another server")
    return model_from(configured, read_secret=lambda _: "")


class Evaluation:
    """One run over some sessions and personas."""

    def __init__(self, configured: Settings, clock: Clock) -> None:
        self._model = model_of(configured)
        self._clock = clock
        self._help_text = configured.help_text
        live = configured.llm_provider not in ("", SCRIPTED)
        self.run = Run(
            provider=configured.llm_provider or SCRIPTED,
            played_by=f"played by the model {configured.model_small}" if live else PLAYED_BY_SCRIPT,
            judged_by=configured.model_large if live else "",
        )

    def talk(self, held: Sequence[Meeting], personas: Sequence[Persona] = PERSONAS) -> Run:
        """Hold all conversations and score them, in a fixed order."""
        prompts = {meeting.name: self._prompt(meeting) for meeting in held}
        pairs = [(meeting, persona) for meeting in held for persona in personas]
        with ThreadPoolExecutor(WORKERS if self.run.live else 1) as pool:
            outcomes = pool.map(lambda pair: self._score(pair[0], pair[1], prompts[pair[0].name]), pairs)
            for (meeting, persona), scored in zip(pairs, outcomes, strict=True):
                if scored is None:
                    self.run.broken.append(f"{meeting.name}-{persona}")
                else:
                    self.run.scored.append(scored)
        return self.run

    def _prompt(self, meeting: Meeting) -> str:
        """The session's facilitation prompt; a tailored one that fails leaves the basic one, as in the product."""
        if not meeting.tailored:
            return meeting.prompt
        try:
            deadline = self._clock.deadline(PROMPT_SECONDS)
            return write_prompt(meeting.view(""), model=self._model, deadline=deadline).text
        except ModelUnavailable:
            self.run.untailored.append(meeting.name)
            return ""

    def _score(self, meeting: Meeting, persona: Persona, prompt: str) -> Scored | None:
        """One conversation, scored; None where the model left the participant without an answer."""
        conversation = begin(
            meeting.view(prompt), meeting.form(), model=self._model, clock=self._clock, help_text=self._help_text
        )
        try:
            transcript = converse(conversation, meeting.setting(persona, prompt), self._participant(meeting, persona))
        except ModelUnavailable:
            return None
        finally:
            self.run.models.update(conversation.models)
        judges = JUDGES if self.run.judged_by else ()
        return score(transcript, [judge(transcript, by, model=self._model, clock=self._clock) for by in judges])

    def _participant(self, meeting: Meeting, persona: Persona) -> Participant:
        script = "hant" if persona == "non_english" else meeting.script
        matter = meeting.matter[script]
        if self.run.live:
            return Played(persona, script, matter, self._model, self._clock)
        return Scripted(persona, script, matter, zlib.crc32(f"{meeting.name} {persona}".encode()))


def write(run: Run, folder: Path) -> Path:
    """Leave the report and the conversations in a folder, in place of the last run's."""
    kept = folder / "transcripts"
    kept.mkdir(parents=True, exist_ok=True)
    for old in kept.glob("*.md"):
        old.unlink()
    for it in run.scored:
        setting = it.transcript.setting
        (kept / f"{setting.session}-{setting.persona}.md").write_text(render(it.transcript), encoding="utf-8")
    path = folder / "report.md"
    path.write_text(report(run), encoding="utf-8")
    return path


def main() -> int:
    """Run everything. 1 where the script left somebody without a reply or broke a rule that it can keep, or a live model gave
    nothing to score; 2 where it cannot begin. What else the checks find is measured and fails nothing."""
    try:
        evaluation = Evaluation(settings(), Clock())
    except SettingMissing as error:
        print(error, file=sys.stderr)
        return 2
    run = evaluation.talk(meetings())
    path = write(run, Path(os.environ.get("LOCAL_DIR") or ".local") / "evals")
    print(report(run))
    print(f"Written to {path}")
    if run.live:
        return 0 if run.scored else 1
    return 1 if run.broken or any(name in KEPT_BY_SCRIPT for name, _, _ in run.failures()) else 0


if __name__ == "__main__":
    sys.exit(main())
