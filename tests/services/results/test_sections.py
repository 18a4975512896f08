"""Who may read which section of the results: every role, section, visibility and switch, from four people and from five."""

from itertools import product
from typing import get_args

from msgspec.structs import replace

from chalicelib.model import SessionView, Summary, Tally, Visibility
from chalicelib.model.sessions import ResultsSections
from chalicelib.services.results.sections import SECTIONS, Section, is_open_to, may_see_section
from chalicelib.services.synthesis.visibility import Visitor
from tests.services import builders
from tests.services.builders import NOW

# Who reads results at all, of those without a role in the session.
LET_IN: dict[Visibility, set[Visitor]] = {
    "host": set(),
    "participants": {"participant"},
    "public": {"participant", "stranger"},
}
MEMBERS = {"editor", "viewer"}


def view_of(visibility: Visibility, section: Section, *, is_open: bool, people: int | None) -> SessionView:
    """A session in which every other section is as open as this one is not, with a summary of so many people; None: with none."""
    sections = ResultsSections(**{it: (it == section) == is_open for it in SECTIONS})
    summary = None if people is None else Summary("", NOW, "a-model", people, people, "They want soup.")
    view = builders.view(results_visibility=visibility, results_sections=sections)
    return replace(view, summary=summary, tally=Tally(participants=people or 9))


def test_a_section_is_read_by_members_and_by_those_whom_its_host_lets_in_once_five_are_counted() -> None:
    assert {*ResultsSections.__struct_fields__} == {*SECTIONS}
    table = product(get_args(Visitor), SECTIONS, get_args(Visibility), (True, False), (4, 5, None))
    for visitor, section, visibility, is_open, people in table:
        view = view_of(visibility, section, is_open=is_open, people=people)
        lets_in = visitor in MEMBERS or (is_open and visitor in LET_IN[visibility])
        row = (visitor, section, visibility, is_open, people)
        assert is_open_to(view, visitor, section) == lets_in, row
        assert may_see_section(view, visitor, section) == (visitor in MEMBERS or (lets_in and people == 5)), row


def test_several_conversations_of_one_person_make_no_five() -> None:
    view = view_of("public", "recap", is_open=True, people=9)
    assert view.summary is not None
    assert not may_see_section(replace(view, summary=replace(view.summary, sources=4)), "stranger", "recap")


def test_where_no_section_is_open_nobody_else_reads_results() -> None:
    closed = ResultsSections(summary=False)
    assert builders.session(results_visibility="public", results_sections=closed).results_shown_to == "host"
    assert builders.session(results_visibility="public").results_shown_to == "public"
