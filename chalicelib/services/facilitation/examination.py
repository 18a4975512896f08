"""What is wrong with a message of the facilitator's before it is sent, and what the model is told of it for another one."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from chalicelib.llm import tags
from chalicelib.llm.interface import SCRIPTED
from chalicelib.model import Answer, Message, SessionView
from chalicelib.services.facilitation import widgets
from chalicelib.services.facilitation.model_reply import FacilitatorReply, ReadReply
from chalicelib.services.facilitation.prompt import list_secrets
from chalicelib.services.facilitation.repeated_instructions import repeats
from chalicelib.services.facilitation.repeated_questions import find_repeated
from chalicelib.services.facilitation.spoken_machinery import names_machinery
from chalicelib.services.prompts import fill

# How bad a problem is: with the second, a message is not sent; with the third, there is none.
REPEATED, SECRET, EMPTY = 1, 2, 3


class Problem(Struct, frozen=True):
    """Why another message is wanted: how bad the first is, and what the model is told."""

    weight: int
    note: str


class Examination(Struct, frozen=True):
    """What the messages of one turn are held against."""

    view: SessionView
    answers: Sequence[Answer]
    history: Sequence[Message]
    help_text: str
    care: bool
    earlier: str = ""  # what was said before, shortened

    def find_problem(self, read: ReadReply) -> Problem | None:
        """Returns what is wrong with a message; None where it can be sent."""
        reply = read.message
        if not reply.content:
            return Problem(EMPTY, fill("unreadable_reply" if read.is_unreadable else "empty_reply"))
        if reply.model != SCRIPTED and self._tells_a_secret(reply):
            return Problem(SECRET, fill("repeated_instructions"))
        if reply.model != SCRIPTED and names_machinery([reply.content], self._known()):
            return Problem(SECRET, fill("named_machinery"))
        if reply.is_final or self.care:  # care may say again what was said before
            return None
        earlier = [message.content for message in self.history if message.role == "assistant"]
        asked = find_repeated(reply.content, earlier)
        return Problem(REPEATED, fill("repeated_question", asked=tags.data("asked", asked))) if asked else None

    def _tells_a_secret(self, reply: FacilitatorReply) -> bool:
        """Says whether the message repeats what only the facilitator was shown; a widget's choices each for themselves."""
        choices = widgets.list_choices(reply.widget_spec) if reply.widget_spec else []
        offered = widgets.render_choices(reply.widget_spec) if reply.widget_spec else ""
        return repeats([reply.content.removesuffix(offered), *choices], list_secrets(self.view), self._known())

    def _known(self) -> Iterator[str]:
        """Yields what is no secret to the participant: what they read, what they wrote, and what care says."""
        of = self.view.session
        yield from filter(
            None, (of.topic, of.goal, of.critical, of.welcome_message, of.meta_description, self.help_text)
        )
        yield from (text for question in self.view.questions for text in (question.text, *question.options))
        yield from (answer.answer for answer in self.answers)
        yield from (message.content for message in self.history if message.role == "user")
        yield self.earlier
        yield fill("danger", help="")
