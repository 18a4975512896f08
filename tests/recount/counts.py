"""The numbers of the results, counted a second time from what is stored: by what they are said to be, not by the code that shows them."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from tests.recount.stored import Person, Stored, stance_of

STANCES = ("for", "against", "mixed", "neutral")
QUIET_AFTER = timedelta(hours=24)


def progress(person: Person, is_over: bool, now: datetime) -> str:
    """How far somebody is."""
    if person.concluded:
        return "completed" if person.spoke else "left"
    if not person.spoke:
        return "joined"
    return "quiet" if is_over or now - person.said[-1].at > QUIET_AFTER else "talking"


def count_progress(stored: Stored, is_over: bool, now: datetime) -> Counter[str]:
    """How many people are how far; test runs are nobody, who is left out is somebody."""
    return Counter(progress(person, is_over, now) for person in stored.people if not person.test)


def by_stance(people: Mapping[str, str]) -> dict[str, int]:
    """How many of these stand where."""
    counted = Counter(people.values())
    return {stance: counted[stance] for stance in STANCES}


def carriers_of_any(stored: Stored, themes: Iterable[str]) -> dict[str, str]:
    """Who speaks of any of these themes, and where they stand on all of them together."""
    wanted = {stored.live(theme) for theme in themes}
    taken: dict[str, list[str]] = defaultdict(list)
    for theme, people in stored.carriers.items():
        if theme in wanted:
            for who, stance in people.items():
                taken[who].append(stance)
    return {who: stance_of(said) for who, said in taken.items()}


def common_themes(stored: Stored) -> dict[str, tuple[str, int, dict[str, int]]]:
    """The themes that have a name, and that two people or more speak of: label, people, stances."""
    return {
        theme: (stored.themes[theme]["label"], len(people), by_stance(people))
        for theme, people in stored.carriers.items()
        if len(people) > 1 and stored.themes[theme]["label"]
    }


def unique_points(stored: Stored) -> set[tuple[str, str, str]]:
    """The points that nobody else shares, as (who, message, text)."""
    carried = stored.carriers
    found = set()
    for person in stored.counted:
        for point in person.points:
            live = stored.live(point.get("theme"))
            if live is None or set(carried[live]) == {person.id}:
                found.add((person.id, point["message_id"], point["text"]))
    return found


def new_themes(stored: Stored) -> tuple[int, list[int]]:
    """How many conversations were read, and of how many themes each was the first to speak, in the order in which people began to."""
    read = sorted((it for it in stored.counted if it.spoke and it.digest), key=lambda it: (it.said[0].at, it.id))
    known: set[str] = set()
    fresh = []
    for person in read:
        own = {live for point in person.points if (live := stored.live(point.get("theme")))}
        fresh.append(len(own - known))
        known |= own
    return len(read), fresh
