"""What a summary is shown: bounded in all, dealt fairly, and everything that is not shown is counted."""

from unicodedata import east_asian_width

import pytest
from msgspec.structs import replace

from chalicelib.llm import tags
from chalicelib.model import Digest, RegisteredTheme, ThemeRegistry
from chalicelib.services.synthesis.aggregate import aggregate_digests
from chalicelib.services.synthesis.evidence import MAX_CHARACTERS, MAX_POINTS, MAX_THEMES, EvidenceBook, pick_quotes
from chalicelib.services.synthesis.summary import write_summary
from tests.llm.queued import QueuedModel, calls
from tests.services.builders import NOW, deadline, digest, point, view

REGISTRY = ThemeRegistry(1, (RegisteredTheme("t1", "Books", "What is on the shelves."),), 1)


def width(text: str) -> int:
    return sum(2 if east_asian_width(mark) in "WF" else 1 for mark in text)


def people(number: int, each: int, text: str) -> list[Digest]:
    return [
        digest(f"p{person:04}", *(point(f"{n} {text}", f"m{n}", theme="t1") for n in range(each)))
        for person in range(number)
    ]


def by_person(book: EvidenceBook) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for piece in tags.read("point", book.render()):
        found.setdefault(piece.attributes["participant"], []).append(piece.text.split()[0])
    return found


@pytest.mark.parametrize(
    ("text", "least"), [("x" * 290, 600), ("湯" * 290, 350), ("&" * 290, 150), ("short", MAX_POINTS)]
)
def test_all_of_it_has_an_end_whatever_the_script(text: str, least: int) -> None:
    book = EvidenceBook(aggregate_digests(people(100, 40, text)), REGISTRY)
    assert width(book.render()) <= MAX_CHARACTERS
    assert least <= len(book) <= MAX_POINTS
    assert book.aggregate.total == 4_000


def test_everybody_gives_the_same_share_and_the_newest_points() -> None:
    loud = digest("loud", *(point(f"{n} {'x' * 290}", f"m{n}", theme="t1") for n in range(60)))
    book = EvidenceBook(aggregate_digests([loud, *people(120, 8, "y" * 290)]), REGISTRY)
    given = by_person(book)
    assert len(given) == 121
    assert max(map(len, given.values())) - min(map(len, given.values())) <= 1
    assert given["1"][-1] == "59"
    assert [entry.id for entry in book.find([f"p{n}" for n in range(1, len(book) + 1)])][-1] == f"p{len(book)}"


def test_the_most_widely_carried_themes_are_shown_and_of_the_others_what_people_call_them() -> None:
    number = MAX_THEMES + 50
    registry = ThemeRegistry(1, tuple(RegisteredTheme(f"t{n}", f"Matter {n}") for n in range(1, number + 1)), number)
    said = [point(f"of {n}", f"m{n}", topic=f"topic {n}", theme=f"t{n}") for n in range(1, number + 1)]
    book = EvidenceBook(aggregate_digests([digest("ann", *said), digest("bob", *said[100:])]), registry)
    shown = tags.read("theme", book.render())
    assert [piece.attributes["id"] for piece in shown] == [
        *(f"t{n}" for n in range(101, number + 1)),
        *(f"t{n}" for n in range(1, MAX_THEMES - 150 + 1)),
    ]
    points = {piece.text: piece.attributes for piece in tags.read("point", book.render())}
    assert points["of 100"]["topic"] == "topic 100"
    assert "theme" not in points["of 100"]
    assert (points["of 50"]["theme"], points["of 101"]["theme"]) == ("t50", "t101")
    # It is counted all the same.
    assert book.themes(["t100"]) == ["t100"]
    assert list(book.stances(["t100"])) == ["ann"]
    assert len(book.carried) == number


def test_how_many_points_have_no_theme_is_known() -> None:
    without = point("none", "m1", theme=None)
    heard = aggregate_digests([digest("ann", without, without, point("one", "m2", theme="t1")), digest("bob", without)])
    assert (heard.themeless, heard.total) == (3, 4)
    assert replace(heard, points=()).themeless == 3


@pytest.mark.parametrize("without", [0, 3])
def test_the_report_says_how_many_points_are_in_no_theme(without: int) -> None:
    said = [point(f"of {n}", f"m{n}", theme=None if n < without else "t1") for n in range(5)]
    theme = {"themes": ["t1"], "label": "Books", "statement": "", "description": "", "evidence": []}
    model = QueuedModel(calls("write_summary", {"overview": "They talk of books.", "themes": [theme]}))
    book = EvidenceBook(aggregate_digests([digest("ann", *said)]), REGISTRY)
    made = write_summary(view(), book, model=model, deadline=deadline(), now=NOW).summary
    assert ("3 of 5 points are about matters that are in no theme" in made.markdown) == bool(without)


def test_where_several_take_a_side_one_of_them_is_quoted_and_whoever_stands_alone_is_not_sought_out() -> None:
    stances = [("a", "for"), ("b", "for"), ("c", "mixed"), ("d", "against"), ("e", "against")]
    said = [digest(name, point(name, name, quote=f"quote {name}", theme="t1", stance=side)) for name, side in stances]

    def quoted(digests: list[Digest]) -> list[str]:
        book = EvidenceBook(aggregate_digests(digests), REGISTRY)
        return [quote.thread_id for quote in pick_quotes(book.of_themes(["t1"]), book.stances(["t1"]))]

    assert quoted(said) == ["a", "d", "c"]
    assert quoted(said[:4]) == ["a", "b", "c"]
