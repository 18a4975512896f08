"""A process that dies at any call while somebody talks in a private chat: nothing they say is lost, and nothing said twice to them."""

from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from functools import partial
from typing import Any

import pytest

from chalicelib.errors import Conflict, HarmonicaError
from chalicelib.llm.interface import Request
from chalicelib.model.jobs import ReplyInChat
from chalicelib.telegram.handle import handle_update
from chalicelib.telegram.replies import reply_in_chat
from infra.local.telegram.people import Person
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.faults import Fault, Interviewer, at_each_call, death, tap
from tests.snapshots import restore_snapshot, take_snapshot
from tests.telegram.local_telegram import LocalTelegram
from tests.telegram.talk import begin, present_next, stored, thread_of, write

BEFORE, AFTER = Fault("dies before", death), Fault("dies after", death, after=True)
ONE = {"type": "SingleSelect", "label": "What matters?", "options": ["Taste", "Time"]}


class Telling:
    """Somebody's chat, put back to how it stood before each try, and what is to have come of it."""

    def __init__(self, telegram: LocalTelegram, bo: Person, clock: FakeClock, model: Interviewer) -> None:
        self.telegram, self.bo, self.clock, self.model = telegram, bo, clock, model
        self._aws, self._chat = take_snapshot(), deepcopy(bo.chat.record.messages)

    def begin_again(self) -> None:
        """Put everything back, and let the leases of whoever died run out."""
        restore_snapshot(self._aws)
        self.bo.chat.record.messages[:] = deepcopy(self._chat)
        self.telegram.updates()
        self.clock.advance(100)
        self.model.requests.clear()

    def new_words(self) -> list[str]:
        """What the bot has said since."""
        return [it["text"] for it in self.bo.chat.record.messages[len(self._chat) :] if it["from"]["is_bot"]]


@pytest.fixture
def session(host: Host) -> dict[str, Any]:
    """A session with widgets."""
    return host.new_session(widgets_enabled=True)


@pytest.mark.parametrize(("what", "fault"), [("words", AFTER), ("widget", BEFORE), ("stop", AFTER)])
def test_whatever_dies_where_nothing_is_lost_and_nothing_repeated(
    telegram: LocalTelegram,
    host: Host,
    session: dict[str, Any],
    clock: FakeClock,
    model: Interviewer,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault,
    what: str,
) -> None:
    bo = begin(telegram, telegram.person("Bo"), session)
    if what == "widget":
        present_next(model, ONE)
    write(telegram, bo, "Hm")
    before = stored(session)
    telling, wire = Telling(telegram, bo, clock, model), tap(monkeypatch)
    acts: dict[str, Callable[[], object]] = {
        "words": lambda: bo.write("It is loud"),
        "widget": lambda: bo.tap("Taste"),
        "stop": lambda: bo.write("/stop"),
    }
    said = {"words": [("user", "It is loud")], "widget": [("user", "Taste")], "stop": []}[what]

    def bring() -> None:
        telling.begin_again()
        acts[what]()
        for update in telegram.updates():
            telegram.post(update)

    repeated = 0
    for number in at_each_call(
        wire, lambda at: wire.broken(fault, at), partial(telegram.work_off, failing=True), bring
    ):
        clock.advance(100)
        telegram.work_off(failing=True)
        clock.advance(100)
        telegram.work_off()
        after = stored(session)
        assert after[len(before) : -1] == said, number
        assert after[-1][0] == "assistant"
        told = telling.new_words()
        assert told[0].removeprefix("What I heard\n") == after[-1][1]
        # Where one dies between Telegram's answer and the note of it, a message comes twice: there is no way to ask.
        repeated += len(told) - len(set(told))
        assert len(set(told)) == (2 if what == "stop" else 1)
        assert thread_of(session).message_count == 1 + len(said)
        assert model.count("turn") <= 2
    assert repeated <= 2


def test_an_edit_at_any_moment_of_a_reply_is_read_by_it_or_answered_after_it(
    telegram: LocalTelegram,
    session: dict[str, Any],
    clock: FakeClock,
    model: Interviewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bo = begin(telegram, telegram.person("Bo"), session)
    said = bo.write("It is laud")
    (update,) = telegram.updates()
    handle_update(update)
    telling, wire = Telling(telegram, bo, clock, model), tap(monkeypatch)

    def edit() -> None:
        bo.edit(said, "It is loud")
        (update,) = telegram.updates()
        with suppress(Conflict):  # while the reply is made: it comes again
            handle_update(update)
            return
        telegram.post(update)

    outcomes = set()
    around = partial(wire.meanwhile, action=edit)
    for _ in at_each_call(wire, around, partial(telegram.work_off, failing=True), telling.begin_again):
        telegram.work_off()
        texts = [words for role, words in stored(session) if role == "user"]
        read = ["It is laud" in shown(request) for request in model.requests]
        assert texts in (["It is loud"], ["It is laud", "It is loud"])
        assert any(read) == (len(texts) == 2)
        assert "It is loud" in shown(model.requests[-1])
        outcomes.add(len(texts))
    assert outcomes == {1, 2}


def shown(request: Request) -> str:
    """What the model was shown last."""
    return "\n".join(block.text for block in request.messages[-1].blocks)


def test_two_workers_with_one_reply_to_make_tell_it_once(
    telegram: LocalTelegram,
    session: dict[str, Any],
    clock: FakeClock,
    model: Interviewer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bo = begin(telegram, telegram.person("Bo"), session)
    bo.write("It is loud")
    handle_update(telegram.updates()[0])
    (job,) = telegram.waiting("replies")
    telling, wire = Telling(telegram, bo, clock, model), tap(monkeypatch)

    def reply() -> None:
        reply_in_chat(ReplyInChat(job["chat_id"], job["session_id"], job["sequence"]), clock.deadline(100))

    def reply_too() -> None:
        with suppress(HarmonicaError):
            reply()

    for _ in at_each_call(wire, partial(wire.meanwhile, action=reply_too), reply, telling.begin_again):
        telegram.work_off()
        assert telling.new_words() == [stored(session)[-1][1]]
        assert model.count("turn") == 1
        assert len(stored(session)) == 3
