"""What people answered, in the form and in widgets: read from one range each of heads, forms and widgets."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model import SessionView, Thread
from chalicelib.services.access.join_sources import group_by_source
from chalicelib.services.participants.form import page_questions
from chalicelib.services.results.counted import Group, list_counted
from chalicelib.services.results.form_answers import QuestionAnswers, count_form, without_words_of
from chalicelib.services.results.widget_answers import WidgetAnswers, count_widgets
from chalicelib.services.synthesis.visibility import LEAST
from chalicelib.store import keys
from chalicelib.store.participants import Participants

FOR_ANSWERS = (keys.QUESTIONS,)  # of the session


class Answers(Struct, frozen=True):
    """The answers of all who count: the threads in `counted`. `heads` are those of everybody."""

    counted: Mapping[str, Thread]
    questions: tuple[QuestionAnswers, ...]
    widgets: tuple[WidgetAnswers, ...]
    heads: Sequence[Thread]


def read_answers(view: SessionView, *, participants: Participants, with_widgets: bool = True) -> Answers:
    """What there is of a session's answers, which was read with FOR_ANSWERS."""
    session_id = view.session.id
    heads = participants.heads(session_id)
    counted = list_counted(heads)
    forms = participants.all_forms(session_id)
    uses = participants.widget_uses(session_id, counted) if with_widgets else {}
    unquotable = {head.id for head in counted if not head.quotable}
    questions = count_form(page_questions(view), forms, [head.id for head in counted])
    return Answers(
        {head.id: head for head in counted},
        tuple(without_words_of(it, unquotable) for it in questions),
        count_widgets(uses, counted),
        heads,
    )


def answers_for_others(answers: Answers, view: SessionView) -> Answers:
    """What others than members are shown: what five people answered that are different people for certain, counted; of what people wrote
    themselves, only the words and values that five have in common."""
    sources = {} if view.session.shared_network else group_by_source(answers.counted.values())

    def is_enough(threads: Iterable[str]) -> bool:
        return len({sources.get(thread_id, thread_id) for thread_id in threads}) >= LEAST

    def told(question: QuestionAnswers) -> QuestionAnswers:
        are_offered = question.kind == "choices" and question.is_asked
        offered = question.groups[: question.offered] if are_offered else ()
        written = question.groups[len(offered) :]
        groups: list[Group] = [*offered, *(it for it in written if it.label and is_enough(it.threads))]
        return replace(question, groups=tuple(groups))

    return replace(
        answers,
        questions=tuple(told(it) for it in answers.questions if is_enough(it.given)),
        widgets=tuple(it for it in answers.widgets if is_enough(it.answered)),
    )
