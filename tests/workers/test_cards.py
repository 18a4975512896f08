"""What wakes the job behind the cards, and that only what lists show does."""

import copy
from typing import Any

import app
from chalicelib import container
from tests import events
from tests.conversation import HOST
from tests.events import Context, Event
from tests.workers.consultation import Consultation, failed


def sessions(*records: Event) -> None:
    app.sessions_changed(events.batch(*records), Context())


def changed(item: Event, **attributes: Any) -> Event:
    """An item with other attributes."""
    return {**copy.deepcopy(item), **attributes}


def test_an_edit_wakes_the_cards_and_many_edits_do_so_once(consultation: Consultation) -> None:
    item = consultation.item("session")
    edits = [changed(item, topic={"S": f"Topic {number}"}) for number in range(3)]
    sessions(*(events.change("MODIFY", edit, item) for edit in edits))
    sessions(events.change("MODIFY", edits[0], item))
    assert consultation.asked("cards") == [consultation.session.id]
    assert consultation.asked("prompts") == []


def test_each_session_of_a_batch_is_woken(consultation: Consultation) -> None:
    other = Consultation(consultation.clock, consultation.model)
    sessions(*(events.change("MODIFY", it.item("session"), it.item("session")) for it in (consultation, other)))
    assert sorted(consultation.asked("cards")) == sorted([consultation.session.id, other.session.id])


def test_a_join_wakes_the_cards_and_a_turn_does_not(consultation: Consultation) -> None:
    before = consultation.item("tally#3")
    sessions(events.change("MODIFY", changed(before, turns={"N": "1"}, completed={"N": "1"}), before))
    assert consultation.asked("cards") == []
    sessions(events.change("MODIFY", changed(before, participants={"N": "1"}), before))
    assert consultation.asked("cards") == [consultation.session.id]


def test_a_tally_that_closes_wakes_the_cards(consultation: Consultation) -> None:
    before = consultation.item("tally#0")
    sessions(events.change("MODIFY", changed(before, status={"S": "completed"}), before))
    assert consultation.asked("cards") == [consultation.session.id]


def test_what_is_new_or_gone_wakes_no_cards(consultation: Consultation) -> None:
    items = [consultation.item(part) for part in ("session", "tally#0", f"member#{HOST}", "synthesis")]
    sessions(*(events.change("INSERT", item) for item in items[1:]))
    sessions(*(events.change("REMOVE", None, item) for item in items))
    sessions(*(events.change("MODIFY", item, item) for item in items[2:]))  # cards must not wake themselves
    assert consultation.asked("cards") == consultation.asked("prompts") == []


def test_a_prompt_that_becomes_due_again_is_asked_for(consultation: Consultation) -> None:
    due = consultation.item("session")
    consultation.write_prompt()
    written = consultation.item("session")
    assert "due_at" not in written
    sessions(events.change("MODIFY", written, due))
    assert consultation.asked("prompts") == []
    sessions(events.change("MODIFY", due, written))
    assert consultation.asked("prompts") == [consultation.session.id]
    later = {"S": "2026-03-01T13:00:00.000000+0000"}
    sessions(events.change("MODIFY", changed(due, due_at=later, prompt_wanted_at=later), due))
    assert consultation.asked("prompts") == [consultation.session.id]
    sessions(events.change("MODIFY", changed(due, due_at=later), due))  # the sweep's move is no new wish
    assert consultation.asked("prompts") == []


def test_the_job_brings_the_cards_up_to_date(consultation: Consultation) -> None:
    consultation.speak("Soup", "Bread")
    assert [card.participant_count for card in container.cards().of_user(HOST, {})] == [0]
    answer = app.update_cards(events.batch(events.message(consultation.session.id)), Context())
    assert failed(answer) == []
    assert [card.participant_count for card in container.cards().of_user(HOST, {})] == [2]


def test_the_job_has_nothing_to_do_for_a_session_that_is_gone(consultation: Consultation) -> None:
    gone = events.message("00000000-0000-4000-8000-000000000000")
    assert failed(app.update_cards(events.batch(gone), Context())) == []
    assert failed(app.delete_data(events.batch(gone), Context())) == []
