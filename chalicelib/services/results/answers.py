"""What people answered, in the form and in widgets: read from one range each of heads, forms and widgets."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from chalicelib.model import SessionView, Thread
from chalicelib.services.participants.form import page_questions
from chalicelib.services.results.counted import list_counted
from chalicelib.services.results.form_answers import QuestionAnswers, count_form
from chalicelib.services.results.widget_answers import WidgetAnswers, count_widgets
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
    return Answers(
        {head.id: head for head in counted},
        count_form(page_questions(view), forms, [head.id for head in counted]),
        count_widgets(uses, counted),
        heads,
    )
