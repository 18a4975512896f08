"""The states of a session's synthesis, told from its stored record, and the transitions between them, by name.

A session without any of these states is settled. Several may hold at once: whoever withdraws a summary makes it stale, too.

| state | the record has | members are told | a job |
| --- | --- | --- | --- |
| settled | no time below, and no tries | `current`; `none` before the first summary | does nothing without news of a thread |
| stale | `stale_since`, or `told_at` by the stream | `stale`; `none` before the first summary | begins |
| behind | `behind_since`: it lacks what is digested | `stale`; `none` before the first summary | begins for a reason (`schedule.py`) |
| wanted | `wanted_at`: somebody waits for it | `updating`, where a job would try | begins, as soon as it may |
| updating | `updating_until` ahead | `updating` | begins, unless it is `held_by_request` |
| interrupted | `updating_until` in the past | `stale`; `none` before the first summary | begins |
| waiting for a retry | `tries` that failed; the next is due at `due_at` | what its other states say | begins when it is woken |
| resting | `rests_until` ahead | what its other states say | does nothing without news of a thread |
| in the slow lane | `slow_until` ahead: processes died of it | what its other states say | does nothing; a request may begin |
| given up | as many `paid_tries` as MOST_PAID | what its other states say | does nothing without news of a thread |
| withdrawn | `withdrawn_at`; the summary is offline, or left with somebody's words cut out | `updating` | begins |

| transition | made by | from | to |
| --- | --- | --- | --- |
| `mark_stale` | who leaves something out of a summary | a record without `stale_since` | stale |
| `mark_due` | a job that left the scratchpad to the next | any | stale, and due |
| `mark_undigested` | the stream of conversations | any | stale, and afresh: not waiting, not resting, not given up |
| `want` | whoever is to read the summary and finds it stale | not wanted | wanted, and due |
| `fall_behind` | a job that digested and writes no summary now | the same people, nobody came to want it | behind, due in silence |
| `clear_undigested` | a request that has digested them all | what was told at that very time | not stale for these words |
| `begin` | a job | not updating, or no longer, or not held by a request | updating, not stale, begun once more |
| `begin` by request | a request | not updating, or no longer | the same, held by the request, and afresh |
| `hand_over` | a request that leaves the rest to a job | updating or interrupted | updating until then; wanted, where it was asked for |
| `survive` | a job that failed, however else | any | not begun: its process did not die |
| `fail` | a job | updating, the same people, not stale again | stale; waiting, resting or given up |
| `end` | who has a summary to store, or found nothing to write | the same people | settled, or stale where something came after `begin` |
| `exclude` | a host who takes somebody out or removes them | any | withdrawn, stale, wanted, of other people, afresh |
| `cut` | a participant who is not to be quoted any more | the same people | withdrawn, stale, wanted, of other people, afresh |
| `tell_others` | a participant who is to be passed on to others no more, or again | any | stale, and due; of other people |
| `include` | a host who takes somebody in again | any | stale, wanted, of other people, afresh |

`due_at` is set as long as a job is at it, or is to come back: the sweep finds by it what ended without a transition, and with
`fall_behind` the sessions that fell silent.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from msgspec.structs import replace

from chalicelib.model import Precondition, SessionView, SummaryStatus, Synthesis, Transition
from chalicelib.model.synthesis import Attribute, Value
from chalicelib.services.synthesis.retry_policy import FIRST_REST, rest_after

MOST_PAID = 8  # tries at a summary that a model is paid for, until something new is said
_ALIVE: Mapping[Attribute, Value] = {"begun": None, "slow_until": None}
_AFRESH: Mapping[Attribute, Value] = {"tries": None, "paid_tries": None, "rests_until": None}


def summary_status(view: SessionView, now: datetime) -> SummaryStatus:
    """How the summary relates to what was said, as members are told."""
    synthesis = view.synthesis
    if is_updating(synthesis, now) or (synthesis.wanted_at and may_be_tried(synthesis, now)):
        return "updating"
    if view.summary is None:
        return "updating" if synthesis.withdrawn_at else "none"
    return "stale" if stale_since(synthesis) or synthesis.behind_since or synthesis.updating_until else "current"


def may_be_tried(synthesis: Synthesis, now: datetime) -> bool:
    """Whether a job that is woken now would try to write the summary."""
    return not (is_resting(synthesis, now) or is_in_slow_lane(synthesis, now))


def stale_since(synthesis: Synthesis) -> datetime | None:
    """Since when there is something that no job has looked at."""
    return synthesis.stale_since or synthesis.told_at


def is_updating(synthesis: Synthesis, now: datetime) -> bool:
    """Whether a summary is being written; one that should have ended by now was interrupted."""
    return synthesis.updating_until is not None and synthesis.updating_until > now


def is_settled(synthesis: Synthesis) -> bool:
    """Whether the summary has all that there is, and none is being written."""
    return is_digested(synthesis) and not (synthesis.behind_since or synthesis.wanted_at)


def is_digested(synthesis: Synthesis) -> bool:
    """Whether nothing waits but perhaps the summary itself."""
    return not (stale_since(synthesis) or synthesis.updating_until or synthesis.withdrawn_at)


def is_given_up(synthesis: Synthesis) -> bool:
    """Whether nobody tries again by himself: a model was paid for it too often, and no summary came of it."""
    return synthesis.paid_tries >= MOST_PAID


def is_resting(synthesis: Synthesis, now: datetime) -> bool:
    """Whether the summary of what is digested is not to be tried now."""
    until = synthesis.rests_until
    return is_given_up(synthesis) or (until is not None and until > now)


def is_in_slow_lane(synthesis: Synthesis, now: datetime) -> bool:
    """Whether so many processes died of it in a row that no job is to touch it now, whatever is said."""
    return synthesis.slow_until is not None and synthesis.slow_until > now


def count_failure(synthesis: Synthesis, now: datetime, *, paid: bool, has_news: bool) -> Synthesis:
    """The record after one more try that failed; `has_news` where something was digested that no try before has seen."""
    before = replace(synthesis, tries=0, paid_tries=0) if has_news else synthesis
    rest = rest_after(before.tries + 1)
    after = replace(
        before,
        tries=before.tries + 1,
        paid_tries=before.paid_tries + paid,
        rests_until=now + rest if rest else None,
        due_at=now + (rest or FIRST_REST),
    )
    return replace(after, due_at=None) if is_given_up(after) else after


def mark_stale(now: datetime) -> Transition:
    """There is something that the summary does not know; the first mark stays."""
    return Transition({"stale_since": now}, preconditions=(_absent("stale_since"),))


def mark_due(now: datetime) -> Transition:
    """Something is left to do for a job, of which no thread tells: the sweep finds it where the job that is asked for gets lost."""
    return Transition({"stale_since": now, "due_at": now})


def mark_undigested(now: datetime) -> Transition:
    """There are words that no digest has."""
    return Transition({"told_at": now, **_AFRESH})


def want(now: datetime) -> Transition:
    """Somebody waits for the summary: it is written as soon as it may."""
    return Transition({"wanted_at": now, "due_at": now}, preconditions=(_absent("wanted_at"),))


def fall_behind(before: Synthesis, now: datetime, silent_at: datetime) -> Transition:
    """What was begun has digested what there was, for a summary that is written later: when nobody has said anything until
    `silent_at`, if not for another reason before."""
    sets: dict[Attribute, Value] = {
        "behind_since": before.behind_since or now,
        "updating_until": None,
        "held_by_request": None,
        "due_at": silent_at,
        **_ALIVE,
    }
    unwanted = _present("wanted_at") if before.wanted_at else _absent("wanted_at")
    return Transition(sets, preconditions=(unwanted,), epoch=before.epoch, in_silence=True)


def clear_undigested(told_at: datetime) -> Transition:
    """All words that were told of then are in a digest."""
    return Transition({"told_at": None}, preconditions=((Precondition("told_at", "is", told_at),),))


def begin(now: datetime, until: datetime, *, by_request: bool = False, rest: timedelta = timedelta()) -> Transition:
    """A summary is being written; whatever comes after this makes it stale again. Should it not end, it is due after `rest`,
    and in the slow lane until then.

    A request waits for everybody else, a job only for a request: the queue runs one job of a session at a time.
    """
    sets: dict[Attribute, Value] = {
        "updating_until": until,
        "held_by_request": by_request or None,
        "due_at": until + rest,
        "stale_since": None,
        "told_at": None,
    }
    if rest:
        sets["slow_until"] = until + rest
    free = (*_absent("updating_until"), Precondition("updating_until", "at most", now))
    if by_request:
        return Transition({**sets, **_AFRESH}, {"begun": 1}, (free,))
    return Transition(sets, {"begun": 1}, ((*free, *_absent("held_by_request")),))


def hand_over(until: datetime, wanted_at: datetime | None = None) -> Transition:
    """The request gives up what it began; it is due, and counts as being written until then. With `wanted_at` the request was for a
    summary of the large model, and a job has to write that."""
    sets: dict[Attribute, Value] = {"updating_until": until, "held_by_request": None, "due_at": until, **_ALIVE}
    if wanted_at:
        sets |= {"wanted_at": wanted_at, "wants_large": True}
    return Transition(sets, preconditions=(_present("updating_until"),))


def survive() -> Transition:
    """What was begun has come to an end, if to no good one: nobody died of it."""
    return Transition(_ALIVE)


def fail(after: Synthesis, now: datetime) -> Transition:
    """No summary came of what was begun, with tries, rest and next date as this record has them.

    Where something new came since, that is left as it is: a job comes for it.
    """
    sets: dict[Attribute, Value] = {
        "stale_since": now,
        **_ALIVE,
        "tries": after.tries,
        "paid_tries": after.paid_tries,
        "due_at": after.due_at,
    }
    if after.rests_until:
        sets["rests_until"] = after.rests_until
    if after.rests_until or after.due_at is None:
        sets |= {"updating_until": None, "held_by_request": None}
    nothing_new = _absent("stale_since"), _absent("told_at")
    return Transition(sets, preconditions=(_present("updating_until"), *nothing_new), epoch=after.epoch)


def end(epoch: int) -> Transition:
    """No summary is being written any more, and none is due for what was known when it was begun."""
    gone: tuple[Attribute, ...] = (
        "updating_until",
        "held_by_request",
        "withdrawn_at",
        "behind_since",
        "wanted_at",
        "wants_large",
        "due_at",
    )
    return Transition({**dict.fromkeys(gone), **_ALIVE, **_AFRESH}, epoch=epoch)


def exclude(now: datetime) -> Transition:
    """The summary is taken offline, with what it has of somebody; one that is being written is of other people now."""
    made = include(now)
    return replace(made, sets={**made.sets, "withdrawn_at": now})


def cut(now: datetime, epoch: int) -> Transition:
    """Somebody's words were cut out of the summary of this epoch, which is to be written anew; one that is being written may have them."""
    return replace(exclude(now), epoch=epoch)


def tell_others(now: datetime) -> Transition:
    """Other participants are told of other people: the scratchpad is to be made anew, the summary stays as it is."""
    return Transition({"stale_since": now, "due_at": now}, {"epoch": 1})


def include(now: datetime) -> Transition:
    """The summary is of other people, and due."""
    return Transition({"stale_since": now, "wanted_at": now, "due_at": now, **_AFRESH}, {"epoch": 1})


def _absent(attribute: Attribute) -> tuple[Precondition, ...]:
    return (Precondition(attribute, "absent"),)


def _present(attribute: Attribute) -> tuple[Precondition, ...]:
    return (Precondition(attribute, "present"),)
