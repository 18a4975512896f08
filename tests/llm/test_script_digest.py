"""The script's digest: every answer is a point, word for word, and its theme is the question that it answers."""

from typing import Any

import pytest

from chalicelib.llm.scripted.catalogue import read_catalogue
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.model import Digest, Point
from chalicelib.services.synthesis.digests import digest_thread
from chalicelib.services.synthesis.shared_registry import SharedRegistry
from tests.example_tables import each_row
from tests.services.builders import NOW, deadline, message, talk, thread, view

EN = read_catalogue("en")
SEEN, OBSTACLE = EN.questions[:2]
OPENING = f"Hello!\n\n{SEEN}"


def digest(*contents: str, shared: SharedRegistry | None = None, language: str | None = "en") -> Digest:
    return digest_thread(
        view(language=language), thread(), None, talk(*contents), shared=shared or SharedRegistry(), model=ScriptedModel(),
        deadline=deadline(), now=NOW,
    )  # fmt: skip


def told(made: Digest) -> list[tuple[str, str]]:
    return [(point.topic, point.quote) for point in made.points]


def test_an_answer_is_a_point_whose_theme_is_its_question() -> None:
    shared = SharedRegistry()
    made = digest(OPENING, "It is loud.\nVery loud.", f"Noted.\n\n{OBSTACLE}", "Money, as always.", shared=shared)
    assert told(made) == [(SEEN, "It is loud.\nVery loud."), (OBSTACLE, "Money, as always.")]
    assert [theme.label for theme in shared.registry.themes] == [SEEN, OBSTACLE]
    assert {point.stance for point in made.points} == {"neutral"}


def test_what_follows_a_probe_or_a_question_of_theirs_answers_the_same_question() -> None:
    made = digest(
        OPENING, "Noise", f"Noted.\n\n{EN.probes[0]}", "From the phones", f"Noted.\n\n{OBSTACLE}", "Who reads this?",
        f"{EN.cannot_answer}\n\n{OBSTACLE}", "The rent is too high here",
    )  # fmt: skip
    assert told(made) == [(SEEN, "Noise"), (SEEN, "From the phones"), (OBSTACLE, "The rent is too high here")]


@each_row("nothing", ["That's all.", "Nothing to add", "👍👍", "?!", "Who reads this?", "Das war’s", "谢谢，就这些"])
def test_endings_questions_and_wordless_messages_are_no_points(nothing: str) -> None:
    assert digest(OPENING, nothing).points == ()


@pytest.mark.parametrize(
    ("said", "points"), [("No.", 0), ("Nope, thanks", 0), ("Nothing.", 0), ("No parking there", 1)]
)
def test_a_no_to_anything_else_is_no_point_and_a_no_to_a_question_is(said: str, points: int) -> None:
    assert len(digest(f"Noted.\n\n{EN.questions[3]}", said).points) == points
    assert len(digest("Noted.\n\nDo you feel safe there?", said).points) == 1


@each_row(
    "nothing",
    [
        "No, that's all, thanks.",
        "Nothing, thank you",
        "No, thank you very much.",
        "I have nothing else",
        "Okay that's it, bye",
        "Nein, vielen Dank",
        "Nein, danke, das war's",
        "Non merci beaucoup",
        "No, creo que eso es todo",
        "谢谢，没有了",
        "لا، شكرًا جزيلًا",
        "Nothing comes to mind",
        "no!!",
    ],
)
def test_however_somebody_has_nothing_to_add_it_is_no_answer(nothing: str) -> None:
    assert digest(f"Noted.\n\n{EN.questions[3]}", nothing, f"{EN.closing}\n\n{SEEN}").points == ()


def test_thanks_and_goodbyes_after_the_end_are_no_answers() -> None:
    made = digest(OPENING, "It is loud.", f"Noted.\n\n{OBSTACLE}", "stop", EN.closing, "Thank you!", EN.after[0], "no")
    assert told(made) == [(SEEN, "It is loud.")]


@pytest.mark.parametrize("skipped", ["skip", "I don't know.", "No idea!", "Weiß nicht", "不知道"])
def test_a_question_that_is_left_out_has_no_answer(skipped: str) -> None:
    assert digest(OPENING, skipped).points == ()


def test_the_same_answer_to_two_questions_counts_for_both() -> None:
    assert told(digest(OPENING, "Money is it.", f"Noted.\n\n{OBSTACLE}", "Money is it.")) == [
        (SEEN, "Money is it."),
        (OBSTACLE, "Money is it."),
    ]


def test_a_standard_question_in_another_language_is_the_same_theme() -> None:
    shared = SharedRegistry()
    digest(OPENING, "It is loud.", shared=shared)
    made = digest(f"Hallo!\n\n{read_catalogue('de').questions[0]}", "Es ist laut.", shared=shared)
    assert [point.theme for point in made.points] == ["t1"]
    assert len(shared.registry.themes) == 1


def test_words_after_the_closing_or_without_a_question_stand_apart() -> None:
    made = digest(OPENING, "stop", f"{EN.closing}\n\n{SEEN}", "The door jams, too", EN.after[0], "And the lamp")
    assert told(made) == [(EN.further, "The door jams, too"), (EN.further, "And the lamp")]


@pytest.mark.parametrize("digested", range(1, 6))
def test_an_answer_belongs_to_its_question_wherever_the_last_digest_ended(digested: int) -> None:
    messages = talk(
        OPENING, "Phones", f"Noted.\n\n{EN.probes[0]}", "They ring all day", f"Noted.\n\n{OBSTACLE}", "The rent"
    )
    fixed: Any = {"shared": SharedRegistry(), "model": ScriptedModel(), "deadline": deadline(), "now": NOW}
    first = digest_thread(view(language="en"), thread(), None, messages[:digested], **fixed)
    made = digest_thread(
        view(language="en"), thread(), first, messages[digested:], context=messages[:digested], **fixed
    )
    assert told(made) == [(SEEN, "Phones"), (SEEN, "They ring all day"), (OBSTACLE, "The rent")]


def test_several_messages_in_a_row_answer_one_question() -> None:
    messages = [
        message(1, "assistant", OPENING),
        message(2, "user", "It is loud."),
        message(3, "user", "And it is cold."),
    ]
    fixed: Any = {"shared": SharedRegistry(), "model": ScriptedModel(), "deadline": deadline(), "now": NOW}
    first = digest_thread(view(language="en"), thread(), None, messages[:2], **fixed)
    made = digest_thread(view(language="en"), thread(), first, messages[2:], context=messages[:2], **fixed)
    assert told(made) == [(SEEN, "It is loud."), (SEEN, "And it is cold.")]


def test_more_questions_than_one_person_may_bring_up_have_a_theme_each() -> None:
    turns = [
        text for number in range(30) for text in (f"Noted.\n\nWhat about matter {number}?", f"It is fine as {number}.")
    ]
    made = digest(*turns, shared=SharedRegistry(most_of_one=1_000))
    assert len({point.theme for point in made.points}) == 30


def test_what_a_model_asked_before_is_no_question_of_the_scripts() -> None:
    made = digest(
        OPENING, "It is loud.", "Who is it that shouts so loudly?", "The foreman does, daily", "", "Nothing heard"
    )
    assert told(made) == [
        (SEEN, "It is loud."),
        ("Who is it that shouts so loudly?", "The foreman does, daily"),
        (EN.further, "Nothing heard"),
    ]


def test_a_long_answer_keeps_its_beginning_as_its_text() -> None:
    (point,) = digest(OPENING, "word " * 900).points
    assert isinstance(point, Point)
    assert len(point.text) <= 280
    assert message(2, "user", "word " * 900).content.startswith(point.quote)
