"""From what is stored of a session to the file that its host takes away."""

from collections.abc import Sequence

from msgspec import Struct

from chalicelib.model import ThreadView
from chalicelib.services.results.exports.csv_tables import render_messages, render_people
from chalicelib.services.results.exports.document import make_document
from chalicelib.services.results.exports.html_page import render_page
from chalicelib.services.results.exports.json_document import render_json
from chalicelib.services.results.exports.markdown_document import render_markdown
from chalicelib.services.results.exports.selection import Format, Selection, select_people
from chalicelib.services.results.exports.texts import choose_texts
from chalicelib.services.results.insights import MOST, InsightDeps, ListedInsight, list_insights
from chalicelib.services.results.insights_for_others import show_to_others
from chalicelib.store.session_contents import SessionContents, read_contents
from chalicelib.text.file_names import file_name

CONTENT_TYPES: dict[Format, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
}


class ExportedFile(Struct, frozen=True):
    """A file to take away."""

    content_type: str
    name: str
    text: str


def render_export(
    session_id: str, selection: Selection, *, deps: InsightDeps, at_most: int | None = None
) -> ExportedFile | None:
    """Returns what is selected of a session as a file; None where it is made of more than so many bytes.

    Raises NotFound without a session, Invalid for a participant who is nobody there.
    """
    contents = read_contents(session_id, people=selection.has_people, at_most=at_most)
    if contents is None:
        return None
    people = select_people(contents, selection) if selection.has_people else []
    is_noted = "insights" in selection.parts
    insights = list_insights(session_id, MOST, 0, deps=deps).insights if is_noted else ()
    name = file_name(contents.view.session.topic, _about(selection), selection.format)
    return ExportedFile(CONTENT_TYPES[selection.format], name, _render(contents, people, insights, selection))


def _about(selection: Selection) -> str:
    """Returns what the name of a file says of it: nobody hands on by mistake what is for members."""
    if selection.readers == "others":
        return "for-others"
    return selection.parts[0] if len(selection.parts) == 1 else "session"


def _render(
    contents: SessionContents,
    people: Sequence[ThreadView],
    insights: Sequence[ListedInsight],
    selection: Selection,
) -> str:
    view = contents.view
    if selection.format == "csv":
        in_rows = "transcripts" in selection.parts
        return render_messages(people) if in_rows else render_people(view.questions, people)
    texts = choose_texts(view.session, view.summary.overview if view.summary else view.session.goal)
    if selection.format == "json":
        return render_json(contents, people, insights, selection, texts)
    left_out = len(contents.people) - len(people)
    is_for_members = selection.readers == "members"
    noted = (it.insight for it in insights) if is_for_members else show_to_others(view, insights)
    document = make_document(view, people, noted, selection, texts, left_out=left_out)
    return render_markdown(document) if selection.format == "md" else render_page(document)
