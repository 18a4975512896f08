"""The page to join on: the pre-session form."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace

from chalicelib.model import Answer, Question, SessionView
from chalicelib.services.participants.changed_form import FilledForm, ShownQuestion, show_question
from chalicelib.services.participants.form import (
    AnswerRefused,
)
from chalicelib.text.email_addresses import MAIL_PATTERN
from chalicelib.web.kit.form_fields import Field, explain_refusal, make_field
from chalicelib.web.kit.texts import Texts
from chalicelib.web.participant.shown_form import note_shown


def form_values(
    view: SessionView, filled: FilledForm, refused: Sequence[AnswerRefused], texts: Texts
) -> dict[str, Any]:
    """Returns the form, filled in as far as it was; behind its fields those of answers to questions that are gone."""
    wrong = {it.question.id: explain_refusal(it, texts) for it in refused}
    asked = [make_field(it, filled.given.get(it.id, ""), wrong.get(it.id), texts) for it in view.questions]
    gone = [_field_of_kept(answer, wrong.get(answer.question_id), texts) for answer in filled.kept]
    shown = [show_question(question) for question in view.questions]
    shown += [ShownQuestion(it.question_id, it.text, it.role) for it in filled.kept]
    return {
        "fields": [*asked, *gone],
        "asked": note_shown(shown, view.session.id),
        "left_over": "\n\n".join(answer.answer for answer in filled.left_over),
        "mail_pattern": MAIL_PATTERN,
    }


def _field_of_kept(answer: Answer, error: str | None, texts: Texts) -> Field:
    asked = Question(answer.question_id, answer.text, 0)
    return replace(make_field(asked, answer.answer, error, texts), kind="gone", autocomplete=None)
