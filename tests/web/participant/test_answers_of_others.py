"""What others than members read of the answers: figures of five people at least, and nothing that anybody wrote alone."""

import pytest

from chalicelib import container
from chalicelib.services.synthesis import state
from chalicelib.store.sessions import FOR_RESULTS
from tests.api.answered import RANKING, SCALE, add_person, new_session
from tests.api.hosts import Host
from tests.clock import FakeClock
from tests.web.browser import Browser
from tests.web.participant.test_results import put, summary_of


@pytest.fixture
def answered(host: Host, clock: FakeClock) -> tuple[str, list[str], list[str]]:
    """A session of 40 people whose answers are open to everybody, its questions, and the people."""
    session, questions = new_session(host)
    opened = {"results_visibility": "public", "results_sections": {"summary": True, "responses": True}}
    assert host.call("PATCH", f"/sessions/{session}", opened).status_code == 200
    _, shift, means, years, mind = questions
    people = []
    for number in range(40):
        answers = {shift: ("Days", "Nights")[number % 2], mind: "Parking is short", years: f"Since {1980 + number % 6}"}
        if number < 4:
            answers |= {means: "Bike", mind: f"Parking, and my colleague Zebedee{number}"}
        widget, value = (SCALE, (1, 3, 5)[number // 2 % 3]) if number < 30 else (RANKING, "words")
        people.append(add_person(session, f"Wendelin{number}", answers, widget, value))
        clock.advance(1)
    put({"id": session}, summary_of(40, *people))
    return session, questions, people


def test_others_read_figures_of_five_people_and_no_words_of_anybodys_own(
    host: Host, ben: Browser, answered: tuple[str, list[str], list[str]]
) -> None:
    session, _, people = answered
    page = ben.open(f"/results?s={session}&tab=responses")
    assert page.status == 200
    for told in ("20 · \u2068Days\u2069", "How good is the rota?", "parking", "Median 3", "since 1980"):
        assert told.casefold() in page.text.casefold(), told
    for untold in ("Zebedee", "Wendelin", "What do you use?", "In which order?", "Read the answers", *people):
        assert untold not in page.html, untold
    assert f"/sessions/{session}" not in page.html


def test_others_choose_groups_only_where_every_number_is_of_five(
    host: Host, ben: Browser, answered: tuple[str, list[str], list[str]]
) -> None:
    session, questions, people = answered
    page = ben.open(f"/results?s={session}&tab=responses")
    form = page.form("Show")
    assert [value for name, value in form.options if name == "by"] == [questions[1]]
    (widget,) = [value for name, value in form.options if name == "of"]
    shown = ben.open(f"/results?s={session}&tab=responses&of={widget}&by={questions[1]}")
    assert "not shown" not in shown.text.casefold()
    # Two people left out, and there are fewer than five in a cell.
    for person in people[:2]:
        assert host.call("PATCH", f"/sessions/{session}/participants/{person}", {"included": False}).status_code == 200
    view = container.sessions().view(session, FOR_RESULTS)
    assert container.summaries().put(view.session, summary_of(38, *people), state.end(view.synthesis.epoch))
    assert not ben.open(f"/results?s={session}&tab=responses&of={widget}&by={questions[1]}").has_form("Show")


def test_answers_are_read_where_the_host_opens_them_alone(
    host: Host, ben: Browser, answered: tuple[str, list[str], list[str]]
) -> None:
    closed = {"results_sections": {"summary": True, "responses": False}}
    assert host.call("PATCH", f"/sessions/{answered[0]}", closed).status_code == 200
    assert ben.open(f"/results?s={answered[0]}&tab=responses").status == 403


def test_a_group_is_named_to_others_by_answers_of_five_people(host: Host, ben: Browser, clock: FakeClock) -> None:
    session, (_, shift, means, *_) = new_session(host)
    host.call(
        "PATCH", f"/sessions/{session}", {"results_visibility": "public", "results_sections": {"responses": True}}
    )
    people = []
    for number in range(21):
        chosen = (["Bus"], ["Bike"])[number % 2] if number < 20 else ["Bus", "Car"]
        people.append(add_person(session, f"p{number}", {shift: "Days", means: chosen}, SCALE, (1, 5)[number // 2 % 2]))
        clock.advance(1)
    put({"id": session}, summary_of(21, *people))
    (widget,) = [
        it for name, it in ben.open(f"/results?s={session}&tab=responses").form("Show").options if name == "of"
    ]
    page = ben.open(f"/results?s={session}&tab=responses&of={widget}&by={means}")
    assert "\u2068Bus\u2069 + Other answers" in page.text  # and not that the one with a car takes the bus, too
    assert "Bus, Car" not in page.text
