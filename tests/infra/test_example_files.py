"""What the files of the example say, before anything is stored of them."""

import re

from chalicelib.services.safety import danger_in
from chalicelib.text.language import detect_language
from infra.example.files import Person, read_people, read_session
from tests.example_tables import each_row

PEOPLE = {person.number: person for person in read_people()}
LEFT_EARLY = "24"
_PERSONAL = re.compile(r"\S@\S|https?:|www\.|\d[\d ()/+-]{6,}\d", re.IGNORECASE)


def test_people_say_six_to_ten_things_but_for_one_who_leaves_early() -> None:
    assert len(PEOPLE) == 24
    said = {number: len(person.turns) for number, person in PEOPLE.items()}
    assert said.pop(LEFT_EARLY) == 3
    assert all(6 <= count <= 10 for count in said.values()), said
    assert {bool(person.recap) for number, person in PEOPLE.items() if number != LEFT_EARLY} == {True}


@each_row("person", PEOPLE.values())
def test_the_facilitator_writes_in_the_language_of_whom_it_talks_with(person: Person) -> None:
    spoken = detect_language(" ".join(turn.said for turn in person.turns))
    assert spoken in ("en", "es")
    for text in filter(None, (person.opening, *(turn.reply for turn in person.turns), person.recap)):
        assert detect_language(text) in (spoken, None), text
    assert all(detect_language(point["text"]) in (spoken, None) for point in person.points)


def test_people_of_both_languages_take_part() -> None:
    spoken = [detect_language(" ".join(turn.said for turn in person.turns)) for person in PEOPLE.values()]
    assert (spoken.count("en"), spoken.count("es")) == (15, 9)


def test_nothing_of_it_looks_like_the_data_of_a_person_or_like_danger() -> None:
    for person in PEOPLE.values():
        assert not _PERSONAL.search(f"{person.name} {person.opening} {person.recap} {person.comment}")
        for turn in person.turns:
            assert danger_in(turn.said) is None, turn.said
            assert not _PERSONAL.search(f"{turn.said} {turn.reply}"), turn.said
    session = read_session()
    assert not _PERSONAL.search(f"{session.topic} {session.goal} {session.context} {session.critical}")
    assert "invented" in (session.context or "")
