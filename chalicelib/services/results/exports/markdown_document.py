"""A session as Markdown that people read: the summary, and what people entered and said where that is asked for."""

import re

from chalicelib.model.insights import Insight
from chalicelib.services.results.exports.document import ExportDocument, NamedPerson
from chalicelib.services.synthesis import markdown
from chalicelib.services.synthesis.summary_document import render_answers, render_summary

_HEADING = re.compile(r"^(#{1,6}\s)", re.MULTILINE)


def render_markdown(of: ExportDocument) -> str:
    """Returns the document."""
    topic, texts = of.view.session.topic, of.texts
    sections = [
        f"# {markdown.inline(topic)}" if topic else "",
        markdown.quote(texts.use),
        f"**{texts.members}**" if of.selection.readers == "members" else "",
        f"*{markdown.inline(of.warning)}*" if of.warning else "",
        _summary(of),
        f"*{markdown.inline(of.left_out)}*" if of.left_out else "",
    ]
    if of.insights:
        sections += [f"## {texts.insights}", *map(_insight, of.insights)]
    if "responses" in of.selection.parts:
        sections += [f"## {texts.asked}", *(_answers(person, of) for person in of.people)]
    if "transcripts" in of.selection.parts:
        sections += [f"## {texts.said}", *(_conversation(person, of) for person in of.people)]
    return "\n\n".join(filter(None, sections)) + "\n"


def _summary(of: ExportDocument) -> str:
    """Returns the summary as members have it, or made again of what others may see."""
    if of.summary is None:
        return ""
    if of.summary.markdown:
        return of.summary.markdown.strip()
    render = render_answers if of.is_listed else render_summary
    return render(of.view, of.summary, of.words, [of.footer]).markdown.strip()


def _insight(of: Insight) -> str:
    """Returns an insight, whose text its host wrote as Markdown; headings in it are no headings of the document."""
    heading = f"### {markdown.inline(of.title)}" if of.title else ""
    return "\n\n".join(
        filter(None, [heading, _HEADING.sub(r"\\\1", of.content), *(markdown.quote(it.text) for it in of.quotes)])
    )


def _answers(person: NamedPerson, of: ExportDocument) -> str:
    entered = [
        f"- **{markdown.inline(answer.text)}** {markdown.inline(answer.answer)}" for answer in person.view.answers
    ]
    return "\n\n".join([_heading(person), "\n".join(entered) or of.texts.no_answers])


def _conversation(person: NamedPerson, of: ExportDocument) -> str:
    spoken = []
    for message in person.view.messages:
        speaker = person.name if message.role == "user" else of.texts.facilitator
        spoken.append(f"**{markdown.inline(speaker)}** {markdown.paragraphs(message.content)}")
    return "\n\n".join([_heading(person), *(spoken or [of.texts.nothing_said])])


def _heading(person: NamedPerson) -> str:
    note = f" ({markdown.inline(person.note)})" if person.note else ""
    return f"### {markdown.inline(person.name)}{note}"
