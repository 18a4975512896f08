"""The pages of answers: figures of the form and of widgets, what groups say, and from a bar to the people and their messages."""

import re

import pytest
from msgspec.structs import replace

from chalicelib import container
from tests.api.answered import RANKING, SCALE, add_person, leave_out, new_session, take_stands
from tests.api.hosts import Host
from tests.api.stances import hold
from tests.clock import FakeClock
from tests.web.browser import Browser

Answered = tuple[str, list[str], list[str], str]


@pytest.fixture
def answered(host: Host, clock: FakeClock) -> Answered:
    """A session of 32 people in two shifts, its questions, the people, and a theme that fourteen are for and three against."""
    session, questions = new_session(host)
    people = []
    for number in range(32):
        widget, value = (SCALE, 1 + number % 5) if number < 30 else (RANKING, ["Bread", "Soup", "Salad"])
        answers = {questions[1]: ("Days", "Nights")[number % 2], questions[4]: "The parking lot is full of vans"}
        people.append(add_person(session, f"p{number}", answers, widget, value))
        clock.advance(1)
    theme = take_stands(
        session, "New rota", dict.fromkeys(people[:14], "for") | dict.fromkeys(people[14:17], "against")
    )
    return session, questions, people, theme


def test_every_question_and_widget_has_its_figures_and_their_table(ana: Browser, answered: Answered) -> None:
    session, questions, people, _ = answered
    page = ana.open(f"/sessions/{session}/answers")
    assert "From 32 participants." in page.text
    for told in ("16 · \u2068Days\u2069", "16 · \u2068Nights\u2069", "Answered: 32 · No answer: 0", "parking", "Scale"):
        assert told in page.text, told
    assert "Median 3; the middle half of all values lies between 2 and 4" in page.text
    assert "1 = bad · 5 = good" in page.text
    assert "1 · \u2068Bread\u2069 2 · \u2068Soup\u2069 3 · \u2068Salad\u2069" in page.text
    assert "Your name" not in page.text
    assert page.html.count('<svg class="chart') == page.html.count("Show as a table")
    texts = ana.open(f"/sessions/{session}/answers/{questions[4]}")
    assert texts.html.count("The parking lot is full of vans") == 32
    assert f"/sessions/{session}/people/{people[0]}" in texts.html


def test_what_a_shift_says_is_a_choice_and_numbers_under_five_are_not_shown(
    host: Host, ana: Browser, answered: Answered
) -> None:
    session, questions, people, theme = answered
    page = ana.open(f"/sessions/{session}/answers?of={theme}&by={questions[1]}")
    assert 'value="' + questions[1] + '" selected' in page.html
    found = host.get(f"/sessions/{session}/slices?of={theme}&by={questions[1]}")
    assert [row["counts"] for row in found["rows"]] == [[None, None, 7], [None, None, 8]]
    told = " ".join(re.sub("<[^>]+>|[\u2068\u2069]", " ", page.html).split())
    for row in found["rows"]:
        cells = ["not shown" if it is None else str(it) for it in row["counts"]]
        assert " ".join([*row["answers"], str(row["participants"]), *cells]) in told
    assert "“Not shown” is fewer than 5 people" in page.text
    leave_out(host, session, people[0])
    everything = ana.open(f"/sessions/{session}/answers?by={questions[1]}")
    assert "\u2068Days\u2069 · 15 participants" in everything.text
    for of, by in (("t9", questions[1]), (theme, "x"), ("t9", "")):
        assert "cannot be shown any more" in ana.open(f"/sessions/{session}/answers?of={of}&by={by}").text


def test_the_people_against_the_most_popular_idea_are_found_and_why(
    host: Host, ana: Browser, answered: Answered
) -> None:
    session, _, people, theme = answered
    page = ana.open(f"/sessions/{session}/answers")
    first = re.search(r'<th scope="row"[^>]*><a href="([^"]+)">New rota', page.html)
    assert first
    one = ana.open(first[1].partition("#")[0].replace("&amp;", "&"))
    against = re.search(
        rf'<a href="(/sessions/{session}/themes/{theme}\?stance=against)">against</a></th><td class="number">3',
        one.html,
    )
    assert against
    listed = ana.open(against[1])
    assert re.findall(r"/people/([0-9a-f-]{36})\"", listed.html) == people[14:17]
    quote = re.search(
        rf'<a href="(/sessions/{session}/people/{people[14]})#(message-[0-9a-f-]+)">Hello</a>', listed.html
    )
    assert quote
    assert f'id="{quote[2]}"' in ana.open(quote[1]).html


def test_a_theme_in_the_words_of_somebody_who_was_taken_out_is_named_nowhere(
    host: Host, ana: Browser, clock: FakeClock
) -> None:
    session, (_, shift, *_) = new_session(host)
    add_person(session, "Ada", {shift: "Days"}, SCALE, 3)
    first, *_ = hold(session, [{"Our boss Zebedee drinks": "for"}] * 6, clock)
    stored = container.synthesis_deps().themes
    before = stored.get(session)
    coined = replace(before, themes=tuple(replace(it, coined_by=first) for it in before.themes))
    stored.put(session, coined, before)
    places = ("/answers", "/answers?of=t1", f"/answers?of=t1&by={shift}", "/similarity", "/recap", "/themes/t1")
    asked = (f"/slices?of=themes&by={shift}", "/similarity", "/themes/t1/people")

    def read() -> list[bool]:
        rest = [host.call("GET", f"/sessions/{session}{it}").body for it in asked]
        pages = [ana.get(f"/sessions/{session}{it}").body for it in places]
        themes = host.get(f"/sessions/{session}/export?parts=responses")["themes"]
        return ["Our boss" in str(it) for it in (*pages, *rest, themes)]

    assert all(read())
    leave_out(host, session, first)
    assert not any(read())


def test_a_session_without_answers_says_so(host: Host, ana: Browser) -> None:
    page = ana.open(f"/sessions/{host.new_session()['id']}/answers")
    assert "Nobody has answered a question that can be counted." in page.text
    assert "There are no themes yet" in page.text
