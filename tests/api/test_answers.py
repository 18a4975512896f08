"""What people answered, over REST: every number is the one that their forms and messages give, and no slice tells of fewer than five."""

from collections import Counter, defaultdict
from statistics import fmean, median
from typing import Any

import pytest

from tests.api.answered import (
    MULTI,
    RANKING,
    SCALE,
    SHIFTS,
    SINGLE,
    Json,
    Presenter,
    add_person,
    host,
    leave_out,
    model,
    new_session,
    take_part,
    take_stands,
)
from tests.api.hosts import Host, error_of
from tests.api.participants import remove
from tests.api.test_budgets import Meter, meter
from tests.clock import FakeClock

__all__ = ["host", "meter", "model"]  # the fixtures

WIDGETS: tuple[tuple[Json, list[Any]], ...] = (
    (SCALE, [1, 2, 2, 4, 5, "words"]),
    (SINGLE, ["Soup", None]),
    (MULTI, [["Soup", "Salad"], ["Soup"]]),
)
LONG_ANSWERS = ("The parking lot is full", "No parking after eight", "I like the canteen")


@pytest.fixture
def session(host: Host, clock: FakeClock) -> tuple[str, list[str], list[str]]:
    """A session of 24 people, 8 of each shift; its questions, and the threads in their order."""
    session, questions = new_session(host)
    name, shift, means, years, mind = questions
    threads = []
    for number in range(24):
        answers: Json = {shift: SHIFTS[number % 3], years: ("1", "2 years", "2 Years")[number % 3]}
        if number % 2:
            answers |= {means: ["Bike", "Bus"] if number % 4 == 1 else "Car", mind: LONG_ANSWERS[number % 3]}
        answers[name] = f"Person{number}"
        widget, values = WIDGETS[0 if number < 16 else 1 + number % 2]
        threads.append(add_person(session, f"p{number}", answers, widget, values[number // 2 % len(values)]))
        clock.advance(1)
    return session, questions, threads


def answers_of(host: Host, session: str) -> Any:
    return host.get(f"/sessions/{session}/answers")


def counts(of: Json) -> dict[str, int]:
    return {it["label"]: it["participants"] for it in of["counts"]}


def test_forms_are_counted_as_they_were_filled_in(host: Host, session: tuple[str, list[str], list[str]]) -> None:
    found = answers_of(host, session[0])
    people = host.get(f"/sessions/{session[0]}/responses")["data"]
    assert found["participants"] == len(people) == 24
    name, shift, means, years, mind = session[1]
    assert [it["question_id"] for it in found["questions"]] == [shift, means, years, mind]
    given: defaultdict[str, list[Json]] = defaultdict(list)
    for answer in (answer for person in people for answer in person["answers"]):
        given[answer["question_id"]].append(answer)
    by_id = {it["question_id"]: it for it in found["questions"]}
    for question, it in by_id.items():
        assert (it["answered"], it["left_out"]) == (len(given[question]), 24 - len(given[question]))
    assert counts(by_id[shift]) == Counter(it["answer"] for it in given[shift])
    assert counts(by_id[means]) == Counter(choice for it in given[means] for choice in it["choices"])
    assert (by_id[years]["kind"], counts(by_id[years])) == ("values", {"2 Years": 16, "1": 8})
    assert (by_id[mind]["kind"], counts(by_id[mind])) == ("words", {"parking": 8, "canteen": 4, "lot": 4})
    texts = host.get(f"/sessions/{session[0]}/answers/{mind}?limit=5&offset=10")
    assert [it["answer"] for it in texts["data"]] == [it["answer"] for it in given[mind]][10:15]
    assert texts["pagination"] == {"total": 12, "limit": 5, "offset": 10}
    assert error_of(host.call("GET", f"/sessions/{session[0]}/answers/{name}"))[0] == 404


def values_in_messages(host: Host, session: str) -> tuple[dict[str, list[Any]], Counter[tuple[str, str]]]:
    """By label of a widget, the values that messages have, and how many people who were shown it did something else."""
    values: defaultdict[str, list[Any]] = defaultdict(list)
    others: Counter[tuple[str, str]] = Counter()
    for person in host.get(f"/sessions/{session}/responses")["data"]:
        shown = [at for at, it in enumerate(person["messages"]) if "widget_spec" in it]
        for at in shown:
            label = person["messages"][at]["widget_spec"]["root"]["props"]["label"]
            after = [it for it in person["messages"][at:] if it["role"] == "user"]
            if after and "widget_value" in after[0]:
                values[label].append(after[0]["widget_value"])
            else:
                others[label, "in_words" if after else "silent"] += 1
    return values, others


def test_widgets_are_counted_as_the_messages_have_them(
    host: Host, model: Presenter, session: tuple[str, list[str], list[str]]
) -> None:
    for number, order in enumerate((["Salad", "Soup", "Bread"], ["Salad", "Bread", "Soup"], None)):
        shown = {**RANKING, "label": RANKING["label"].upper()} if number == 1 else RANKING
        shown = {**shown, "items": [*reversed(shown["items"])]} if number == 1 else shown
        take_part(host, model, session[0], f"r{number}", {session[1][1]: "Days"}, shown, order)
    values, others = values_in_messages(host, session[0])
    found = {it["label"]: it for it in answers_of(host, session[0])["widgets"]}
    values[RANKING["label"]] += values.pop(RANKING["label"].upper())
    assert found.keys() == values.keys() | {label for label, _ in others}
    for label, it in found.items():
        assert it["answered"] == len(values[label])
        assert (it["in_words"], it["silent"]) == (others[label, "in_words"], others[label, "silent"])
    scale, (ranked,) = found[SCALE["label"]], [it for it in found.values() if it["type"] == "RankingList"]
    given = sorted(values[SCALE["label"]])
    assert counts(scale) == {str(value): given.count(value) for value in range(1, 6)}
    assert scale["spread"]["median"] == median(given)
    half = (len(given) + 1) // 2
    quartiles = (scale["spread"]["lower_quartile"], scale["spread"]["upper_quartile"])
    assert quartiles == (median(given[:half]), median(given[-half:]))
    assert counts(found[SINGLE["label"]]) == {"Soup": values[SINGLE["label"]].count("Soup"), "Bread": 0}
    assert counts(found[MULTI["label"]]) == {
        option: sum(option in value for value in values[MULTI["label"]]) for option in MULTI["options"]
    }
    averages = {item: fmean(order.index(item) + 1 for order in values[RANKING["label"]]) for item in RANKING["items"]}
    assert [(it["label"], it["average_rank"]) for it in ranked["ranks"]] == sorted(
        averages.items(), key=lambda it: (it[1], it[0])
    )


def test_whoever_is_taken_out_or_removed_counts_no_more_and_answers_to_a_removed_question_stay(
    host: Host, session: tuple[str, list[str], list[str]]
) -> None:
    leave_out(host, session[0], session[2][0])
    remove(host, session[0], session[2][1])
    shift = session[1][1]
    found = answers_of(host, session[0])
    assert (found["participants"], found["questions"][0]["answered"]) == (22, 22)
    assert found["widgets"][0]["answered"] == 14 - 2
    kept = [{"text": "Which shift do you work?", "type": "Options", "options": ["Days", "Nights"], "id": shift}]
    assert host.call("PATCH", f"/sessions/{session[0]}", {"questions": kept}).status_code == 200
    first, *removed = answers_of(host, session[0])["questions"]
    assert (counts(first), first["asked"]) == ({"Days": 7, "Nights": 7, "Weekends": 8}, True)
    assert [(it["asked"], it["kind"], it["multiple"]) for it in removed] == [
        (False, "values", False),
        (False, "choices", True),
        (False, "values", False),
    ]


def test_a_slice_has_the_people_of_each_group_and_hides_what_is_under_five(
    host: Host, session: tuple[str, list[str], list[str]]
) -> None:
    found, _, threads = session
    shift = session[1][1]
    stances = {
        threads[number]: "for" if number % 3 == 0 and number < 18 else "against"
        for number in range(24)
        if number % 3 == 0
    }
    stances |= {threads[number]: "against" for number in range(1, 15, 3)}
    theme = take_stands(found, "Rota", stances)
    assert host.get(f"/sessions/{found}/slices?by={shift}")["rows"] == [
        {"answers": ["Days"], "rest": False, "participants": 8, "counts": [None]},
        {"answers": ["Nights"], "rest": False, "participants": 8, "counts": [None]},
        {"answers": ["Weekends"], "rest": False, "participants": 8, "counts": [None]},
    ]
    by_years = host.get(f"/sessions/{found}/slices?by={session[1][3]}&of={theme}")
    assert (by_years["of"], by_years["kind"], by_years["exclusive"]) == ("Rota", "stances", True)
    assert [it["id"] for it in by_years["columns"]] == ["for", "against", None]
    assert [(it["answers"], it["counts"]) for it in by_years["rows"]] == [
        (["2 Years"], [None] * 3),
        (["1"], [None] * 3),
    ]
    assert by_years["whole"]["counts"] == [6, 7, 11]


def test_a_slice_of_a_scale_shows_what_is_told_by_five(host: Host) -> None:
    session, questions = new_session(host)
    rated = {"Days": [1] * 5 + [3] * 6 + [5] * 7, "Nights": [1, 2, 1, 2, 1, 1] + [3] * 5 + [4] * 5}
    for shift, values in rated.items():
        for number, value in enumerate(values):
            add_person(session, f"{shift}{number}", {questions[1]: shift}, SCALE, value)
    (widget,) = answers_of(host, session)["widgets"]
    found = host.get(f"/sessions/{session}/slices?by={questions[1]}&of={widget['id']}")
    assert (found["kind"], [it["label"] for it in found["columns"]]) == ("scale", ["1–2", "3", "4–5"])
    assert [it["counts"] for it in found["rows"]] == [[5, 6, 7], [6, 5, 5]]
    for query in ("", "?by=x", f"?by={questions[4]}", f"?by={questions[0]}", f"?by={questions[1]}&of=t1"):
        assert error_of(host.call("GET", f"/sessions/{session}/slices{query}"))[:2] == (400, "validation_error"), query


def test_people_with_a_stance_are_listed_with_what_they_said(
    host: Host, session: tuple[str, list[str], list[str]]
) -> None:
    found, _, threads = session
    theme = take_stands(found, "Rota", dict.fromkeys(threads[:4], "for") | dict.fromkeys(threads[4:7], "against"))
    against = host.get(f"/sessions/{found}/themes/{theme}/people?stance=against")
    assert [it["participant_id"] for it in against["data"]] == threads[4:7]
    assert (against["theme"], against["pagination"]["total"]) == ("Rota", 3)
    messages = {
        it["id"]: it for person in host.get(f"/sessions/{found}/responses")["data"] for it in person["messages"]
    }
    for person in against["data"]:
        (point,) = person["points"]
        assert messages[point["message_id"]]["content"] == point["quote"]
    assert host.get(f"/sessions/{found}/themes/{theme}/people?limit=3&offset=5")["pagination"]["total"] == 7
    leave_out(host, found, threads[4])
    assert len(host.get(f"/sessions/{found}/themes/{theme}/people?stance=against")["data"]) == 2
    assert error_of(host.call("GET", f"/sessions/{found}/themes/t9/people"))[0] == 404
    assert error_of(host.call("GET", f"/sessions/{found}/themes/{theme}/people?stance=no"))[0] == 400


def test_answers_cost_one_range_each_of_heads_forms_and_widgets(
    host: Host, meter: Meter, session: tuple[str, list[str], list[str]]
) -> None:
    meter.sent.clear()
    assert meter.of(host.call("GET", f"/sessions/{session[0]}/answers"), 200) == 5
    assert meter.of(host.call("GET", f"/sessions/{session[0]}/slices?by={session[1][1]}"), 200) == 5


def test_who_was_removed_and_comes_again_counts_for_what_they_choose_then(host: Host, model: Presenter) -> None:
    """While what they chose before still waits to be erased."""
    session, questions = new_session(host)
    for value in (5, 1):
        thread = take_part(host, model, session, "p1", {questions[1]: "Days"}, SCALE, value)
        (widget,) = answers_of(host, session)["widgets"]
        assert ([label for label, people in counts(widget).items() if people], widget["silent"]) == ([str(value)], 0)
        remove(host, session, thread)
    assert answers_of(host, session)["widgets"] == []
