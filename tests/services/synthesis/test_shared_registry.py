"""The shared registry of themes: one id a label, stored before it is used, many registered, the most widely carried shown."""

from collections.abc import Sequence

from msgspec.structs import replace

from chalicelib.llm import tags
from chalicelib.model import Point, RegisteredTheme, ThemeRegistry
from chalicelib.services.synthesis.shared_registry import (
    MAX_LIVE,
    MAX_SHOWN,
    MAX_SHOWN_BYTES,
    SharedRegistry,
    alias_themes,
    describe_themes,
)
from tests.services.builders import point

BUSES = RegisteredTheme("t1", "Buses", "What runs.")
TRAMS, PARKS = RegisteredTheme("t3", "Trams", alias_of="t1"), RegisteredTheme("t4", "Parks")
REGISTRY = ThemeRegistry(5, (BUSES, TRAMS, PARKS), 4)


def about(topic: str, theme: str | None = None) -> Point:
    return point("text", "m1", topic=topic, theme=theme)


def many(number: int, label: str = "Matter {}") -> ThemeRegistry:
    themes = [RegisteredTheme(f"t{n}", label.format(n)) for n in range(1, number + 1)]
    return ThemeRegistry(1, tuple(themes), number)


def shown(shared: SharedRegistry) -> list[str]:
    return [piece.attributes["id"] for piece in tags.read("theme", shared.show())]


def settled(shared: SharedRegistry, *points: Point, before: Sequence[Point] = (), by: str = "ann") -> list[str | None]:
    return [found.theme for found in shared.settle(by, points, before)]


def test_labels_and_aliases_lead_to_the_theme_that_lives() -> None:
    shared = SharedRegistry(REGISTRY)
    given = (about("ＢＵＳＥＳ"), about(" trams"), about("x", "t3"), about("parks", "t77"))
    assert settled(shared, *given) == ["t1", "t1", "t1", "t4"]
    assert shared.registry is REGISTRY


def test_a_number_is_never_given_again() -> None:
    shared = SharedRegistry(ThemeRegistry(5, (BUSES,), 9))
    assert settled(shared, about("Lakes"), about("Hills"), about("lakes")) == ["t10", "t11", "t10"]
    assert shared.registry.last == 11


def test_a_new_theme_is_stored_before_it_is_used_and_made_again_where_somebody_was_faster() -> None:
    theirs = ThemeRegistry(6, (*REGISTRY.themes, RegisteredTheme("t5", "Lakes")), 5)
    stored: list[tuple[int, int]] = []

    def save(made: ThemeRegistry, before: ThemeRegistry) -> ThemeRegistry | None:
        stored.append((before.version, len(made.themes) - len(before.themes)))
        return None if len(stored) == 1 else replace(made, version=before.version + 1)

    shared = SharedRegistry(REGISTRY, save, lambda: theirs)
    assert settled(shared, about("Hills"), about("Lakes"), by="bob") == ["t6", "t5"]
    assert stored == [(5, 2), (6, 1)]
    hills = RegisteredTheme("t6", "Hills", coined_by="bob")
    assert shared.registry == ThemeRegistry(7, (*theirs.themes, hills), 6)


def test_there_is_an_end_to_themes_but_none_to_their_other_names() -> None:
    full = SharedRegistry(many(MAX_LIVE))
    assert settled(full, about("One more"), about("matter 1000")) == [None, "t1000"]
    aliases = [RegisteredTheme(f"t{n}", f"Name {n}", alias_of="t1") for n in range(MAX_LIVE + 1, 2 * MAX_LIVE)]
    fuller = SharedRegistry(
        replace(many(MAX_LIVE - 1), themes=(*many(MAX_LIVE - 1).themes, *aliases), last=2 * MAX_LIVE)
    )
    assert settled(fuller, about("One more"), about("And another"), about("name 1500")) == ["t2001", None, "t1"]


def test_what_most_people_carry_is_shown_in_the_order_of_its_ids() -> None:
    shared = SharedRegistry(many(300), carried=[["t300"], ["t300", "t250"], ["t250"], ["t299"], ["t7"]])
    assert shown(shared) == [*(f"t{n}" for n in range(1, MAX_SHOWN - 2)), "t250", "t299", "t300"]


def test_who_carries_a_theme_under_two_names_counts_once() -> None:
    aliases = (RegisteredTheme("t301", "A", alias_of="t299"), RegisteredTheme("t302", "B", alias_of="t299"))
    registry = replace(many(300), themes=(*many(300).themes, *aliases))
    others = [[f"t{n}"] * 2 for n in range(1, MAX_SHOWN)]
    shared = SharedRegistry(registry, carried=[["t299", "t301", "t302"], ["t300"], ["t300"], *others])
    assert shown(shared)[-2:] == [f"t{MAX_SHOWN - 1}", "t300"]


def test_what_is_shown_stays_the_same_until_a_theme_is_new() -> None:
    shared = SharedRegistry(many(300))
    before = shared.show()
    assert settled(shared, about("matter 290"), by="ann") == ["t290"]
    assert settled(shared, about("x", "t290"), by="bob") == ["t290"]
    assert shared.show() == before
    assert settled(shared, about("Lakes"), by="cem") == ["t301"]
    assert shown(shared) == [*(f"t{n}" for n in range(1, MAX_SHOWN - 1)), "t290", "t301"]


def test_a_theme_that_is_not_shown_is_found_by_its_label() -> None:
    shared = SharedRegistry(many(300))
    assert "t290" not in shown(shared)
    assert settled(shared, about("MATTER  290")) == ["t290"]
    assert shared.registry == many(300)


def test_however_long_the_words_are_what_is_shown_has_an_end() -> None:
    long = describe_themes(many(300, label="湯{}" + "湯" * 55), {f"t{n}": "鍋" * 500 for n in range(1, 301)})
    assert 30_000 < len(SharedRegistry(long).show().encode()) <= MAX_SHOWN_BYTES


def test_what_a_summary_says_of_a_theme_is_shown_with_it() -> None:
    assert SharedRegistry(REGISTRY).show() == (
        '<theme id="t1" label="Buses">What runs.</theme>\n<theme id="t4" label="Parks"></theme>'
    )


def test_a_theme_without_a_label_is_nobodys_to_join() -> None:
    shared = SharedRegistry(replace(REGISTRY, themes=(replace(BUSES, label=""),)))
    assert shared.show() == ""
    assert settled(shared, about(""), about("x", "t1")) == [None, "t1"]


def test_merged_themes_stay_and_stand_for_one() -> None:
    one = alias_themes(REGISTRY, [["t4", "t3"], ["t99", "t4"], []])
    assert [theme.id for theme in one.themes] == ["t1", "t3", "t4"]
    assert {found.id for name in ("t1", "t3", "t4") if (found := one.resolve(name))} == {"t4"}
