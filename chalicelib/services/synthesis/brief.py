"""SESSION.md: a session and its result as one document, made from what is stored, fit to be the context of a next session.

Everybody's facilitator reads that context, so what a model wrote of a session has nobody's words here and no view of one
person: those are in the summary, for the host. A list of answers has words, and says that they are people's own.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import Question, Session, SessionView, Summary, Theme
from chalicelib.services.synthesis import markdown
from chalicelib.services.synthesis.prose import without_quotes

FOLLOWED_UP = 3
A_GROUP = 5  # participants from whom on a theme of a single one is left out
_LISTED = (
    "*Listed by a script, without a language model. The answers are participants' own words: take them out where this "
    "becomes the context of another session.*"
)
_ALONE = "*Left out here: questions that only one person answered, and themes whose names are for members only.*"
MAX_BYTES = 350_000  # one item of the table takes 400 KB
_EXAMPLE = "This is an example: its people, what they said and its results are made up."
_SHORTENED = "\n\n… (shortened; {what} in the session)"
_STATUS = re.compile(
    '^status: "(?:active|completed)"$', re.MULTILINE
)  # first in the front matter, where texts have one line
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def render_brief(view: SessionView, join_url: str) -> str:
    """The brief of this session; the same stored parts always give the same document.

    Questions and context may be longer than a document can be: they share the room that everything else leaves.
    """
    room = MAX_BYTES - _size(_document(view, join_url, "…", "…"))
    questions = "\n".join(_question(question) for question in view.questions)
    questions = _shortened(questions, room // 2, "all questions are")
    context = markdown.paragraphs(view.context or "")
    context = _shortened(context, room - _size(questions), "the whole context is")
    return _document(view, join_url, context, questions)


def read_brief(view: SessionView, now: datetime) -> str | None:
    """Returns the stored brief with the status that counts at this moment: a session may have ended since it was made."""
    if view.brief is None:
        return None
    return _STATUS.sub(f'status: "{view.session.status_at(now)}"', view.brief.markdown, count=1)


def _document(view: SessionView, join_url: str, context: str, questions: str) -> str:
    session, summary = view.session, view.summary
    sections = (
        _front_matter(view, join_url),
        _EXAMPLE if session.is_example else "",
        f"# {markdown.inline(session.topic)}",
        markdown.section("Goal", markdown.paragraphs(session.goal)),
        markdown.section("Context", context),
        markdown.section("Critical", markdown.paragraphs(session.critical or "")),
        markdown.section("Questions", questions),
        *(_results(session, summary) if summary else ()),
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def _shortened(text: str, room: int, what: str) -> str:
    """The text, or as much of it as there is room for and a word that the rest is elsewhere."""
    if _size(text) <= room:
        return text
    note = _SHORTENED.format(what=what)
    head = text.encode()[: max(0, room - _size(note))].decode(errors="ignore")
    return head.rstrip("\\ \n") + note  # no escape without what it escapes


def _size(text: str) -> int:
    return len(text.encode())


def _front_matter(view: SessionView, join_url: str) -> str:
    """YAML in which every text is a JSON string, so that nothing a host wrote can break it."""
    session, summary = view.session, view.summary
    fields: dict[str, str | int | None] = {
        "session_id": session.id,
        **({"example": True} if session.is_example else {}),
        "topic": session.topic,
        "status": session.status,
        "created_at": _time(session.created_at),
        **({"closes_at": _time(session.closes_at)} if session.closes_at else {}),
        "join_url": join_url,
        "language": session.language,
        "participants": view.tally.participants,
        "completed": view.tally.completed,
    }
    if summary:
        fields |= {
            "summary_generated_at": _time(summary.generated_at),
            "summary_model": summary.model,
            "summary_participants": summary.participants,
            "summary_messages": summary.messages,
            "themes": len(_themes(summary)),
        }
    lines = [f"{name}: {_yaml(value)}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---"])


def _yaml(value: str | int | None) -> str:
    """A value as JSON, which YAML reads too, but for a few characters: what YAML takes for a line break or refuses is escaped."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", json.dumps(value, ensure_ascii=False))


def _results(session: Session, summary: Summary) -> tuple[str, ...]:
    """What came out, and what follows from it; without a language model questions, counts and answers."""
    if summary.model == SCRIPTED:
        alone = _ALONE if len(_themes(summary)) < len(summary.themes) else ""
        return markdown.section("Questions and answers", _answers(summary)), alone, _LISTED
    critical = markdown.paragraphs(without_quotes(summary.critical_answer or "")) if session.critical else ""
    return (
        markdown.section("Summary", markdown.paragraphs(without_quotes(summary.overview, session.topic))),
        markdown.section("Critical: what was said", critical),
        markdown.section("Themes", "\n\n".join(_theme(theme, summary.participants) for theme in _themes(summary))),
        markdown.section("Decisions and agreements", markdown.bullets(_unquoted(summary.agreements))),
        markdown.section("Tensions", markdown.bullets(_unquoted(summary.tensions))),
        markdown.section("Open questions", markdown.bullets(_unquoted(summary.open_questions))),
        markdown.section("Suggested next session", _next_session(session, summary)),
    )


def _answers(summary: Summary) -> str:
    """Every question with how many answered it, and some of what they wrote; what is critical comes first."""
    critical = summary.critical_answers
    asked = sorted(_themes(summary), key=lambda theme: theme is not critical)
    return "\n\n".join(
        "\n\n".join([_theme(theme, summary.participants), *(markdown.quote(quote.text) for quote in theme.quotes)])
        for theme in asked
    )


def _themes(summary: Summary) -> list[Theme]:
    """The themes of a group, as far as participants may read them; among a few people any one may be a single person's."""
    least = 2 if summary.participants >= A_GROUP else 1
    return [theme for theme in summary.themes if theme.participants >= least and not theme.members_only]


def _theme(theme: Theme, total: int) -> str:
    share = f"{theme.participants} of {total} participants"
    return (
        markdown.section(
            f"{markdown.inline(theme.label)} ({share})", markdown.inline(without_quotes(theme.statement)), level=3
        )
        or f"### {markdown.inline(theme.label)} ({share})"
    )


def _question(question: Question) -> str:
    """One field of the form, with its choices."""
    notes = [question.type, *(["required"] if question.required else []), *question.options]
    return f"{question.position + 1}. {markdown.inline(question.text)} ({markdown.inline('; '.join(notes))})"


def _next_session(session: Session, summary: Summary) -> str:
    """A proposal made by rule: take up what is open, else what divides people, else the widest theme."""
    lines = [f"- Topic: {markdown.inline(session.topic)}: next steps"]
    if session.critical and not summary.critical_answer:
        lines.append(
            f"- Ask again about what is critical, since nobody has spoken to it: {markdown.inline(session.critical)}"
        )
    lines += _named("Answer", _unquoted(summary.open_questions))
    lines += _named("Work through", _unquoted(summary.tensions))
    if len(lines) == 1:
        lines += _named("Go into", [theme.label for theme in _themes(summary)])
    return "\n".join(lines)


def _unquoted(items: Sequence[str]) -> list[str]:
    return [left for item in items if (left := without_quotes(item))]


def _named(verb: str, items: Sequence[str]) -> list[str]:
    return [f"- {verb}: {markdown.inline(item)}" for item in items[:FOLLOWED_UP]]


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
