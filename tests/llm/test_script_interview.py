"""The script as facilitator: each question once, in order, in a language of its catalogues; nothing said is taken up."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.llm.scripted.catalogue import Catalogue, read_catalogue
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.llm.scripted.questions import list_questions
from chalicelib.model import Prompt
from chalicelib.services.facilitation.facilitator_reply import facilitate
from chalicelib.services.facilitation.tailored_prompt import write_prompt
from chalicelib.text.language import OWN
from evals.conversation import Conversation, begin
from evals.participants import Said
from evals.transcript import Entry
from tests.example_tables import each_row
from tests.services.builders import deadline, message, thread, view
from tests.services.builders import talk as messages

FULL = "That is how it has been since we moved in spring."
EN = read_catalogue("en")


def interview(prompt: str = "", **fields: Any) -> Conversation:
    """A conversation under this facilitation prompt; without one, under that which the script writes."""
    shown = view(**fields)
    text = prompt or write_prompt(shown, model=ScriptedModel(), deadline=deadline()).text
    return begin(replace(shown, prompt=Prompt(1, text, "host")), [], model=ScriptedModel(), clock=Clock())


def say(talk: Conversation, text: str, value: Any = None) -> Entry:
    """Say something; the facilitator's reply."""
    talk.hear(Said(text, value))
    return talk.turn()


def asked(entry: Entry) -> str:
    """What a reply asks: its last paragraph."""
    return entry.text.split("\n\n")[-1]


def test_the_standard_questions_are_put_in_order_and_the_closing_lists_the_answers() -> None:
    talk = interview(critical="Why do people stay away?")
    heard = [talk.turn()]
    heard += [say(talk, f"{FULL} That was number {number}.") for number in range(5)]
    critical = EN.critical.format(critical="Why do people stay away?")
    first, *rest = EN.questions
    assert [asked(entry) for entry in heard[:-1]] == [first, critical, *rest]
    closing = heard[-1]
    assert closing.is_final
    assert closing.text.startswith(EN.closing)
    places = [closing.text.index(part) for n, q in enumerate([first, critical, *rest]) for part in (q, f"number {n}.")]
    assert places == sorted(places)


def test_the_opening_says_who_asks_how_long_and_that_it_is_a_script_and_reads_no_form_aloud() -> None:
    opening = interview(topic="Where should we meet?").turn().text
    assert "The topic: “Where should we meet?” It takes about 10 min" in opening
    assert "host" in opening
    assert EN.script in opening
    assert "Decide what the library should offer" not in opening
    assert "The topic: “Lunch”. It takes" in interview(topic="Lunch").turn().text


@pytest.mark.parametrize(
    "prompt",
    [
        "# Opening\nHello.\n\n# Questions\n1. What do you eat?\n   Probe: Where?\n2. Tell me about yesterday.\n\n# Closing\nBye?",
        "Be kind.\n1. “What do you eat?”\n2) Listen well\n2) **Tell me about yesterday?**\n3. Close",
    ],
    ids=["a section of questions", "numbered questions among other lines"],
)
def test_the_numbered_questions_of_the_prompt_are_put(prompt: str) -> None:
    talk = interview(prompt)
    assert asked(talk.turn()) == "What do you eat?"
    assert asked(say(talk, FULL)).startswith("Tell me about yesterday")
    assert say(talk, FULL).is_final


def test_a_short_answer_is_followed_up_once_and_at_most_twice_in_a_conversation() -> None:
    talk = interview()
    talk.turn()
    replies = [asked(say(talk, text)) for text in ("Noise.", "Phones", "Doors", "Quiet", "Walls")]
    assert replies == [EN.probes[0], EN.questions[1], EN.probes[1], EN.questions[2], EN.questions[3]]
    assert say(talk, "No").is_final  # the last question is not followed up


def test_a_question_gets_one_honest_sentence_and_the_open_question_again() -> None:
    talk = interview()
    talk.turn()
    reply = say(talk, "Who is going to read all of this?")
    assert reply.text == f"{EN.cannot_answer}\n\n{EN.questions[0]}"
    assert asked(say(talk, FULL)) == EN.questions[1]
    answer = "I wonder: who reads it? We sit in the cold, that is what I have seen."
    assert asked(say(talk, answer)) == EN.questions[2]


@each_row("tag", OWN)
def test_every_ending_of_every_language_ends_a_conversation_in_any(tag: str) -> None:
    for phrase in read_catalogue(tag).endings:
        talk = interview("1. What do you eat?\n2. And where?", language="en")
        talk.turn()
        assert say(talk, f" {phrase.upper()}!").is_final, phrase


@pytest.mark.parametrize(
    "text", ["Thanks, that's it.", "That's all, thank you!", "Danke, das war's", "ok, stop", "谢谢，就这些。"]
)
def test_thanks_around_an_ending_change_nothing(text: str) -> None:
    talk = interview()
    talk.turn()
    assert say(talk, text).is_final


@pytest.mark.parametrize(
    "text", ["Stop the buses at the mill again.", "It is enough if two of us come.", "I am done with promises."]
)
def test_a_message_that_only_holds_an_ending_ends_nothing(text: str) -> None:
    talk = interview()
    talk.turn()
    reply = say(talk, text)
    assert (reply.is_final, asked(reply)) == (False, EN.questions[1])


def test_a_scale_comes_last_where_widgets_are_enabled_and_nowhere_else() -> None:
    talk = interview("1. What do you eat?\n2. And where?", widgets_enabled=True)
    talk.turn()
    assert say(talk, FULL).widget is None
    reply = say(talk, FULL)
    assert reply.widget == {
        "root": {
            "type": "RatingScale",
            "props": {"label": EN.scale, "min": 1, "max": 5, "minLabel": "not at all", "maxLabel": "very"},
            "children": [],
        }
    }
    closing = say(talk, "4", 4)
    assert closing.is_final
    assert f"{EN.scale}\n“4”" in closing.text
    plain = interview("1. What do you eat?")
    plain.turn()
    assert say(plain, FULL).is_final


def test_every_question_is_put_however_short_the_host_meant_it_and_after_the_end_it_only_thanks() -> None:
    prompt = "\n".join(f"{number}. What about matter {number}?" for number in range(1, 30))
    talk = interview(prompt, duration_minutes=5)
    talk.turn()
    replies = [say(talk, FULL) for _ in range(29)]
    assert [asked(reply) for reply in replies[:-1]] == [f"What about matter {number}?" for number in range(2, 30)]
    assert [reply.is_final for reply in replies] == [False] * 28 + [True]
    afterwards = say(talk, "One more thing: the door jams.")
    assert (afterwards.text in EN.after, afterwards.is_final) == (True, True)


def test_whoever_only_asks_back_is_thanked_in_the_end() -> None:
    talk = interview("1. What do you eat?", duration_minutes=1)
    talk.turn()
    assert [say(talk, f"What is that number {number}?").is_final for number in range(7)] == [False] * 6 + [True]


def test_the_last_message_that_a_conversation_takes_closes_it() -> None:
    said = messages(f"Hello!\n\n{EN.questions[0]}", FULL, f"Noted.\n\n{EN.questions[1]}", FULL)
    head = thread(message_count=2)
    reply = facilitate(view(), head, [], said, max_turns=2, model=ScriptedModel(), deadline=deadline())
    assert reply.is_final
    assert reply.content.startswith(EN.closing)


def test_after_an_end_with_an_open_question_it_thanks_and_after_one_without_a_closing_it_lists_the_answers() -> None:
    asked_last = f"Noted.\n\n{EN.questions[1]}"
    said = messages(f"Hello!\n\n{EN.questions[0]}", FULL, asked_last)
    closing = message(4, "assistant", f"{EN.closing}\n\n{EN.closing_answers}", is_final=True)
    added = message(5, "user", "That is not what I meant")
    head = thread(message_count=2, concluded=True)
    told = [
        facilitate(view(), head, [], history, model=ScriptedModel(), deadline=deadline()).content
        for history in ([*said, closing, added], [*said, added])
    ]
    assert told[0] in EN.after
    assert told[1].startswith(EN.closing)
    assert FULL in told[1]


@each_row(
    "prompt, questions",
    [
        (
            "# Questions\n1. What do you think\n   of the new office?\n   Probe: More.\n2. Why?",
            ["What do you think of the new office?", "Why?"],
        ),
        ("1.What do you eat?\n2.And where?", ["What do you eat?", "And where?"]),
        ("**Q1:** What do you eat?\nQuestion 2: And where?", ["What do you eat?", "And where?"]),
        (
            "1. What do you eat?\n2. Tell me about your day.\n3. And where?",
            ["What do you eat?", "Tell me about your day.", "And where?"],
        ),
        (
            "## Questions you must never ask\n1. How much do you earn?\n\n## Questions\n1. What do you eat?",
            ["What do you eat?"],
        ),
        ('# Rules\n1. Never ask "why?"\n2. Be kind.', []),
        ("The bus came at 10:30 and cost 3.5 dollars?", []),
        ("1. What?\n1. What?\n2. what?", ["What?"]),
        (
            "1. What hinders you?\n   - If they mention cost, ask why.\n2. What helps you?\n\n   Good luck.",
            ["What hinders you?", "What helps you?"],
        ),
        ("1. **Opening:** How are you?\n2.) And yours?", ["Opening: How are you?", "And yours?"]),
        ('1. "What?" and "Why?"', list(EN.questions)),
        ("问题1：你吃什么？\n2：为什么？", ["你吃什么？", "为什么？"]),
        ("### 1. What do you eat?\nText\n### 2. Where?", ["What do you eat?", "Where?"]),
        ("1 - What do you eat?\nPregunta 2: Where?", ["What do you eat?", "Where?"]),
    ],
)
def test_how_hosts_write_lists_of_questions(prompt: str, questions: list[str]) -> None:
    found = [question.text for question in list_questions(prompt, "", EN)]
    assert found == (questions or list(EN.questions))


def test_after_a_change_of_language_nothing_is_forgotten() -> None:
    talk = interview("1. What do you eat?\n2. And where?", language="de")
    talk.turn()
    assert asked(say(talk, "Brot")) in read_catalogue("de").probes
    care = say(talk, "Ich will mich umbringen")
    assert care.text.startswith(read_catalogue("de").care)
    talk.view = replace(talk.view, session=replace(talk.view.session, language="en"))
    assert asked(say(talk, "It is fine again.")) == "What do you eat?"
    assert asked(say(talk, "Bread")) == EN.probes[1]
    closing = [say(talk, "White bread"), say(talk, "At home")][-1]
    assert "umbringen" not in closing.text
    assert closing.is_final


@each_row("critical", [".", "...", "。", "{x}", "100% {topic}", "x" * 5_000])
def test_whatever_is_critical_the_questions_can_be_put(critical: str) -> None:
    talk = interview(critical=critical)
    talk.turn()
    reply = asked(say(talk, FULL))
    assert reply == EN.questions[1] if critical.strip(".。") == "" else critical[:200] in reply


def test_a_question_can_be_left_out() -> None:
    talk = interview()
    talk.turn()
    assert asked(say(talk, "Can we skip this one?")) == EN.questions[1]
    assert asked(say(talk, "no idea")) == EN.questions[2]
    assert "idea" not in say(talk, "stop").text


def test_answers_to_another_facilitators_questions_stand_apart() -> None:
    talk = interview("1. What do you eat?\n2. And where?")
    talk.turn()
    say(talk, "Bread and cheese, mostly.")
    talk.history[-1] = replace(talk.history[-1], content="Who bakes it for you?")
    talk.hear(Said("My neighbour bakes it."))
    closing = say(talk, "That's all.")
    assert f"{EN.further}\n“My neighbour bakes it.”" in closing.text


def test_a_long_conversation_goes_on_where_it_was() -> None:
    prompt = "\n".join(f"{number}. What about matter {number} of this house?" for number in range(1, 40))
    talk = interview(prompt)
    talk.turn()
    replies = [say(talk, f"{FULL * 180} {number}") for number in range(15)]
    assert [asked(reply) for reply in replies] == [
        f"What about matter {number} of this house?" for number in range(2, 17)
    ]


def test_words_before_the_first_question_get_the_opening_and_stand_apart_in_the_closing() -> None:
    talk = interview()
    reply = say(talk, "The door jams, somebody should know.")
    assert EN.script in reply.text
    assert asked(reply) == EN.questions[0]
    closing = say(talk, "That's all.")
    assert f"{EN.further}\n“The door jams, somebody should know.”" in closing.text


def test_an_answer_is_shown_in_its_first_200_characters() -> None:
    talk = interview()
    talk.turn()
    say(talk, "word " * 300)
    shown = say(talk, "stop").text.split("“")[1].split("”")[0]
    assert len(shown) <= 200
    assert ("word " * 300).startswith(shown.removesuffix("…"))


@each_row("tag", OWN)
def test_each_language_has_its_own_catalogue_and_a_standard_prompt_is_put_in_it(tag: str) -> None:
    words: Catalogue = read_catalogue(tag)
    talk = interview(language="en", critical="Why?")  # an English prompt
    talk.view = replace(talk.view, session=replace(talk.view.session, language=tag))
    assert talk.turn().text.endswith(words.questions[0])
    reply = say(talk, FULL)
    assert reply.text.split("\n\n")[0] in words.acknowledged
    assert asked(reply) == words.critical.format(critical="Why?")


def test_a_language_without_a_catalogue_gets_english() -> None:
    assert interview(language="fi").turn().text.endswith(EN.questions[0])
