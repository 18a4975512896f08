"""What a search finds in lists of sessions, and for whom."""

from urllib.parse import quote

import pytest

from tests.api.hosts import Host, new_host
from tests.api.jobs import update_cards
from tests.api.lists import listed, public

SEARCHES = [
    ("canteen", True),
    ("CANTEEN", True),
    ("menu", True),  # in the goal
    ("  menu ", True),
    ("supper", True),
    ("%", True),
    ("100%", True),
    ("c%n", False),
    ("100_", False),
    ("_", False),
    ("*", False),
    (".", False),
    ("strasse", True),
    ("STRASSE", True),
    ("straße", True),
    ("ΟΔΌΣ", True),
    ("οδός", True),
    ("cafe\u0301", True),  # as two code points
    ("caf\u00e9", True),  # as one
    ("CAFÉ", True),
    ("食堂", True),
    ("مطعم", True),
    ("🍲", True),
    ("МЕНЮ", True),
]


@pytest.mark.parametrize(("searched", "found"), SEARCHES)
def test_a_search_finds_letters_in_any_case_and_script_and_takes_every_character_as_itself(
    host: Host, searched: str, found: bool
) -> None:
    topic = "Canteen Café 食堂 🍲 at Hauptstraße, 100%-vegan"
    host.new_session(topic=topic, goal="Plan the menu: Меню, οδός, مطعم", context="supper")
    assert listed(host, f"?q={quote(searched)}") == ([topic] if found else [])


def test_a_context_is_searched_as_it_is_now(host: Host) -> None:
    session = host.new_session(topic="Canteen")["id"]
    for context, found in (("Quito", True), ("Lima", False), ("quito again", True), (None, False)):
        assert host.call("PATCH", f"/sessions/{session}", {"context": context}).status_code == 200
        assert bool(listed(host, "?q=quito")) is found


def test_only_members_search_in_a_context(host: Host) -> None:
    session = host.new_session(topic="Canteen", context="Quito", is_public=True)["id"]
    viewer, stranger = host.invite(session, "viewer"), new_host("bo@example.com")
    assert stranger.say(session, "Soup").status_code == 200
    host.call("PATCH", f"/sessions/{session}", {"goal": "Another goal"})
    assert update_cards(session)
    assert listed(viewer, "?q=quito") == listed(host, "?q=quito") == listed(stranger, "?q=canteen") == ["Canteen"]
    assert listed(stranger, "?q=quito") == []
    assert public("?q=quito")["data"] == []


def test_words_are_found_in_any_order_in_topic_goal_and_context_together(host: Host) -> None:
    host.new_session(topic="Canteen menu", goal="Choose supper", context="Alice’s Küche in Q​UITO 食堂菜单")
    host.new_session(topic="Menu", goal="Nothing else")
    for found in ("supper canteen", "quito menu", "KÜCHE choose alice's", "菜单 食堂", "menu\u00a0CHOOSE"):
        assert listed(host, f"?q={quote(found)}") == ["Canteen menu"], found
    for missed in ("supper nothing", "quitomenu", "quito bogota"):
        assert listed(host, f"?q={quote(missed)}") == [], missed
