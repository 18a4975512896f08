"""The states of a synthesis, and each transition: from which records it is made, and what is stored then."""

import inspect
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import SessionView, Summary, Synthesis, Transition
from chalicelib.services.synthesis import state
from chalicelib.services.synthesis.retry_policy import AT_ONCE, FIRST_REST
from chalicelib.store import database, keys
from chalicelib.store.session_items import SynthesisItem
from chalicelib.store.sessions import FOR_RESULTS
from tests.clock import NOON, own_time
from tests.services import builders

BEFORE, SOON, LATER = (NOON + timedelta(seconds=seconds) for seconds in (-60, 60, 120))
SUMMARY = Summary("text", BEFORE, "model", 2, 2, overview="o")

SETTLED: Mapping[str, Any] = {}
STALE = {"stale_since": BEFORE}
TOLD = {"told_at": BEFORE}
BY_JOB = {"updating_until": SOON, "due_at": SOON, "begun": 1}
BY_REQUEST = {**BY_JOB, "held_by_request": True}
INTERRUPTED = {"updating_until": BEFORE, "due_at": BEFORE, "begun": 2}
TRIED = {"tries": 2, "paid_tries": 1, "rests_until": SOON}
WITHDRAWN = {"withdrawn_at": BEFORE, "stale_since": BEFORE, "due_at": BEFORE, "epoch": 1}

BEGUN_BY_REQUEST = state.begin(NOON, LATER, by_request=True)
BEGUN_BY_JOB = state.begin(NOON, LATER, rest=FIRST_REST)
BEHIND = {"behind_since": BEFORE}
WANTED = {"wanted_at": BEFORE}
SILENT_LATER = {"due_at": LATER, "due_kind": "silence"}
BEHIND_NOW = {"behind_since": NOON, **SILENT_LATER}
FALLS_BEHIND = state.fall_behind(Synthesis(), NOON, LATER)
STAYS_BEHIND = state.fall_behind(Synthesis(behind_since=BEFORE), NOON, LATER)
AGAIN = Synthesis(tries=3, paid_tries=2, due_at=LATER)
RESTS = Synthesis(tries=5, paid_tries=2, rests_until=LATER, due_at=LATER)
NEVER = Synthesis(tries=9, paid_tries=8)
OF_JOB = {"updating_until": LATER, "due_at": LATER + FIRST_REST, "slow_until": LATER + FIRST_REST, "begun": 1}
BY_JOB_LATER = {"updating_until": LATER, "due_at": LATER + FIRST_REST}
OF_REQUEST = {"updating_until": LATER, "due_at": LATER, "begun": 1, "held_by_request": True}
STALE_NOW = {"stale_since": NOON}

# Before, the transition, and after; None where it is not made.
MOVES: dict[str, tuple[Mapping[str, Any], Transition, Mapping[str, Any] | None]] = {
    "a settled one is marked": (SETTLED, state.mark_stale(NOON), STALE_NOW),
    "what is left for a job is due": (SETTLED, state.mark_due(NOON), {"stale_since": NOON, "due_at": NOON}),
    "the first mark stays": (STALE, state.mark_stale(NOON), None),
    "new words begin afresh": ({**STALE, **TRIED}, state.mark_undigested(NOON), {**STALE, "told_at": NOON}),
    "words that were told of are forgotten": ({**STALE, **TOLD}, state.clear_undigested(BEFORE), STALE),
    "words that were told of later are not": (TOLD, state.clear_undigested(NOON), None),
    "a job begins": ({**STALE, **TOLD, **TRIED}, BEGUN_BY_JOB, {**OF_JOB, **TRIED}),
    "a job begins while another one should be at it": (BY_JOB, BEGUN_BY_JOB, {**OF_JOB, "begun": 2}),
    "a job waits for a request": (BY_REQUEST, BEGUN_BY_JOB, None),
    "a job begins after a request died": (
        {**INTERRUPTED, "held_by_request": True},
        BEGUN_BY_JOB,
        {**OF_JOB, "begun": 3},
    ),
    "a request begins afresh": ({**STALE, **TRIED}, BEGUN_BY_REQUEST, OF_REQUEST),
    "a request waits for a job": (BY_JOB, BEGUN_BY_REQUEST, None),
    "a request waits for a request": (BY_REQUEST, BEGUN_BY_REQUEST, None),
    "a request begins after a job died": (INTERRUPTED, BEGUN_BY_REQUEST, {**OF_REQUEST, "begun": 3}),
    "a job that failed did not die": ({**OF_JOB, **TOLD}, state.survive(), {**BY_JOB_LATER, **TOLD}),
    "a request hands over": (BY_REQUEST, state.hand_over(LATER), {"updating_until": LATER, "due_at": LATER}),
    "nothing is handed over after the end": (STALE, state.hand_over(LATER), None),
    "a job fails and the queue tries again": (
        BY_JOB,
        state.fail(AGAIN, NOON),
        {**STALE_NOW, "updating_until": SOON, "tries": 3, "paid_tries": 2, "due_at": LATER},
    ),
    "a job fails and rests": (
        BY_JOB,
        state.fail(RESTS, NOON),
        {**STALE_NOW, "tries": 5, "paid_tries": 2, "rests_until": LATER, "due_at": LATER},
    ),
    "a job gives up": (BY_JOB, state.fail(NEVER, NOON), {**STALE_NOW, "tries": 9, "paid_tries": 8}),
    "a failure says nothing of words that came since": ({**BY_JOB, **TOLD}, state.fail(RESTS, NOON), None),
    "a failure says nothing of what was marked since": ({**BY_JOB, **STALE}, state.fail(RESTS, NOON), None),
    "a failure says nothing of other people": ({**BY_JOB, "epoch": 1}, state.fail(RESTS, NOON), None),
    "a failure says nothing after the end": (SETTLED, state.fail(RESTS, NOON), None),
    "all is done": ({**BY_REQUEST, **TRIED}, state.end(0), SETTLED),
    "all is done for those who were left": ({**BY_JOB, "withdrawn_at": BEFORE, "epoch": 1}, state.end(1), {"epoch": 1}),
    "what came meanwhile stays": ({**BY_JOB, **TOLD, **STALE}, state.end(0), {**TOLD, **STALE}),
    "a summary of other people ends nothing": (WITHDRAWN, state.end(0), None),
    "somebody is taken out": (
        {**BY_JOB, **TRIED},
        state.exclude(NOON),
        {**BY_JOB, **STALE_NOW, "withdrawn_at": NOON, "wanted_at": NOON, "due_at": NOON, "epoch": 1},
    ),
    "somebody is taken in again": (
        WITHDRAWN,
        state.include(NOON),
        {**STALE_NOW, "withdrawn_at": BEFORE, "wanted_at": NOON, "due_at": NOON, "epoch": 2},
    ),
    "somebody comes to read": (STALE, state.want(NOON), {**STALE, "wanted_at": NOON, "due_at": NOON}),
    "others who come to read wait with them": (WANTED, state.want(NOON), None),
    "what is digested waits for a reason": (BY_JOB, FALLS_BEHIND, BEHIND_NOW),
    "it is behind since the first time": ({**BY_JOB, **BEHIND}, STAYS_BEHIND, {**BEHIND, **SILENT_LATER}),
    "words that came meanwhile stay": ({**BY_JOB, **TOLD}, FALLS_BEHIND, {**TOLD, **BEHIND_NOW}),
    "for somebody who came to read it does not wait": ({**BY_JOB, **WANTED}, FALLS_BEHIND, None),
    "somebody waits, and it is too early": (
        {**BY_JOB, **WANTED},
        state.fall_behind(Synthesis(wanted_at=BEFORE), NOON, LATER),
        {**WANTED, **BEHIND_NOW},
    ),
    "it does not wait with other people than before": ({**BY_JOB, "epoch": 1}, FALLS_BEHIND, None),
    "a job begins with what is behind": ({**BEHIND, **WANTED}, BEGUN_BY_JOB, {**OF_JOB, **BEHIND, **WANTED}),
    "a request hands over what it was asked for": (
        BY_REQUEST,
        state.hand_over(LATER, NOON),
        {"updating_until": LATER, "due_at": LATER, "wanted_at": NOON, "wants_large": True},
    ),
    "nobody waits in the end": ({**BY_JOB, **BEHIND, **WANTED, "wants_large": True}, state.end(0), SETTLED),
}


@pytest.fixture
def session_id(aws: None, monkeypatch: pytest.MonkeyPatch) -> str:
    own_time(monkeypatch)
    session = builders.view().session
    assert container.sessions().create(session, context=None, questions=(), prompt=None)
    return session.id


def put(session_id: str, record: Mapping[str, Any]) -> None:
    values: dict[str, Any] = {"epoch": 0, **record}
    if "due_at" in values:
        values["due_kind"] = keys.due("summary", session_id)
    item = SynthesisItem(session_id, keys.SYNTHESIS, **values)
    database.put(item, SynthesisItem.session_id.exists())


def stored(session_id: str) -> dict[str, Any]:
    item = database.get(SynthesisItem, session_id, keys.SYNTHESIS)
    assert item is not None
    found = {name: value for name, value in item.attribute_values.items() if value is not None}
    return {name: value for name, value in found.items() if name not in ("session_id", "part")}


@pytest.mark.parametrize("named", MOVES)
def test_each_transition_is_made_from_its_states_only_and_writes_what_it_says(session_id: str, named: str) -> None:
    before, transition, after = MOVES[named]
    put(session_id, before)
    assert container.summaries().move(session_id, transition) == (after is not None)
    expected: dict[str, Any] = {"epoch": 0, **(before if after is None else after)}
    if "due_at" in expected:
        expected["due_kind"] = keys.due(expected.get("due_kind", "summary"), session_id)
    assert stored(session_id) == expected


def test_the_record_is_read_as_it_is_stored(session_id: str) -> None:
    record: dict[str, Any] = {**BY_REQUEST, **TRIED, **STALE, **TOLD, **BEHIND, **WANTED, "wants_large": True}
    record |= {"withdrawn_at": BEFORE, "epoch": 3}
    put(session_id, record)
    assert container.sessions().view(session_id, FOR_RESULTS).synthesis == Synthesis(**record)


def test_the_table_has_every_transition() -> None:
    functions = inspect.getmembers(state, inspect.isfunction)
    named = {name for name, found in functions if inspect.signature(found).return_annotation is Transition}
    rows = [line for line in (state.__doc__ or "").splitlines() if line.startswith("| `")]
    assert {row.split("`")[1] for row in rows} == named


@pytest.mark.parametrize(
    ("record", "without", "with_one"),
    [
        (SETTLED, "none", "current"),
        (STALE, "none", "stale"),
        (TOLD, "none", "stale"),
        (BY_JOB, "updating", "updating"),
        (BY_REQUEST, "updating", "updating"),
        (INTERRUPTED, "none", "stale"),
        ({**STALE, **TRIED}, "none", "stale"),
        (WITHDRAWN, "updating", "stale"),
        (BEHIND, "none", "stale"),
        ({**BEHIND, **WANTED}, "updating", "updating"),
        ({**BEHIND, **WANTED, **TRIED}, "none", "stale"),
        ({**BEHIND, **WANTED, "slow_until": SOON}, "none", "stale"),
        ({**BEHIND, **WANTED, "paid_tries": state.MOST_PAID}, "none", "stale"),
    ],
)
def test_what_members_are_told_of_each_state(record: Mapping[str, Any], without: str, with_one: str) -> None:
    view: SessionView = replace(builders.view(), synthesis=Synthesis(**record))
    assert state.summary_status(replace(view, summary=None), NOON) == without
    assert state.summary_status(replace(view, summary=SUMMARY), NOON) == with_one


def test_failures_are_counted_to_a_rest_and_to_the_last_paid_one() -> None:
    found, due = Synthesis(), []
    for _ in range(state.MOST_PAID):
        found = state.count_failure(found, NOON, paid=True, has_news=False)
        due.append(found.due_at)
    assert due == [*[NOON + FIRST_REST] * AT_ONCE, NOON + 2 * FIRST_REST, NOON + 4 * FIRST_REST, None]
    assert state.is_given_up(found)
    assert state.is_resting(found, LATER + timedelta(days=9))
    again = state.count_failure(found, NOON, paid=False, has_news=True)
    assert (again.tries, again.paid_tries, again.rests_until, again.due_at) == (1, 0, None, NOON + FIRST_REST)
