"""What of a theme others may be told: nothing that one person only said."""

import pytest

from chalicelib.services.synthesis.aggregate import aggregate_digests
from chalicelib.services.synthesis.disclosure import SharedWords
from chalicelib.text.common_words import is_common
from tests.services.builders import digest, point, session

SAID = (
    digest(
        "ann",
        point("Buses", "a1", quote="Evening buses to Rosenberg are full, ask Zoe. She walks, Al and Bo in office 307."),
    ),
    digest("bob", point("Buses", "b1", quote="An evening bus would help; parking is dear at the Zebulon factory, Al.")),
    digest(
        "cat",
        point("Parking and Zebulon", "c1", quote="Parking costs too much, 24 a day. I walked by the bus office 307."),
    ),
    digest("dan", point("計程車", "d1", quote="計程車太貴，王小明也這樣說"), point("費率", "d2", quote="費率不公平")),
    digest(
        "eve", point("計程車", "e1", quote="計程車的費率太高"), point("Walks", "e2", quote="Long walks in the evening")
    ),
    digest(
        "fay", point("計程車", "f1", quote="計程車費率"), point("Buses", "f2", quote="the evening buses, the parking")
    ),
    digest(
        "gus",
        point("Buses", "g1", quote="So few buses! My boss Karen took the bus 24 to the office. karen's mood is bad"),
    ),
    digest(
        "hal", point("Karen", "h1", quote="Karen shouts in the office 24 times, and karen never stops. Is Mina there?")
    ),
    digest("ida", point("Karen", "i1", quote="I avoid karen and Al. Mina does too. Mina's Land, 24 HOURS")),
    digest(
        "jon", point("Mina", "j1", quote="Mina is always late."), point("Hours", "j2", quote="Mehr STUNDEN im Land")
    ),
    digest(
        "kim",
        point("Mina", "k1", quote="Ein Land ohne McDonald und Straße"),
        point("", "k2", quote="ALL BUSES IN THE EVENING"),
    ),
)


@pytest.fixture
def common() -> SharedWords:
    return SharedWords(
        aggregate_digests(SAID), session(topic="Getting around Springfield", critical="Night shifts in Halle?")
    )


@pytest.mark.parametrize(
    "text",
    [
        "Evening buses",
        "The parking and the bus, in the evening",
        "Getting around Springfield at night",
        "Bus shifts in Halle",
        "計程車費率",
        "計程車與費率",
        "Bus 24",
        "Buses. Parking",
    ],
)
def test_what_three_wrote_or_the_host_named_may_be_told(common: SharedWords, text: str) -> None:
    assert common.may_tell(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "Buses to Rosenberg",
        "Zebulon parking",  # one wrote it; the other point only has it in a model's words
        "Zoe's bus",
        "Unheard matters",
        "王小明",
        "計程車王小明",
        "Bus 1234",
        "Bus 12a",
        "bus@evening",
        "https://evening",
        "evening.bus",
        "@bus",
        "Walks",  # two wrote it
        "Office 307",
        "Evening Buses",  # a capital that nothing asks for
    ],
)
def test_what_could_tell_who_it_was_is_not(common: SharedWords, text: str) -> None:
    assert not common.may_tell(text)


@pytest.mark.parametrize(
    "text",
    [
        "Karen",
        "Karen in the office",
        "karen's bus",
        "Mina",
        "Mina's parking",
        "Al",
        "Al and Bo",
        "The bus, al",
        "Walker",
    ],
)
def test_a_name_is_not_told_even_where_three_wrote_it(common: SharedWords, text: str) -> None:
    assert not common.may_tell(text)


def test_german_nouns_are_told_only_where_the_host_uses_them() -> None:
    said = aggregate_digests(
        [digest(name, point("Land", name, quote="Wir leben auf dem Land mit dem Bus")) for name in "abcd"]
    )
    assert not SharedWords(said, session()).may_tell("Land")
    assert SharedWords(said, session(topic="Das Land")).may_tell("Leben auf dem Land")


def test_a_hindi_name_is_not_taken_apart() -> None:
    said = aggregate_digests([digest(name, point("", name, quote="रात की बस में काम")) for name in "abc"])
    assert SharedWords(said, session()).may_tell("रात की बस")
    assert not SharedWords(said, session()).may_tell("राम की बस")


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("How people get to work in the evening, and what they would need for it.", True),
        ("People in production need somebody who can decide when a drawing is wrong.", True),
        ("New people learn the job alone and do not know whom to ask.", True),
        ("Wie laut es im Büro ist, und welche Räume helfen würden.", True),
        ("Ce qui manque aux gens dans leur travail de tous les jours.", True),
        ("What people say of Zoe and of the buses.", False),
        ("Zoe and the buses, and how people get to work.", False),
        ("How people get to work from the Zebulon factory.", False),
        ("How people get to room 307 in the evening.", False),
        ("What karen said of the people in the office.", False),
        ("How people get to the brimblewick in the evening.", False),
        ("Wie laut Frau Brimblewick im Büro ist, und wer das sagt.", False),
        ("Wie laut Herr Koch im Büro ist, und wer das sagt.", False),
        ("王小明的意見和大家的想法", False),
    ],
)
def test_a_description_may_have_the_common_words_of_its_language(common: SharedWords, text: str, may: bool) -> None:
    assert common.may_tell_description(text) is may
    assert not (may and common.may_tell(text))


def test_common_words_are_told_by_a_list_of_their_language() -> None:
    assert is_common("room", "en-GB")
    assert is_common("young", "en")
    assert not is_common("Young", "en")  # a name as well
    assert is_common("Räume", "de")
    assert not is_common("Räume", "en")
    assert not is_common("room", "xx")
