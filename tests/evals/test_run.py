"""A run holds real turns in memory, scores them, and says by its exit code whether anybody was left without a reply."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chalicelib.clock import Clock
from chalicelib.llm.calls import ProvidedModel
from chalicelib.llm.interface import Model
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.settings import SettingMissing, Settings, settings
from evals import run as runs
from evals.checks import CHECKS
from evals.conversation import begin, converse
from evals.participants import PERSONAS, Scripted
from evals.report import report
from evals.run import Evaluation, main, model_of, write
from evals.sessions import meetings
from evals.transcript import Transcript, parse
from tests import fake_anthropic
from tests.fake_anthropic import FakeAnthropic, text, tool
from tests.llm.queued import QueuedModel, calls, prompt_of, says, unavailable

MEETINGS = {meeting.name: meeting for meeting in meetings()}
LIBRARY, RETROSPECTIVE = MEETINGS["library"], MEETINGS["retrospective"]
PICK = {"widget": {"type": "SingleSelect", "label": "Which day?", "options": ["Monday", "Friday"]}}


def provided(provider: str) -> Settings:
    return msgspec.structs.replace(settings.__wrapped__(), llm_provider=provider)


def held(name: str, model: Model) -> Transcript:
    meeting = MEETINGS[name]
    conversation = begin(meeting.view(meeting.prompt), meeting.form(), model=model, clock=Clock())
    participant = Scripted("cooperative", meeting.script, meeting.matter[meeting.script])
    return converse(conversation, meeting.setting("cooperative", meeting.prompt), participant)


def test_there_are_sessions_of_every_kind() -> None:
    kinds = {(meeting.script, bool(meeting.critical), meeting.widgets_enabled) for meeting in MEETINGS.values()}
    assert {("en", True, False), ("en", False, True), ("hans", True, True), ("hans", False, False)} <= kinds
    assert any(meeting.tailored for meeting in MEETINGS.values())
    assert all(bool(meeting.critical) == bool(meeting.critical_cues) for meeting in MEETINGS.values())
    assert all("hant" in meeting.matter for meeting in MEETINGS.values())


def test_a_conversation_is_made_of_turns_as_the_product_makes_them() -> None:
    model = QueuedModel(
        "Hello?", calls("present_widget", PICK, "So."), "Why?", calls("conclude", {"recap": "Bye."}), "Noted."
    )
    talked = held("retrospective", model)
    assert [entry.speaker for entry in talked.entries] == ["facilitator", "participant"] * 4 + ["facilitator"]
    assert talked.entries[2].widget == {
        "root": {
            "type": "SingleSelect",
            "props": {"label": "Which day?", "options": ["Monday", "Friday"]},
            "children": [],
        }
    }
    assert (talked.entries[3].text, talked.entries[3].value) == ("Monday", "Monday")
    assert talked.conclusion() == 6
    assert 'turn="2"' in prompt_of(model.requests[2])
    assert "<said>Monday</said>" in prompt_of(model.requests[2])
    assert 'concluded="yes"' in prompt_of(model.requests[4])


def test_a_message_without_a_reply_is_sent_once_more() -> None:
    model = QueuedModel("Hello?", unavailable(), calls("conclude", {"recap": "Bye."}), "Noted.")
    assert held("library", model).conclusion() == 2
    assert len(model.requests) == 4


def test_a_participant_gives_up_on_a_facilitator_without_an_end() -> None:
    endless = QueuedModel(*[f"And what about matter {'x' * number}?" for number in range(1, 40)])
    talked = held("library", endless)
    assert talked.conclusion() is None
    assert len(talked.said()) == talked.setting.budget + 3


def test_with_the_script_every_check_is_measured_and_the_transcripts_are_kept(tmp_path: Path) -> None:
    (tmp_path / "transcripts").mkdir()
    (tmp_path / "transcripts" / "old.md").touch()
    run = Evaluation(provided("scripted"), Clock()).talk([LIBRARY, RETROSPECTIVE])
    assert len(run.scored) == 2 * len(PERSONAS)
    assert {name for it in run.scored for name in it.findings} == {check.name for check in CHECKS}
    path = write(run, tmp_path)
    assert "Synthetic participants" in path.read_text()
    kept = sorted(file.name for file in (tmp_path / "transcripts").iterdir())
    assert len(kept) == len(run.scored)
    assert "library-terse.md" in kept
    assert parse((tmp_path / "transcripts" / "library-terse.md").read_text()) == run.scored[1].transcript


def test_a_run_of_the_script_is_the_same_every_time() -> None:
    one, other = (Evaluation(provided("scripted"), Clock()).talk([LIBRARY], ["hostile"]) for _ in range(2))
    assert one.scored == other.scored


def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, model: Model) -> int:
    monkeypatch.setattr(runs, "model_of", lambda _: model)
    monkeypatch.setattr(runs, "meetings", lambda: [LIBRARY])
    monkeypatch.setattr(runs, "settings", lambda: provided("scripted"))
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    return main()


def test_a_run_without_a_reply_fails(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert ran(monkeypatch, tmp_path, QueuedModel(*[unavailable()] * 100)) == 1
    assert "- missing: library-cooperative" in (tmp_path / "evals" / "report.md").read_text()


def test_the_script_keeps_the_rules_that_need_no_listener(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(runs, "settings", lambda: provided("scripted"))
    monkeypatch.setenv("LOCAL_DIR", str(tmp_path))
    assert main() == 0
    printed = capsys.readouterr().out
    assert "## Findings" in printed
    assert f"Written to {tmp_path}" in printed


def test_a_finding_of_such_a_rule_fails_the_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert {check.name for check in CHECKS} >= runs.KEPT_BY_SCRIPT
    flattery = QueuedModel(*[says("What a wonderful answer! Where do you read?")] * 500)
    assert ran(monkeypatch, tmp_path, flattery) == 1


def test_without_a_provider_it_is_the_script() -> None:
    assert isinstance(model_of(provided("")), ScriptedModel)


@pytest.mark.parametrize(("provider", "key"), [("anthropic", ""), ("anthropic", " "), ("other", "sk")])
def test_a_live_run_needs_a_key(
    provider: str, key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ANTHROPIC_API_KEY", key)
    with pytest.raises(SettingMissing):
        model_of(provided(provider))
    monkeypatch.setattr(runs, "settings", lambda: provided(provider))
    assert main() == 2
    assert "LLM_PROVIDER" in capsys.readouterr().err


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAnthropic]:
    with fake_anthropic.running() as fake:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", fake.url)
        monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
        yield fake


def answer(body: dict[str, Any]) -> Any:
    """What a live model would say to each of the three that ask it."""
    offered = body["tools"][0]["name"]
    if offered == "speak":
        return tool("speak", {"text": "Books, for my children.", "cue": "none"})
    if offered == "score":
        covers = "does the host know" in body["system"][0]["text"]
        return tool("score", {"reason": "Fine.", "score": "none" if covers else 4})
    said = str(body["messages"]).count("<said>")
    return tool("conclude", {"recap": "Thank you."}) if said else text("What about Sundays?")


def test_a_live_run_plays_judges_and_counts_what_it_cannot_read_as_missing(server: FakeAnthropic) -> None:
    assert isinstance(model_of(provided("anthropic")), ProvidedModel)
    server.rule = answer
    run = Evaluation(provided("anthropic"), Clock()).talk([LIBRARY], ["cooperative", "terse"])
    assert [it.persona for it in run.scored] == ["cooperative", "terse"]
    assert run.models == {settings().model_medium}
    assert {verdict.judge: verdict.score for verdict in run.scored[0].verdicts} == {
        "listens": 4, "neutral": 4, "covers_goal": None, "keeps_composure": 4,
    }  # fmt: skip
    told = report(run)
    assert "| covers_goal | all | 0 | – | 2 |" in told
    assert "| listens | all | 2 | 4.00 (4.00–4.00) | 0 |" in told


def test_a_live_run_goes_on_where_the_model_fails(server: FakeAnthropic) -> None:
    server.rule = lambda _: 400
    run = Evaluation(provided("anthropic"), Clock()).talk([MEETINGS["cycling"]], ["cooperative"])
    assert (run.scored, run.broken, run.untailored) == ([], ["cycling-cooperative"], ["cycling"])
