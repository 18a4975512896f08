"""The report says what was measured, on whom, and what was not."""

from evals.checks import CHECKS
from evals.judges import Verdict
from evals.report import MOST_FINDINGS, NOT_LIVE, Run, report, score
from evals.transcript import Transcript
from tests.evals.conversations import asks, says, talk

GOOD = talk(asks("What matters?"), says("Books"), asks("Thank you.", is_final=True))
BAD = talk(asks("What matters? And why?"), says("Books"), asks("Thank you.", is_final=True), persona="terse")


def by_script(*transcripts: Transcript) -> Run:
    return Run("scripted", "scripted", {"scripted"}, scored=[score(it) for it in transcripts])


def live(*scores: int | None) -> Run:
    judged = [score(GOOD, [Verdict("listens", given)]) for given in scores]
    return Run("anthropic", "played by claude-s", {"claude-m"}, "claude-l", judged)


def row(text: str, start: str) -> list[str]:
    line = next(it for it in text.splitlines() if it.startswith(f"| {start}"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_people_are_labelled_synthetic_and_results_of_the_script_as_not_live() -> None:
    told = report(by_script(GOOD))
    assert "**Synthetic participants**: nobody here is a person; they are scripted" in told
    assert "provider: scripted; models: scripted" in told
    assert f"**{NOT_LIVE}**" in told
    assert f"None: {NOT_LIVE}." in told


def test_a_live_run_names_its_models() -> None:
    told = report(live(4))
    assert "**Synthetic participants**: nobody here is a person; they are played by claude-s" in told
    assert "provider: anthropic; models: claude-m" in told
    assert "judges: claude-l" in told
    assert NOT_LIVE not in told


def test_each_check_has_n_rate_and_interval_by_persona() -> None:
    told = report(by_script(GOOD, GOOD, BAD))
    assert row(told, "check") == ["check", "cooperative", "terse", "all"]
    assert row(told, "one_question")[1:] == ["2/2 100% (34%–100%)", "0/1 0% (0%–79%)", "2/3 67% (21%–94%)"]
    assert row(told, "care_in_distress")[1:] == ["n = 0"] * 3
    assert sum(line.startswith(f"| {check.name}:") for check in CHECKS for line in told.splitlines()) == len(CHECKS)


def test_findings_are_listed_with_their_place() -> None:
    assert "- one_question, s-terse, entry 0: asks 2 questions at once" in report(by_script(GOOD, BAD))
    assert report(by_script(GOOD)).endswith("## Findings\n\nNone.\n")


def test_a_long_list_of_findings_says_how_long_it_is() -> None:
    told = report(by_script(*[BAD] * (MOST_FINDINGS + 3)))
    assert told.endswith("- … and 3 more\n")


def test_a_missing_verdict_is_counted_apart_and_never_a_score() -> None:
    told = report(live(4, None, 2, None))
    assert row(told, "listens | cooperative")[2:] == ["2", "3.00 (1.00–5.00)", "2"]
    assert row(told, "listens | all")[2:] == ["2", "3.00 (1.00–5.00)", "2"]
    assert row(told, "neutral | all")[2:] == ["0", "–", "0"]
    assert row(report(live(None)), "listens | all")[2:] == ["0", "–", "1"]


def test_what_is_missing_is_told() -> None:
    run = live(4)
    run.broken.append("library-terse")
    run.untailored.append("park")
    told = report(run)
    assert "missing, for the model gave no reply: 1" in told
    assert "- missing: library-terse" in told
    assert "under the basic prompt, for a tailored one could not be written: park" in told
