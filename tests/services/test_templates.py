"""The built-in templates: complete, well formed, known by id and slug."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from chalicelib.errors import Invalid
from chalicelib.services.facilitation.prompt import basic_prompt, system_blocks
from chalicelib.services.facilitation.tailored_prompt import LEAST, MOST
from chalicelib.services.templates import Template, all_templates, find_template, template_id
from tests.example_tables import each_row
from tests.services.builders import view

SLUGS = {
    "product-feedback", "retrospective", "research-interview", "planning", "stakeholder-input", "workshop-preparation",
    "brainstorming", "swot-analysis", "risk-assessment", "action-planning", "community-listening", "event-follow-up",
    "theory-of-change", "okrs-planning", "community-policy-proposal", "weekly-check-ins",
}  # fmt: skip
PRODUCT_FEEDBACK = "0ef9fd66-9fae-5ccf-823a-94616f4c35d4"
SWOT = "428605b9-bcf9-580e-a1f3-5aeafae4aa01"
PROMPT = re.compile(
    r"# Opening\n(?P<opening>[^\n]+)\n\n# Questions\n(?P<questions>(?:\d\. [^\n]+\n   Probe: [^\n]+\n)+)\n# Closing\n[^\n]+"
)
ROOT = Path(__file__).parent.parent.parent


def test_there_are_sixteen_by_title() -> None:
    assert {template.slug for template in all_templates()} == SLUGS
    titles = [template.title for template in all_templates()]
    assert titles == sorted(titles, key=str.casefold)
    assert (
        len({template.id for template in all_templates()}) == len({template.icon for template in all_templates()}) == 16
    )


@each_row("template", all_templates())
def test_each_is_complete_and_in_the_form_of_a_written_prompt(template: Template) -> None:
    found = PROMPT.fullmatch(template.facilitation_prompt)
    assert found, template.facilitation_prompt
    questions = re.findall(r"^(\d)\. (.+)\n   Probe: (.+)$", found["questions"], re.MULTILINE)
    assert [int(number) for number, _, _ in questions] == list(range(1, len(questions) + 1))
    assert LEAST <= len(questions) <= MOST
    assert all(question.count("?") == 1 and question.endswith("?") for _, question, _ in questions)
    texts = (template.description, template.default_goal, template.default_critical, template.default_context)
    assert all(20 < len(text) < 300 for text in texts)
    assert 0 < len(template.default_session_name) <= 300
    assert template.updated_at >= template.created_at


@each_row("template", all_templates())
def test_a_slug_is_the_title_in_lower_case_with_hyphens(template: Template) -> None:
    assert template.slug == re.sub("[^a-z0-9]+", "-", template.title.lower())


@each_row(
    "slug", ["swot-analysis", "theory-of-change", "okrs-planning", "community-policy-proposal", "weekly-checkins"]
)
def test_the_names_that_clients_know_from_elsewhere_are_known(slug: str) -> None:
    assert find_template(slug) is not None


@each_row("name, known", [("product-feedback", PRODUCT_FEEDBACK), ("swot", SWOT), ("swot-analysis", SWOT)])
def test_an_id_never_changes(name: str, known: str) -> None:
    found = find_template(name)
    assert found is not None
    assert found.id == known


def test_one_is_found_by_id_and_by_slug_however_written() -> None:
    for name in (PRODUCT_FEEDBACK, PRODUCT_FEEDBACK.upper(), "product-feedback", "Product-Feedback"):
        assert template_id(name) == PRODUCT_FEEDBACK
    for nothing in ("", "product", "__init__", None):
        assert find_template(nothing) is None
    assert template_id(None) is None


def test_one_there_is_not_is_named() -> None:
    with pytest.raises(Invalid, match=r"^template_id 'nope' does not exist$"):
        template_id("nope")


def test_a_templated_session_begins_with_its_prompt() -> None:
    found = find_template("retrospective")
    assert found is not None
    session = view(template_id=found.id, critical="What nobody says")
    assert basic_prompt(session) == found.facilitation_prompt
    shown = "\n".join(block.text for block in system_blocks(session))
    assert f"<facilitation_prompt>{found.facilitation_prompt}</facilitation_prompt>" in shown
    assert "<critical>What nobody says</critical>" in shown


def test_importing_the_application_reads_none() -> None:
    program = "import app; from chalicelib.services.templates import all_templates; print(all_templates.cache_info().currsize)"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "0"
