"""SESSION.md: a session and its result as one document, made from what is stored, fit to be the context of a next session.

Everybody's facilitator reads that context, so it has nothing that only members read, and of a session with a language model
nobody's words; below five participants it has the themes of single ones, and says that they may be recognised. A list of
answers has words, and says that they are people's own. Its frame is in the language of the summary, its head in names for programs.
"""

import json
import re
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import Question, Session, SessionView, Summary, Theme
from chalicelib.services.synthesis import markdown
from chalicelib.services.synthesis.summary_document import list_proposals, note_withheld, tell_people
from chalicelib.services.synthesis.summary_texts import SummaryTexts, choose_texts
from chalicelib.services.synthesis.visibility import CARRIED_BY, LEAST, find_summary, for_others
from chalicelib.text.locales import fill

MAX_BYTES = 350_000  # one item of the table takes 400 KB
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def render_brief(view: SessionView, join_url: str) -> str:
    """The brief of this session; the same stored parts always give the same document.

    Questions and context may be longer than a document can be: they share the room that everything else leaves.
    """
    words = choose_texts(view.session, _sample(view))
    results: tuple[str, ...] = ()
    if summary := find_summary(view):
        shown = _told(summary, view.session.topic)
        results = _results(view.session, shown, words, whole=summary)
        view = replace(view, summary=shown)
    room = MAX_BYTES - _size(_document(view, join_url, words, results, "…", "…"))
    questions = "\n".join(_question(question, words) for question in view.questions)
    questions = _shortened(questions, room // 2, words.brief_shortened_questions)
    context = markdown.paragraphs(view.context or "")
    context = _shortened(context, room - _size(questions), words.brief_shortened_context)
    return _document(view, join_url, words, results, context, questions)


def _told(summary: Summary, topic: str) -> Summary:
    """What is told of a summary. Among a few participants any theme may be a single person's; of more of them none is, also where
    they may all be one."""
    return for_others(summary, topic, CARRIED_BY if summary.participants >= LEAST else 1)


def _sample(view: SessionView) -> str:
    """What tells the language of a session: what was written of it, what was said in it, else what its host wrote."""
    session, summary = view.session, view.summary
    if summary is None:
        return f"{session.topic} {session.goal}"
    return summary.overview or " ".join(quote.text for theme in summary.themes for quote in theme.quotes)


def _document(
    view: SessionView, join_url: str, words: SummaryTexts, results: Sequence[str], context: str, questions: str
) -> str:
    session = view.session
    sections = (
        _front_matter(view, join_url),
        words.example if session.is_example else "",
        f"*{fill(words.tag, words.brief_few, count=LEAST)}*" if view.summary and view.summary.people < LEAST else "",
        f"# {markdown.inline(session.topic)}",
        markdown.section(words.brief_goal, markdown.paragraphs(session.goal)),
        markdown.section(words.brief_context, context),
        markdown.section(words.brief_critical, markdown.paragraphs(session.critical or "")),
        markdown.section(words.brief_questions, questions),
        *results,
    )
    return "\n\n".join(section for section in sections if section) + "\n"


def _shortened(text: str, room: int, note: str) -> str:
    """The text, or as much of it as there is room for and a word that the rest is elsewhere."""
    if _size(text) <= room:
        return text
    note = f"\n\n{note}"
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
            "themes": len(summary.themes),
        }
    lines = [f"{name}: {_yaml(value)}" for name, value in fields.items()]
    return "\n".join(["---", *lines, "---"])


def _yaml(value: str | int | None) -> str:
    """A value as JSON, which YAML reads too, but for a few characters: what YAML takes for a line break or refuses is escaped."""
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", json.dumps(value, ensure_ascii=False))


def _results(session: Session, summary: Summary, words: SummaryTexts, *, whole: Summary) -> tuple[str, ...]:
    """What came out, and what follows from it; without a language model questions, counts and answers."""
    if summary.model == SCRIPTED:
        note = f"*{words.brief_left_out}*" if _quotes_in(summary) < _quotes_in(whole) else ""
        has_answers = any(theme.statement or theme.quotes for theme in summary.themes)
        listed = f"*{words.brief_listed}*" if has_answers else ""
        return markdown.section(words.answers, _answers(summary, words)), note, listed
    critical = markdown.paragraphs(summary.critical_answer or "") if session.critical else ""
    themes = "\n\n".join(_theme(theme, summary.participants, words) for theme in summary.themes)
    withheld = " ".join(f"*{note}*" for note in note_withheld(summary, words))
    return (
        markdown.section(words.overview, markdown.paragraphs(summary.overview)),
        markdown.section(words.brief_answered, critical),
        markdown.section(words.themes, themes),
        markdown.section(words.proposals, list_proposals(summary, words)),
        markdown.section(words.brief_decisions, markdown.bullets(summary.agreements)),
        markdown.section(words.tensions, markdown.bullets(summary.tensions)),
        markdown.section(words.open_questions, markdown.bullets(summary.open_questions)),
        markdown.section(words.brief_next, _next_session(session, summary, words, is_open=not whole.critical_answer)),
        withheld,
    )


def _quotes_in(summary: Summary) -> int:
    return sum(len(theme.quotes) for theme in summary.themes)


def _answers(summary: Summary, words: SummaryTexts) -> str:
    """Every question with how many answered it, and some of what they wrote; what is critical comes first."""
    critical = summary.critical_answers
    asked = sorted(summary.themes, key=lambda theme: theme is not critical)
    return "\n\n".join(
        "\n\n".join(
            [
                _question_answered(theme, summary.participants, words),
                *(markdown.quote(quote.text) for quote in theme.quotes),
            ]
        )
        for theme in asked
    )


def _theme(theme: Theme, total: int, words: SummaryTexts) -> str:
    """A theme, who speaks of it and where they stand in a sentence, and what people hold."""
    people = f"{tell_people(theme, total, words)}{words.stop}"
    said = words.gap.join(filter(None, (people[:1].upper() + people[1:], theme.statement)))
    return markdown.section(markdown.inline(theme.label), markdown.inline(said), level=3)


def _question_answered(theme: Theme, total: int, words: SummaryTexts) -> str:
    share = fill(words.tag, words.share, part=theme.participants, participants=words.counted(words.participants, total))
    heading = words.carried.format(label=markdown.inline(theme.label), count=share)
    return markdown.section(heading, markdown.inline(theme.statement), level=3) or f"### {heading}"


def _question(question: Question, words: SummaryTexts) -> str:
    """One field of the form, with its choices."""
    notes = [*([words.brief_required] if question.required else []), *question.options]
    line = f"{question.position + 1}. {markdown.inline(question.text)}"
    return f"{line} ({markdown.inline('; '.join(notes))})" if notes else line


def _next_session(session: Session, summary: Summary, words: SummaryTexts, *, is_open: bool) -> str:
    """A proposal made by rule, in sentences: what is critical and open, and the first open question, else the first thing that divides
    people, else the widest theme. The lists themselves stand above."""
    lines = [words.brief_ask_again.format(text=session.critical)] if session.critical and is_open else []
    labels = [theme.label for theme in summary.themes]
    for form, texts in (
        (words.brief_next_question, summary.open_questions),
        (words.brief_next_tension, summary.tensions),
        (words.brief_next_theme, labels),
    ):
        if texts:
            lines.append(form.format(text=texts[0]))
            break
    return "\n\n".join(map(markdown.inline, lines))


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
