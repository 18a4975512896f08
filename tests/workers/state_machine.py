"""A session as its people, its host, its streams, its queues and its clock see it: whatever may happen, in any order.

At each step something may break at its n-th call, or something else may happen just before that call.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from itertools import count
from typing import Any

import msgspec
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

import app
from chalicelib import container
from chalicelib.errors import HarmonicaError
from chalicelib.model import SessionView, Thread
from chalicelib.services.participants.decisions import remove_participant, set_included
from chalicelib.services.synthesis.on_demand import summarise_now
from chalicelib.services.synthesis.scratchpad_on_demand import update_scratchpad
from chalicelib.services.synthesis.staleness import want_where_stale
from chalicelib.services.synthesis.state import may_be_tried, summary_status
from tests import events
from tests.conversation import HOST, participant
from tests.events import Context
from tests.faults import Died, Wire
from tests.snapshots import empty_tables
from tests.workers.consultation import SAYINGS, Consultation
from tests.workers.delivery import Queues, Streams
from tests.workers.final_state import A_DAY, deliver_all, holds_exactly, message_ids, read_results, settle
from tests.workers.interruptions import PEOPLE, OtherRequest, Trouble, failures, people, troubles


class SessionMachine(RuleBasedStateMachine):
    """`sent` is what everybody sent and nobody removed, in order, by its id; `out` who is acknowledged to be taken out.

    `decided` and `unanswered` are requests that came to no end: whoever sent them sends them again before anything else.
    """

    consultation: Consultation
    wire: Wire
    streams: Streams
    queues: Queues
    ids: Iterator[int] = count(1)

    @initialize(lost=st.booleans(), speakers=st.integers(0, 3), done=st.booleans())
    def begin(self, lost: bool, speakers: int, done: bool) -> None:
        """Some have spoken, and all that follows is `done` or to come. With `lost`, what is on its way in the end never arrives."""
        empty_tables()
        self.streams.lose()
        self.queues.waiting.clear()
        type(self).ids = count(1)
        self.consultation.clock.advance(A_DAY - self.consultation.clock.now().timestamp() % A_DAY)
        self.consultation = Consultation(
            self.consultation.clock, self.consultation.model, cross_pollination=True, prompt="Ask."
        )
        self.lost, self.ended, self.said = lost, False, 0
        self.sent: dict[str, dict[str, str]] = {name: {} for name in PEOPLE}
        self.unanswered: dict[str, str] = {}
        self.decided: dict[str, bool | None] = {}  # whether somebody is in; None: removed
        self.out: set[str] = set()
        self.gone: set[str] = set()  # words and ids of messages that were removed
        self.newest: Any = None
        self.withdrawn = False
        self.read_requests = len(self.consultation.model.requests)
        for name in PEOPLE[:speakers]:
            self.speak(name, SAYINGS[0], None)
        if done:
            deliver_all(self.streams, self.queues)

    # How something is done

    def attempt(self, trouble: Trouble, action: Callable[[], object]) -> bool:
        """Do something, in trouble, or while something else happens; False where it came to no end."""
        model = self.consultation.model
        self.consultation.clock.advance(0.05)  # no two things happen at once
        around: AbstractContextManager[object] = nullcontext()
        if isinstance(trouble, OtherRequest):
            around = self.wire.meanwhile(trouble.at, lambda: self.meanwhile(trouble.what, trouble.name))
        elif isinstance(trouble, tuple):
            around = self.wire.broken(*trouble)
        elif trouble:
            model.failing.add(trouble)
        try:
            with around:
                action()
        except (Died, HarmonicaError):
            return False
        finally:
            model.failing.clear()
        return True

    def meanwhile(self, what: str, name: str) -> None:
        """Another request, between two calls of the one that is being made."""
        if what == "speaks":
            self.speak(name, SAYINGS[0], None)
        elif what == "sums up":
            self.attempt(None, lambda: summarise_now(self.consultation.session.id, deps=container.synthesis_deps()))
        else:
            self.decide(name, {"is taken out": False, "is taken in": True}.get(what), None)

    def head(self, name: str) -> Thread | None:
        """Somebody's thread."""
        heads = container.conversations().heads(self.consultation.session.id)
        return next((head for head in heads if head.external_id == name), None)

    # People

    def send(self, name: str, message_id: str, trouble: Trouble) -> None:
        self.consultation.who = participant(name, name)
        text = self.sent[name][message_id]
        if self.attempt(trouble, lambda: self.consultation.say(text, message_id)):
            self.unanswered.pop(name, None)
        else:
            self.unanswered[name] = message_id

    def speak(self, name: str, saying: str, trouble: Trouble) -> None:
        if name in self.unanswered:
            self.send(name, self.unanswered[name], trouble)
        elif not self.ended:
            self.said += 1
            message_id = f"{name}{self.said:03}"
            self.sent[name][message_id] = f"{saying.removesuffix('.')} {message_id}."
            self.send(name, message_id, trouble)

    @precondition(lambda self: not self.ended)
    @rule(name=people, saying=st.sampled_from(SAYINGS), trouble=failures)
    def somebody_speaks(self, name: str, saying: str, trouble: Trouble) -> None:
        """Joins by speaking, or speaks on; whoever got no answer sends the same again first."""
        self.host_repeats(name)
        self.speak(name, saying, trouble)

    @rule(name=people, data=st.data(), trouble=failures)
    def an_old_message_comes_again(self, name: str, data: st.DataObject, trouble: Trouble) -> None:
        self.host_repeats(name)
        if self.sent[name] and name not in self.unanswered:
            message_id = data.draw(st.sampled_from(sorted(self.sent[name])))
            self.consultation.who = participant(name, name)
            self.attempt(trouble, lambda: self.consultation.say(self.sent[name][message_id], message_id))

    # The host

    @rule(name=people, included=st.sampled_from((False, True, None)), trouble=failures)
    def the_host_decides_about_somebody(self, name: str, included: bool | None, trouble: Trouble) -> None:
        """Takes somebody out, or in again, or removes them."""
        self.host_repeats(name)
        self.decide(name, included, trouble)

    def host_repeats(self, name: str) -> None:
        """A request that was not answered is sent again."""
        if name in self.decided:
            self.decide(name, self.decided[name], None)

    def decide(self, name: str, included: bool | None, trouble: Trouble) -> None:
        session_id, head = self.consultation.session.id, self.head(name)
        if head is None and name not in self.decided:
            return
        if included is None:
            self.gone.update(self.sent[name], message_ids(head) if head else ())
        before = read_results(self.consultation).summary
        if not included:
            self.newest = None
        self.decided[name] = included

        def ask() -> None:
            assert head
            view, found = container.participants().find(session_id, head.id, HOST)
            if included is None:
                remove_participant(view.session, found, deps=container.participant_deps())
            else:
                set_included(session_id, found, included, deps=container.participant_deps())

        if head is None or self.attempt(trouble, ask) or (included is None and self.head(name) is None):
            self.acknowledged(name, included)
        self.withdrawn = self.withdrawn or (before is not None and read_results(self.consultation).summary is None)

    def acknowledged(self, name: str, included: bool | None) -> None:
        del self.decided[name]
        (self.out.add if included is False else self.out.discard)(name)
        if included is None:
            asked = self.unanswered.get(name)  # is sent once more, and begins another conversation
            self.sent[name] = {it: text for it, text in self.sent[name].items() if it == asked}
            self.gone.difference_update(self.sent[name])

    @rule(trouble=troubles)
    def the_host_asks_for_the_summary(self, trouble: Trouble) -> None:
        written: list[bool] = []
        session_id = self.consultation.session.id
        self.attempt(trouble, lambda: written.append(summarise_now(session_id, deps=container.synthesis_deps())))
        if written == [True] and trouble is None:
            heads = [head for head in container.conversations().heads(session_id) if head.included]
            total, view = sum(head.message_count for head in heads), read_results(self.consultation)
            assert (view.summary.messages if view.summary else 0) == total
            assert summary_status(view, self.consultation.clock.now()) == ("current" if total else "none")

    @rule(trouble=troubles)
    def somebody_reads_the_summary(self, trouble: Trouble) -> None:
        """And has it written where it lacks something."""
        view, now = read_results(self.consultation), self.consultation.clock.now()
        summaries, jobs = container.summaries(), container.jobs()
        before = summary_status(view, now)
        self.attempt(trouble, lambda: want_where_stale(view, now, summaries=summaries, jobs=jobs))
        told = summary_status(read_results(self.consultation), self.consultation.clock.now())
        assert trouble or before != "stale" or told == "updating" or not may_be_tried(view.synthesis, now)

    @rule(trouble=troubles, mode=st.sampled_from(("seed", "update", "status")))
    def the_host_asks_for_the_scratchpad(self, trouble: Trouble, mode: Any) -> None:
        self.attempt(
            trouble, lambda: update_scratchpad(self.consultation.session.id, mode, deps=container.synthesis_deps())
        )

    @precondition(lambda self: not (self.unanswered or self.ended))
    @rule()
    def the_host_ends_the_session(self) -> None:
        """From then on nobody speaks."""
        clock = self.consultation.clock
        self.edit(closes_at=clock.now() + timedelta(seconds=1))
        clock.advance(2)
        self.ended = True
        self.consultation.who = participant("ann", "ann")
        assert not self.attempt(None, lambda: self.consultation.say("Too late", "late"))

    @precondition(lambda self: self.ended)
    @rule()
    def the_host_gives_the_session_more_time(self) -> None:
        self.edit(closes_at=None)
        self.ended = False

    def edit(self, **changes: Any) -> None:
        self.consultation.edit(**changes)

    # What carries work, and the clock

    @precondition(lambda self: any(self.streams.waiting.values()))
    @rule(data=st.data(), comes_again=st.booleans(), trouble=troubles)
    def a_stream_delivers(self, data: st.DataObject, comes_again: bool, trouble: Trouble) -> None:
        """Some of its records, in any order, and perhaps not for the last time."""
        table = data.draw(st.sampled_from([table for table, records in self.streams.waiting.items() if records]))
        places = range(len(self.streams.waiting[table]))
        chosen = data.draw(st.lists(st.sampled_from(places), min_size=1, max_size=4))
        records = [self.streams.waiting[table][place] for place in chosen]
        if self.attempt(trouble, lambda: self.streams.deliver(table, records)) and not comes_again:
            self.streams.done_with(table, records)

    @precondition(lambda self: bool(self.queues.waiting))
    @rule(data=st.data(), comes_again=st.booleans(), trouble=troubles)
    def a_queue_delivers(self, data: st.DataObject, comes_again: bool, trouble: Trouble) -> None:
        queued = data.draw(st.sampled_from(self.queues.next_ones()))
        self.attempt(trouble, lambda: self.queues.deliver(queued, stays=comes_again))

    @rule(seconds=st.sampled_from((1, 31, 130, 400, 650)))
    def time_passes(self, seconds: int) -> None:
        """Until a lease is over, a job's lock, the sweep's patience, or what counts as silence."""
        self.consultation.clock.advance(seconds)

    @rule(trouble=failures)
    def the_sweep_runs(self, trouble: Trouble) -> None:
        self.attempt(trouble, lambda: app.sweep(events.clock_event(), Context()))

    # What is true all the time

    @invariant()
    def the_last_good_summary_stays(self) -> None:
        """Unless somebody was taken out; then it is being updated, while there is anybody left to sum up."""
        view = read_results(self.consultation)
        made = view.summary.generated_at if view.summary else None
        assert self.newest is None or (made is not None and made >= self.newest)
        self.newest = made
        heads = container.conversations().heads(self.consultation.session.id)
        anybody = any(head.included and head.message_count for head in heads)
        self.withdrawn = self.withdrawn and made is None and anybody
        assert not self.withdrawn or summary_status(view, self.consultation.clock.now()) == "updating"
        self.nothing_is_online_of_people_who_are_out(view)

    def nothing_is_online_of_people_who_are_out(self, view: SessionView) -> None:
        hidden = set(self.gone)
        for name in self.out:
            head = self.head(name)
            assert head is not None
            hidden.update(self.sent[name], message_ids(head), {head.id})
        online = msgspec.json.encode((view.summary, view.brief, view.scratchpad)).decode()
        assert [word for word in hidden if word in online] == []

    @invariant()
    def nobody_hears_what_one_other_person_said(self) -> None:
        requests = self.consultation.model.requests
        for request in requests[self.read_requests :]:
            if request.task == "turn":
                words = str(request)
                assert sum(any(said in words for said in self.sent[name]) for name in PEOPLE) <= 1
        self.read_requests = len(requests)

    def teardown(self) -> None:
        """Everybody who was not answered asks again; then all that waits arrives, or nothing of it."""
        for name in PEOPLE:
            self.host_repeats(name)
            if name in self.unanswered:
                self.consultation.clock.advance(31)
                self.send(name, self.unanswered[name], None)
        assert (self.unanswered, self.decided) == ({}, {})
        settle(self.consultation, self.streams, self.queues, lost=self.lost)
        self.the_last_good_summary_stays()
        said = {name: list(sent.values()) for name, sent in self.sent.items() if sent}
        holds_exactly(self.consultation, said, frozenset(self.out))
        assert self.consultation.view().session.status == ("completed" if self.ended else "active")
        assert not self.queues.dead
