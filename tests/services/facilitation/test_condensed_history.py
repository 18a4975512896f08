"""Condensing: every message leaves a trace, the whole keeps to its limit, and the same messages give the same text."""

from itertools import pairwise

from msgspec.structs import replace

from chalicelib.model import CondensedHistory, Message
from chalicelib.services.facilitation import condensed_history
from chalicelib.services.facilitation.condensed_history import TEXT_LIMIT, condense, fingerprint
from tests.services.builders import message, talk


def long_talk(count: int, words: str = "word ") -> list[Message]:
    return talk(*(f"Number {number} {words * 100}" for number in range(1, count + 1)))


def stepped(messages: list[Message]) -> list[CondensedHistory]:
    """Every condensed part that a thread has while it grows by a turn at a time."""
    found: list[CondensedHistory] = []
    for end in range(2, len(messages) + 1, 2):
        before = found[-1] if found else None
        behind = [one for one in messages[:end] if before is None or one.sequence > before.to_sequence]
        after, _ = condense(before, behind, end + 1)
        if after is not None and after is not before:
            found.append(after)
    return found


def test_a_thread_that_is_not_long_stays_as_it_is() -> None:
    messages = talk(*["Soup"] * condensed_history.MOST_MESSAGES)
    before = CondensedHistory(3, "Participant: Bread", {})
    assert condense(None, messages, 121) == (None, messages)
    assert condense(before, messages, 121) == (before, messages)
    assert condense(None, [], 1) == (None, [])


def test_of_too_many_messages_the_newest_sixty_remain() -> None:
    messages = talk(*(f"Word {number}" for number in range(1, 123)))
    after, shown = condense(None, messages[:121], 122)
    assert after is not None
    assert (after.to_sequence, list(shown)) == (61, messages[61:121])
    lines = after.text.split("\n")
    assert (lines[0], lines[1], lines[60]) == ("Facilitator: Word 1", "Participant: Word 2", "Facilitator: Word 61")
    assert len(lines) == 61


def test_of_too_many_characters_the_newest_fifty_thousand_remain() -> None:
    messages = talk(*["x" * 9_000] * 12)
    after, shown = condense(None, messages, 13)
    assert after is not None
    assert (after.to_sequence, len(shown)) == (7, 5)
    assert condense(None, messages[:11], 12) == (None, messages[:11])


def test_the_latest_message_always_remains() -> None:
    huge = [message(1, "user", "x" * 200_000)]
    assert condense(None, huge, 2) == (None, huge)
    after, shown = condense(None, [*talk("Hello"), message(2, "user", "x" * 200_000)], 3)
    assert after is not None
    assert (after.to_sequence, [one.sequence for one in shown]) == (1, [2])


def test_the_participant_gets_more_room_than_the_facilitator_and_a_message_is_one_line() -> None:
    after, _ = condense(None, [*talk("a " * 500, "b\n\n" * 500), *long_talk(130)], 200)
    assert after is not None
    facilitator, participant = after.text.split("\n")[:2]
    assert facilitator.startswith("Facilitator: a a a")
    assert participant.startswith("Participant: b b b")
    assert facilitator.endswith("…")
    assert len(facilitator) < len(participant)


def test_every_message_of_a_thread_that_is_full_leaves_a_trace_within_the_limit() -> None:
    *_, last = stepped(long_talk(400))
    lines = last.text.split("\n")
    assert len(last.text) <= TEXT_LIMIT
    assert len(lines) == last.to_sequence > 300
    for number, line in enumerate(lines, 1):
        who = "Facilitator" if number % 2 else "Participant"
        assert line.startswith(f"{who}: Number {number}")
    assert len(lines[1]) < len(lines[-1]) or len(lines[0]) < len(lines[-2])


def test_of_a_thread_without_end_the_oldest_messages_are_counted() -> None:
    parts = stepped(long_talk(2_000))
    assert all(len(part.text) <= TEXT_LIMIT for part in parts)
    counted, *lines = parts[-1].text.split("\n")
    assert int(counted.removeprefix("Earlier messages left out here: ")) + len(lines) == parts[-1].to_sequence


def test_a_part_changes_in_steps_far_apart_and_only_grows() -> None:
    parts = stepped(long_talk(400, ""))
    assert all(one.to_sequence + 60 <= two.to_sequence for one, two in pairwise(parts))
    assert 4 <= len(parts) <= 6


def test_the_same_messages_give_the_same_part() -> None:
    assert stepped(long_talk(300)) == stepped(long_talk(300))


def test_the_reply_to_a_message_that_is_condensed_is_known_by_its_id() -> None:
    messages = talk(*["Soup"] * 125)
    messages = [replace(one, message_id=f"m{one.sequence}") for one in messages]
    after, _ = condense(CondensedHistory(0, "Participant: Bread", {fingerprint("m0"): 1}), messages, 126)
    assert after is not None
    assert after.message_ids == {fingerprint(f"m{n}"): n + 1 for n in range(0, 66, 2)}


def test_a_message_whose_reply_is_just_being_made_is_known_by_the_number_of_that() -> None:
    said = [replace(message(n, "user", "Soup"), message_id=f"m{n}") for n in range(1, 130)]
    after, shown = condense(None, said, 130)
    assert after is not None
    assert set(after.message_ids.values()) == {130}
    assert len(after.message_ids) == 69
    assert len(shown) == 60


def test_ids_of_any_length_take_the_same_room() -> None:
    assert len(fingerprint("x")) == len(fingerprint("🥣" * 200)) == 16
