"""The results page: who sees it, how much of it, and that nothing on it points at one person."""

import re
from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import Proposal, Quote, Stance, Summary, Theme
from chalicelib.services.synthesis import state
from chalicelib.store.sessions import FOR_RESULTS
from chalicelib.web.kit.chart import Bar, make_chart
from tests.api import jobs
from tests.api.hosts import Host
from tests.clock import NOON, FakeClock
from tests.faults import Interviewer
from tests.web.browser import Browser, Page

OVERVIEW = "People want a kitchen."
QUOTE, LONELY = "A kitchen on our floor would help", "I would bring my parrot"


def summary_of(participants: int, *threads: str) -> Summary:
    """A summary of so many people, with a theme of two of them and one of a single person."""
    of = [*threads, *(container.new_id() for _ in range(2))]
    return Summary(
        markdown="",
        generated_at=NOON,
        model="a-model",
        participants=participants,
        messages=3 * participants,
        overview=OVERVIEW,
        themes=(
            Theme("Kitchen", "Cooking together.", min(3, participants), (Quote(QUOTE, of[0], container.new_id()),)),
            Theme("Parrots", "Animals at work.", 1, (Quote(LONELY, of[1], container.new_id()),)),
        ),
        minority_views=("One person fears the noise.",),
    )


def put(session: dict[str, Any], summary: Summary) -> None:
    record = container.sessions().view(session["id"], FOR_RESULTS).session
    assert container.summaries().put(record, summary, state.end(0))


def crowd(session: dict[str, Any], people: int) -> list[Browser]:
    """People who talked, each in a browser."""
    browsers = [Browser() for _ in range(people)]
    for browser in browsers:
        browser.join(session)
    return browsers


def results(browser: Browser, session: dict[str, Any]) -> Page:
    return browser.open(f"/results?s={session['id']}")


def opened(host: Host, session: dict[str, Any]) -> tuple[Browser, Page]:
    """The browser of a member who followed the link of the API."""
    link = host.get(f"/sessions/{session['id']}")["results_url"].removeprefix("http://127.0.0.1:8000")
    browser = Browser()
    answer = browser.get(link)
    assert answer.status_code == 303
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Location"] == f"results?s={session['id']}"
    return browser, results(browser, session)


@pytest.mark.parametrize(
    ("visibility", "stranger", "begun", "finished", "viewer"),
    [
        ("host", 403, 403, 403, 200),
        ("participants", 403, 403, 200, 200),
        ("public", 200, 200, 200, 200),
    ],
)
def test_results_are_for_whom_the_host_says(
    visibility: str, stranger: int, begun: int, finished: int, viewer: int, host: Host, model: Interviewer
) -> None:
    session = host.new_session(results_visibility=visibility)
    ben, cem, *_ = crowd(session, 5)
    cem.say(session, "Soup")
    cem.submit(cem.chat(session).form("I’m done"))
    put(session, summary_of(6))
    found = [results(browser, session) for browser in (Browser(), ben, cem)]
    found.append(opened(host.invite(session["id"], "viewer"), session)[1])
    assert [page.status for page in found] == [stranger, begun, finished, viewer]
    assert [OVERVIEW in page.text for page in found] == [page.status == 200 for page in found]


def test_who_may_not_see_results_is_told_why(host: Host, ben: Browser) -> None:
    closed, shared = host.new_session(), host.new_session(results_visibility="participants")
    assert "for its host" in results(ben, closed).text
    page = results(ben, shared)
    assert "as soon as your conversation is complete" in page.text
    assert f"chat?s={shared['id']}" in page.links


def test_below_five_participants_others_see_nothing_of_what_was_said(host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="public", critical="What must not happen")
    crowd(session, 4)
    put(session, replace(summary_of(4), critical_answer="No smoke, said one"))
    page = results(ben, session)
    for part in (
        OVERVIEW,
        QUOTE,
        LONELY,
        "Kitchen",
        "fears the noise",
        "No smoke",
        '<svg class="chart',
        "of 4",
        "12 messages",
    ):
        assert part not in page.html
    assert "results appear here once 5 people have taken part" in page.text
    assert "come back to it later" in page.text
    assert f"chat?s={session['id']}" in page.links
    assert "There are no results yet" not in page.text
    member = opened(host, session)[1]
    for part in (OVERVIEW, QUOTE, LONELY, "fears the noise", "No smoke, said one"):
        assert part in member.text
    assert "other visitors see nothing of the results yet" in member.text
    assert f"chat?s={session['id']}" not in member.links


def test_who_took_part_finds_the_way_back_to_the_conversation(host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="participants")
    (cem,) = crowd(session, 1)
    cem.say(session, "Soup")
    cem.submit(cem.chat(session).form("I’m done"))
    assert f"chat?s={session['id']}" in results(cem, session).links
    assert f"chat?s={session['id']}" not in opened(host, session)[1].links


def test_a_single_person_is_shown_to_nobody_else(host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="public")
    crowd(session, 1)
    put(session, summary_of(1))
    assert OVERVIEW not in results(ben, session).html


def test_stances_stand_beside_counts_and_proposals_say_who_is_for_and_against(host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="public")
    crowd(session, 6)
    summary = summary_of(6)
    kitchen = replace(summary.themes[0], participants=5, stances={"for": 3, "against": 2})
    proposals = (
        Proposal("Build a kitchen.", "It has a door.", 5, {"for": 4, "against": 1}),
        Proposal("Sell the lift.", "", 1, {"for": 1}),
    )
    put(session, replace(summary, themes=(kitchen, *summary.themes[1:]), proposals=proposals, withheld_messages=2))
    page, member = results(ben, session), opened(host, session)[1]
    for read in (page, member):
        assert "5 of 6 participants speak of it (3 for, 2 against)" in read.text
        assert "What people propose" in read.text
        assert "Build a kitchen. Condition: It has a door." in read.text
        assert "2 messages are left out, since the language model declined to read them." in read.text
    assert "5 of 6 participants speak of it (4 for, 1 against)" in member.text
    assert "Sell the lift. 1 of 6 participants speaks of it (1 for)" in member.text
    assert ("(4 for, 1 against)" in page.text, "Sell the lift" in page.text) == (False, False)
    given = host.get(f"/sessions/{session['id']}/summary")
    assert given["withheld_messages"] == 2
    assert given["proposals"][0] == {
        "text": "Build a kitchen.",
        "condition": "It has a door.",
        "participants": 5,
        "stances": {"for": 4, "against": 1, "mixed": 0, "neutral": 0},
    }


def test_where_no_model_would_read_a_word_the_page_says_that_and_what_a_check_took_out_members_alone_read(
    host: Host, ben: Browser
) -> None:
    session = host.new_session(results_visibility="public", critical="What must not happen")
    crowd(session, 6)
    nothing = replace(summary_of(6), overview="", themes=(), agreements=(), tensions=(), minority_views=())
    put(session, replace(nothing, open_questions=(), quotes=(), withheld_messages=6, refused=1))
    page, member = results(ben, session), opened(host, session)[1]
    for read in (page, member):
        assert "6 messages are left out, since the language model declined to read them." in read.text
    refused = "1 statement of the language model is left out"
    assert (refused in page.text, refused in member.text) == (False, True)


def test_others_see_no_views_of_one_person_and_no_words_of_anybody_in_the_prose(host: Host, ben: Browser) -> None:
    said = "I hide my parrot in the lift"
    prose = {name: (f"They {name}. One said “{said}”.", f'"{said}"') for name in ("agree", "differ", "ask")}
    session = host.new_session(results_visibility="public", critical="What must not happen")
    crowd(session, 5)
    summary = summary_of(5)
    kitchen = replace(summary.themes[0], statement=f"Cooking together. Also: 「{said}」")
    summary = replace(
        summary,
        overview=f"{OVERVIEW} Somebody has “{said}. Often.” to say. They differ.\n\n«{said}»",
        themes=(kitchen, *summary.themes[1:]),
        agreements=prose["agree"],
        tensions=prose["differ"],
        open_questions=prose["ask"],
        critical_answer=f"No smoke. '{said}', one says.",
    )
    put(session, summary)
    page, member = results(ben, session), opened(host, session)[1]
    assert said not in page.html
    assert "fears the noise" not in page.text
    assert "Minority views" not in page.text
    assert f"{OVERVIEW} They differ." in page.text
    for part in ("They agree.", "They differ.", "They ask.", "Cooking together.", "No smoke.", QUOTE):
        assert part in page.text
    assert page.html.count("<li><span") == 3
    assert said in member.text
    assert "fears the noise" in member.text


def test_from_five_on_there_are_themes_with_counts_quotes_and_figures(host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="public")
    people = crowd(session, 5)
    people[0].submit(people[0].say(session, "Soup").form("I’m done"))
    people[1].submit(people[1].chat(session).form("I’m done"))  # without a word
    put(session, summary_of(5))
    page = results(ben, session)
    assert "3 of 5 participants" in page.text
    assert QUOTE in page.text
    assert LONELY not in page.text
    assert "Parrots" not in page.text
    assert page.html.count('<svg class="chart') == page.html.count("<table>") == 2
    assert re.search(r"Joined</th><td class=\"number\">5<.*Completed</th><td class=\"number\">1<", page.html, re.DOTALL)


def test_what_was_excluded_since_counts_too(host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="public")
    crowd(session, 6)
    put(session, summary_of(4))
    assert QUOTE not in results(ben, session).html


def test_quotes_lead_to_nobody(host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="public")
    crowd(session, 5)
    threads = [person["participant_id"] for person in host.get(f"/sessions/{session['id']}/responses")["data"]]
    put(session, summary_of(5, *threads))
    html = results(ben, session).html
    assert QUOTE in html
    for thread in threads:
        assert thread not in html


def test_words_on_the_results_page_stay_words(host: Host, ben: Browser) -> None:
    markup = "<img src=x onerror=alert(1)>{{ 7 * 7 }}"
    session = host.new_session(results_visibility="public", topic=markup)
    crowd(session, 5)
    summary = summary_of(5)
    themes = tuple(replace(theme, label=markup, statement=markup, participants=4) for theme in summary.themes)
    put(session, replace(summary, overview=markup, themes=themes, minority_views=(markup,)))
    page = results(ben, session)
    assert "<img" not in page.html
    assert page.text.count(markup) >= 5


def test_there_is_no_figure_of_nobody(host: Host) -> None:
    assert "<svg class" not in opened(host, host.new_session())[1].html


def test_before_there_is_a_summary_the_page_says_so(host: Host, ben: Browser) -> None:
    page = results(ben, host.new_session(results_visibility="public"))
    assert page.status == 200
    assert "There are no results yet" in page.text


def test_unknown_sessions_have_no_results(host: Host, ben: Browser) -> None:
    for address in ("/results", "/results?s=x", "/results?s=00000000-0000-4000-8000-000000000000"):
        assert ben.open(address).status == 404


def test_right_to_left_bars_grow_from_the_right(host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="public")
    crowd(session, 5)
    put(session, summary_of(5))
    page = ben.open(f"/results?s={session['id']}&lang=ar")
    assert '<rect class="bar" x="100.0%"' in page.html  # nobody has completed it
    assert '<rect class="bar" x="40.0%"' in page.html


def test_a_bar_keeps_the_words_of_its_label_together_where_the_page_reads_from_the_right() -> None:
    (row,) = make_chart("Themes", [Bar("2019 and after", 3)], 4, "rtl").rows
    assert row.text == "3 · \u20682019 and after\u2069"


def test_others_are_shown_sides_only_where_nobody_takes_one_alone(host: Host, ben: Browser) -> None:
    session = host.new_session(results_visibility="public")
    crowd(session, 6)
    summary = summary_of(6)
    kitchen = replace(summary.themes[0], participants=6)
    told: list[tuple[dict[Stance, int], int | None]] = [
        ({"for": 3, "against": 2, "mixed": 0, "neutral": 1}, None),
        ({"for": 5, "against": 1, "mixed": 0, "neutral": 0}, None),
        ({"for": 4, "against": 2, "mixed": 0, "neutral": 0}, 5),
    ]
    themes = [replace(kitchen, label=f"Kitchen {n}", stances=it, sources=of) for n, (it, of) in enumerate(told)]
    put(session, replace(summary, themes=tuple(themes)))
    page, member = results(ben, session), opened(host, session)[1]
    shown = "for 3 · against 2 · for it in part 0 · neither 1"
    assert f'aria-label="Kitchen 0 · {shown}"' in page.html
    assert ('aria-label="Kitchen 1"' in page.html, 'aria-label="Kitchen 2"' in page.html) == (True, True)
    assert (page.html.count(shown), "against 1" in page.html) == (2, False)  # for eyes and for ears
    assert "only people with a role in this session are shown the sides" in page.text
    assert ("against 1" in member.html, "are shown the sides" in member.text) == (True, False)


@pytest.mark.parametrize("visibility", ["participants", "public"])
def test_whoever_took_part_sees_alone_where_their_own_words_are_heard(
    visibility: str, host: Host, model: Interviewer
) -> None:
    session = host.new_session(results_visibility=visibility)
    people = crowd(session, 6)
    for browser, words in zip(people, (*["The canteen is too far away from our desks"] * 5, "Parrots"), strict=True):
        browser.say(session, words)
        browser.submit(browser.chat(session).form("I’m done"))
    assert jobs.summarise(session["id"])
    found = [results(browser, session) for browser in (people[0], people[5])]
    assert all("Back to your conversation" in page.text for page in found)
    shared, alone = found
    assert "Your words are heard in 1 place on this page." in shared.text
    assert shared.html.count("Your words, too") == 1
    assert 'href="#theme-' in shared.html
    # The same words of five people are quoted once, as those of one of them.
    assert shared.html.count("<blockquote") >= shared.html.count(">Your words</span>")
    assert "What you said is in none of these themes" in alone.text
    assert "Your words, too" not in alone.html
    assert "Parrots" not in alone.html
    for page in (results(Browser(), session), opened(host, session)[1]):
        assert not re.search("Your words|none of these themes", page.html)


def test_an_empty_page_says_when_there_will_be_something_and_after_the_end_that_there_will_not(
    host: Host, ben: Browser, clock: FakeClock
) -> None:
    session = host.new_session(results_visibility="public", closes_at="2026-03-01T13:00:00Z")
    page = results(ben, session)
    assert "There are no results yet" in page.text
    assert "until 1 March 2026, 13:00 (UTC)" in page.text
    assert "illustration" in page.html
    crowd(session, 3)
    put(session, summary_of(3))
    assert "results appear here once 5 people have taken part" in results(ben, session).text
    clock.advance(7200)
    page = results(ben, session)
    assert "Fewer than 5 people took part before the session ended." in page.text
    assert "come back to it later" not in page.text
