"""Names come in the order in which readers look for them."""

from chalicelib.text.collation import sort_key


def test_case_and_accents_count_last_and_numbers_by_their_size() -> None:
    names = [
        "a",
        "Ähre",
        "Apfel",
        "Session 2",
        "Session 10",
        "SWOT analysis",
        "Zug",
        "zurück",
        "Éclair",
        "1",
        "",
        "会议",
    ]
    wanted = [
        "",
        "1",
        "a",
        "Ähre",
        "Apfel",
        "Éclair",
        "Session 2",
        "Session 10",
        "SWOT analysis",
        "Zug",
        "zurück",
        "会议",
    ]
    assert sorted(names, key=sort_key) == wanted
    assert sorted(["lunch", "Lunch", "LUNCH"], key=sort_key) == ["LUNCH", "Lunch", "lunch"]
    assert sort_key("9" * 5_000)[0] > sort_key("10")[0]
