"""The report: what was measured, on whom, how often, and how sure it is."""

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from chalicelib.llm.interface import SCRIPTED
from evals.checks import CHECKS, Check, Finding
from evals.judges import HIGHEST, JUDGES, LOWEST, Verdict
from evals.participants import PERSONAS
from evals.statistics import mean_of, wilson
from evals.transcript import Transcript

MOST_FINDINGS = 60
NOT_LIVE = "not measured with a live model"


class Scored(Struct, frozen=True):
    """A conversation with what the checks found and the judges said."""

    transcript: Transcript
    findings: dict[str, list[Finding]]  # by the name of each check that applies
    verdicts: tuple[Verdict, ...] = ()

    @property
    def persona(self) -> str:
        return self.transcript.setting.persona


class Run(Struct):
    """All of one evaluation."""

    provider: str
    played_by: str
    models: set[str] = field(default_factory=set)
    judged_by: str = ""
    scored: list[Scored] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)  # conversations that the model left without an answer
    untailored: list[str] = field(default_factory=list)  # sessions whose tailored prompt the model did not write

    @property
    def live(self) -> bool:
        """Whether a real model facilitated."""
        return self.provider != SCRIPTED

    def failures(self) -> list[tuple[str, Scored, Finding]]:
        """Every finding with its check."""
        return [(name, it, found) for it in self.scored for name, findings in it.findings.items() for found in findings]


def score(transcript: Transcript, verdicts: Iterable[Verdict] = (), checks: Sequence[Check] = CHECKS) -> Scored:
    """Put every check that applies to a conversation to it."""
    findings = {check.name: check.find(transcript) for check in checks if check.applies(transcript)}
    return Scored(transcript, findings, tuple(verdicts))


def report(run: Run) -> str:
    """The evaluation as markdown."""
    parts = [
        "# Evaluation of the facilitator",
        _about(run),
        "## Checks\n\nConversations without a finding of those that a check applies to, with the 95 % Wilson interval.",
        _checks_table(run),
        "## Judges",
        _judges_table(run) if run.judged_by else f"None: {NOT_LIVE}.",
    ]
    return "\n\n".join([*parts, *_findings(run)]) + "\n"


def _about(run: Run) -> str:
    sessions = {it.transcript.setting.session for it in run.scored}
    lines = [
        f"- **Synthetic participants**: nobody here is a person; they are {run.played_by}",
        f"- provider: {run.provider}; models: {', '.join(sorted(run.models)) or 'none'}",
        f"- judges: {run.judged_by or 'none'}",
        f"- {len(run.scored)} conversations in {len(sessions)} sessions; missing, for the model gave no reply: {len(run.broken)}",
    ]
    if run.untailored:
        lines.append(f"- under the basic prompt, for a tailored one could not be written: {', '.join(run.untailored)}")
    if not run.live:
        lines.append(
            f"- **{NOT_LIVE}**: the facilitator is a script that listens to nobody, so its results say nothing about a language model, "
            "and its intervals only how few conversations there are"
        )
    return "\n".join(lines)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _personas(run: Run) -> list[str]:
    present = {it.persona for it in run.scored}
    return [persona for persona in PERSONAS if persona in present]


def _checks_table(run: Run) -> str:
    personas = _personas(run)
    rows = []
    for check in CHECKS:
        cells = [
            _rate(it.findings.get(check.name) for it in run.scored if it.persona == persona) for persona in personas
        ]
        rows.append([f"{check.name}: {check.asks}", *cells, _rate(it.findings.get(check.name) for it in run.scored)])
    return _table(["check", *personas, "all"], rows)


def _rate(results: Iterable[list[Finding] | None]) -> str:
    measured = [not findings for findings in results if findings is not None]
    if not measured:
        return "n = 0"
    found = wilson(sum(measured), len(measured))
    return f"{sum(measured)}/{len(measured)} {found.value:.0%} ({found.low:.0%}–{found.high:.0%})"


def _judges_table(run: Run) -> str:
    rows = []
    for by in JUDGES:
        for persona in [*_personas(run), "all"]:
            given = [
                verdict.score
                for it in run.scored
                if persona in (it.persona, "all")
                for verdict in it.verdicts
                if verdict.judge == by.name
            ]
            rows.append([by.name, persona, *_mean(given)])
    head = _table(["judge", "persona", "n", f"mean, {LOWEST}–{HIGHEST} (95 % t-interval)", "missing"], rows)
    return f"{head}\n\nA verdict that could not be read is missing; it is no score and not in n."


def _mean(given: Sequence[int | None]) -> list[str]:
    scores = [score for score in given if score is not None]
    missing = str(len(given) - len(scores))
    if not scores:
        return ["0", "–", missing]
    found = mean_of(scores, LOWEST, HIGHEST)
    return [str(len(scores)), f"{found.value:.2f} ({found.low:.2f}–{found.high:.2f})", missing]


def _findings(run: Run) -> list[str]:
    lines = [
        f"- {name}, {it.transcript.setting.session}-{it.persona}, entry {found.entry}: {found.problem}"
        for name, it, found in run.failures()
    ]
    lines += [f"- missing: {name}" for name in run.broken]
    if not lines:
        return ["## Findings\n\nNone."]
    more = [f"- … and {len(lines) - MOST_FINDINGS} more"] if len(lines) > MOST_FINDINGS else []
    return ["## Findings", "\n".join([*lines[:MOST_FINDINGS], *more])]
