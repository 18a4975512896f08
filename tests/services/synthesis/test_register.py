"""The register of themes: one id a label, stored before it is used, bounded, and clean of whoever was taken out."""

from dataclasses import replace

from chalicelib.services.synthesis import register as module
from chalicelib.services.synthesis.register import (
    MAX_BYTES,
    MAX_ENTRIES,
    MAX_LIVE,
    Proposed,
    Register,
    described,
    merged,
    withdrawn,
)
from chalicelib.store.records import RegisteredTheme, ThemeRegistry
from tests.services.builders import point

BUSES, PARKS = RegisteredTheme("t1", "Buses", "What runs."), RegisteredTheme("t4", "Parks", "What is green.")
TRAMS = RegisteredTheme("t3", "Trams", alias_of="t1")
REGISTRY = ThemeRegistry(5, (BUSES, TRAMS, PARKS), 4)


def proposed(topic: str, theme: str | None = None, description: str = "") -> Proposed:
    return Proposed(point("text", "m1", topic=topic, theme=theme), description)


def test_labels_and_aliases_lead_to_the_theme_that_lives() -> None:
    register = Register(REGISTRY)
    found = register.settle([proposed("ＢＵＳＥＳ"), proposed(" trams"), proposed("x", "t3"), proposed("parks", "t77")])
    assert [settled.theme for settled in found] == ["t1", "t1", "t1", "t4"]
    assert register.registry is REGISTRY


def test_a_number_is_never_given_again() -> None:
    register = Register(ThemeRegistry(5, (BUSES,), 9))
    assert register.settle([proposed("Lakes")])[0].theme == "t10"
    assert withdrawn(register.registry, ["t1"]).last == 10


def test_a_new_theme_is_stored_before_it_is_used_and_made_again_where_somebody_was_faster() -> None:
    theirs = ThemeRegistry(6, (*REGISTRY.themes, RegisteredTheme("t5", "Lakes")), 5)
    stored: list[ThemeRegistry] = []

    def save(registry: ThemeRegistry, _: ThemeRegistry) -> ThemeRegistry | None:
        stored.append(registry)
        return None if len(stored) == 1 else replace(registry, version=registry.version + 1)

    register = Register(REGISTRY, save, lambda: theirs)
    found = register.settle([proposed("Hills"), proposed("Lakes")])
    assert [settled.theme for settled in found] == ["t6", "t5"]
    assert [registry.version for registry in stored] == [5, 6]
    assert register.registry == ThemeRegistry(7, (*theirs.themes, RegisteredTheme("t6", "Hills")), 6)


def test_there_is_an_end_to_themes() -> None:
    register = Register()
    for number in range(MAX_LIVE + 30):
        register.settle([proposed(f"theme {number}")])
    assert len(register.registry.live) == MAX_LIVE
    assert register.settle([proposed("one more")])[0].theme is None
    aliases = tuple(RegisteredTheme(f"t{n}", f"l{n}", alias_of="t1") for n in range(2, MAX_ENTRIES + 1))
    full = Register(ThemeRegistry(1, (BUSES, *aliases), MAX_ENTRIES))
    assert full.settle([proposed("one more")])[0].theme is None


def test_however_long_the_words_are_the_registry_fits_into_its_item() -> None:
    register = Register()
    for number in range(MAX_LIVE):
        register.settle([proposed(f"{number}" + "湯" * 100, description="湯" * 500)])
    registry = described(register.registry, {theme.id: "鍋" * 500 for theme in register.registry.live})
    assert module._size(registry.themes) <= MAX_BYTES
    assert len(registry.live) == MAX_LIVE


def test_merged_themes_stay_and_stand_for_one() -> None:
    one = merged(REGISTRY, [["t4", "t3"], ["t99", "t4"], []])
    assert [theme.id for theme in one.themes] == ["t1", "t3", "t4"]
    assert {found.id for name in ("t1", "t3", "t4") if (found := one.resolve(name))} == {"t4"}


def test_after_a_withdrawal_only_what_others_carry_is_left_and_nothing_that_was_said_of_it() -> None:
    assert withdrawn(REGISTRY, ["t3"]).themes == (replace(BUSES, description=""), TRAMS)
    assert withdrawn(REGISTRY, []).themes == ()
