"""What of a summary may be told to later sessions: no word that one or two brought up, no name, nothing that is the host's alone."""

import pytest
from msgspec.structs import replace

from chalicelib.services.synthesis.aggregate import aggregate_digests
from chalicelib.services.synthesis.carried_words import CarriedWords
from tests.services.builders import digest, point, session

SAID = aggregate_digests(
    [
        digest(
            "ann", point("The shuttle is full", "a", quote="The shuttle is full, said Mina, and so is the wobbegong.")
        ),
        digest("bob", point("The shuttle is slow", "b", quote="The shuttle is slow on cobblestones. Mina knows.")),
        digest(
            "cem",
            point("A shuttle at night", "c", quote="We want a shuttle at night; Mina does, on cobblestones, too."),
        ),
        digest(
            "dan", point("Die Fähre kommt spät", "d", quote="Die Fähre kommt oft sehr spät, sagt der Hafenmeister.")
        ),
    ]
)
CONTEXT = "The council plans a monorail."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("People want a shuttle at night.", True),
        ("Those without a parking permit would shuffle home.", True),  # in nobody's points: the model's words
        ("People want a shuttle for the wobbegong.", False),  # one person's
        ("People fear cobblestones.", False),  # two people's
        ("People want what Mina wants.", False),  # a name, on three people's lips
        ("Mina wants a shuttle.", False),
        ("Quixworth wants a shuttle.", False),  # a name that nobody said
        ("People want a monorail.", False),  # of the host's context alone
        ("People in the library want a shuttle.", True),  # of the topic, which everybody reads
        ("People call 0176 5550199.", False),
        ("They wait since 2019.", False),
        ("Viele wollen eine frühere Verbindung.", True),
        ("Viele fragen den Hafenmeister.", False),
        ("", False),
    ],
)
def test_a_sentence_is_told_where_no_word_in_it_is_somebodys(text: str, told: bool) -> None:
    language = "de" if text.startswith("Viele") else "en"
    assert CarriedWords(SAID, session(), CONTEXT, language).may_tell(text) is told


def test_who_wants_nothing_passed_on_makes_no_group_and_their_words_are_not_the_models() -> None:
    away = replace(SAID, kept_back=frozenset({"ann"}))
    told = CarriedWords(away, session(), language="en").may_tell
    assert (told("People want a shuttle at night."), told("People want more seats.")) == (False, True)
    tests = replace(SAID, tests=frozenset({"ann"}))
    assert not CarriedWords(tests, session(), language="en").may_tell("People want a shuttle at night.")
