"""Cross-pollination: when a theme of others may come, which, and what of it is shown."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.llm import tags
from chalicelib.model import CondensedHistory, Message, Note, Prompt, Scratchpad, SessionView, Thread
from chalicelib.services.facilitation.cross_pollination import choose_themes, show_themes
from chalicelib.services.facilitation.facilitator_reply import facilitate
from chalicelib.services.prompts import fill
from tests.llm.queued import QueuedModel, says, steering_of
from tests.services.builders import NOW, deadline, digest_counts, message, talk, thread, view

LONG = "I walk to the shops nearly every day because the streets here are quiet and there is so much to see on the way."
NONE = {"for": 0, "against": 0, "mixed": 0, "neutral": 0}


def note(number: int, label: str, people: int = 4, **fields: Any) -> Note:
    return Note(
        **{
            "label": label,
            "description": "",
            "ids": (f"t{number}",),
            "participants": people,
            "stances": NONE,
            "tells_label": True,
            **fields,
        }
    )


BUSES = note(1, "Evening buses", 9, ids=("t1", "t7"))
PARKING = note(2, "Parking fees", 5)
NOTES = (BUSES, PARKING, note(3, "Bicycle lanes"), note(4, "Night trains", 3), note(5, "Taxi fares", 2))


def shared(*notes: Note, **fields: Any) -> SessionView:
    pad = Scratchpad(notes or NOTES, (), (), (), 5, 10, 30, NOW)
    return replace(view(**{"cross_pollination": True, **fields}), scratchpad=pad)


def conversation(*said: str, themes: tuple[str, ...] = ()) -> list[Message]:
    """The facilitator asks, the participant says these; the last message of the facilitator was given these themes."""
    said = said or (LONG, LONG, LONG)
    messages = talk("Hello. What matters?", *[part for text in said for part in (text, "And then?")][:-1])
    last = max(at for at, entry in enumerate(messages) if entry.role == "assistant")
    messages[last] = replace(messages[last], themes=themes)
    return messages


def given(
    shown: SessionView, history: list[Message] | None = None, head: Thread | None = None, **more: Any
) -> list[str]:
    return [
        it.id for it in choose_themes(shown, head or thread(), conversation() if history is None else history, **more)
    ]


def test_at_most_three_themes_the_most_widely_carried_first() -> None:
    assert given(shared()) == ["t1", "t2", "t3"]


def test_none_where_the_session_wants_none_or_has_no_notes() -> None:
    assert given(shared(cross_pollination=False)) == []
    assert given(view(cross_pollination=True)) == []


def test_a_theme_of_fewer_than_three_is_nobodys_business() -> None:
    assert given(shared(*NOTES[3:])) == ["t4"]


def test_who_may_be_one_of_a_themes_people_is_not_counted_among_them() -> None:
    three, four = note(4, "Night trains", 3), note(6, "Ferries", 4)
    assert given(shared(three, four)) == ["t4", "t6"]
    assert given(shared(three, four), head=thread(counts=digest_counts("t99"))) == ["t6"]


@pytest.mark.parametrize(
    ("said", "due"),
    [
        ((LONG, LONG), False),
        (("Yes.", "No.", "Maybe."), False),
        ((LONG, LONG, "Yes."), True),
        (("我每天走路去買東西因為這裡的街道很安靜" * 2, "是的。", "沿路有很多東西可以看而且可以遇到鄰居聊天"), True),
        (("街道很安靜", "是的。", "很好"), False),
    ],
)
def test_first_come_enough_of_the_participants_own_words(said: tuple[str, ...], due: bool) -> None:
    assert bool(given(shared(), conversation(*said))) == due


def test_not_twice_in_a_row() -> None:
    assert given(shared(), conversation(themes=("t9",))) == []
    later = [*conversation(themes=("t9",)), message(8, "assistant", "And how?"), message(9, "user", "Yes.")]
    assert given(shared(), later) == ["t1", "t2", "t3"]


def test_what_was_at_hand_and_did_not_fit_comes_again_until_it_was_there_three_times() -> None:
    asked = conversation(LONG, LONG, LONG, LONG)
    for place in (0, 2):
        asked[place] = replace(asked[place], themes=("t7", "t2"))  # of which the first became one with another
    assert given(shared(), asked) == ["t1", "t2", "t3"]
    asked[4] = replace(asked[4], themes=("t1", "t3"))
    assert given(shared(), asked) == ["t2", "t3", "t4"]


def test_what_was_brought_in_is_not_brought_in_again() -> None:
    asked = conversation(LONG, LONG, LONG, LONG)
    told = replace(asked[2], content="Some others speak of a bus in the evening. And you?", themes=("t1", "t2"))
    assert given(shared(), [*asked[:2], told, *asked[3:]]) == ["t2", "t3", "t4"]
    late = note(
        8, "Nachtbusse", tells_label=False, description="How late it gets on the way home.", tells_description=True
    )
    assert given(shared(late), asked) == ["t8"]
    told = replace(
        asked[2], content="Some others speak of the way home, and how late it gets. And you?", themes=("t8",)
    )
    assert given(shared(late), [*asked[:2], told, *asked[3:]]) == []


def test_what_is_the_hosts_own_is_told_to_nobody() -> None:
    fixed = note(1, "Fixed office days")
    assert given(shared(fixed)) == ["t1"]
    assert given(shared(fixed, critical="What a fixed number of days in the office would change")) == []
    asked = replace(shared(fixed), prompt=Prompt(1, "Ask: What would fixed days in the office change?", "host"))
    assert given(asked) == []
    assert given(replace(shared(fixed), context="The office and its days are fixed from March on.")) == []
    assert given(shared(fixed, critical="How many days are fixed?")) == ["t1"]


def test_none_where_the_participant_has_asked_something() -> None:
    assert given(shared(), conversation(LONG, LONG, f"{LONG} Is it decided?")) == []


@pytest.mark.parametrize("cared", ["You need not go on here. Please turn to somebody you trust.", ""])
def test_none_within_two_turns_after_care(cared: str) -> None:
    hurt = conversation(LONG, LONG, LONG, "Thank you." if cared else "I want to die.", LONG, LONG)
    hurt[6 if cared else 8] = replace(hurt[8], content=cared or "Shall we go on?")
    at = 8 if cared else 10
    assert [bool(given(shared(), hurt[:end])) for end in (at - 2, at, at + 2)] == [True, False, False]
    assert given(shared(), [*hurt, message(20, "assistant", "And how?"), message(21, "user", LONG)])


def test_what_was_raised_in_a_condensed_part_was_raised() -> None:
    condensed = CondensedHistory(0, "Participant: Hello", {}, ("t1",))
    assert given(shared(), conversation(LONG), condensed=condensed) == ["t2", "t3", "t4"]


def test_what_the_participant_speaks_of_is_no_news_to_them() -> None:
    assert given(shared(), head=thread(counts=digest_counts("t7", "t3"))) == ["t2", "t4"]
    assert given(shared(), conversation(LONG, LONG, "A bus in the evening and lanes for bicycles.")) == ["t2", "t4"]
    assert given(shared(), conversation(LONG, LONG, "The evening is long.")) == ["t1", "t2", "t3"]
    condensed = CondensedHistory(0, "Participant: parking and what fees it costs", {})
    assert given(shared(), condensed=condensed) == ["t1", "t3", "t4"]


def test_none_after_the_conclusion() -> None:
    assert given(shared(), head=thread(concluded=True)) == []


def test_nothing_of_a_theme_is_shown_that_may_not_be_told() -> None:
    silent = note(1, "Secret", tells_label=False, description="Secret", tells_description=False)
    assert given(shared(silent)) == []
    told = note(2, "Secret", 3, tells_label=False, description="How late it gets.", tells_description=True)
    half = note(3, "Night trains", 12345, description="Secret", tells_description=False)
    shown = show_themes((told, half))
    found = [(it.attributes["label"], it.text) for it in tags.read("theme", shown)]
    assert found == [("", "How late it gets."), ("Night trains", "")]
    for hidden in ("Secret", "12345", "t2", "t3"):
        assert hidden not in shown


def ask(shown: SessionView, history: list[Message], *words: str) -> tuple[QueuedModel, Any]:
    model = QueuedModel(*(says(text) for text in words or ("How do you get home?",)))
    return model, facilitate(shown, thread(), (), history, model=model, deadline=deadline())


def test_the_facilitator_gets_them_in_front_of_the_latest_words_and_they_are_kept_with_the_reply() -> None:
    model, reply = ask(shared(), conversation())
    assert "<themes>" in steering_of(model.requests[0])[0]
    assert not any(block.cached for sent in model.requests[0].messages[-2:] for block in sent.blocks)
    assert reply.themes == ("t1", "t2", "t3")


def test_what_a_cache_keeps_is_the_same_with_and_without_themes() -> None:
    (with_themes, _), (without, _) = ask(shared(), conversation()), ask(shared(), conversation(themes=("t9",)))
    one, other = with_themes.requests[0], without.requests[0]
    assert one.system == other.system
    assert one.tools == other.tools
    assert (one.messages[:-2], one.messages[-1]) == (other.messages[:-2], other.messages[-1])
    assert "<themes>" not in steering_of(other)[0]


def test_the_rules_for_them_are_there_only_where_the_session_wants_them() -> None:
    rules = fill("cross_pollination")
    (model, _), (plain, _) = ask(shared(), talk("Hello.", "Hi.")), ask(view(), talk("Hello.", "Hi."))
    assert rules in model.requests[0].system[0].text
    assert rules not in plain.requests[0].system[0].text


def test_a_second_call_for_a_repeated_question_keeps_the_themes() -> None:
    question = "Which streets in the neighbourhood do you avoid at night?"
    history = [message(1, "assistant", question), *[replace(it, sequence=it.sequence + 1) for it in conversation()]]
    model, reply = ask(shared(), history, question, "What would change that?")
    assert len(model.requests) == 2
    assert (reply.content, reply.themes) == ("What would change that?", ("t1", "t2", "t3"))


def test_none_where_the_time_is_up() -> None:
    _, reply = ask(shared(duration_minutes=1), conversation(LONG, LONG, LONG, LONG))
    assert reply.themes == ()


def test_one_call_of_the_model_is_all() -> None:
    model, _ = ask(shared(), conversation())
    assert len(model.requests) == 1
