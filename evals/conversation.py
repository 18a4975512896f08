"""One conversation, turn by turn, through the same function that answers a participant of the product.

Thread, messages and the session are records in memory; nothing else of the product is replaced.
"""

from collections.abc import Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.llm.interface import Model, ModelUnavailable
from chalicelib.model import Answer, Message, SessionView, Speaker, Thread
from chalicelib.services.facilitation.facilitator_reply import FacilitatorReply, facilitate
from evals.participants import Participant, Said
from evals.transcript import Entry, Setting, Transcript

TURN_SECONDS = 24.0  # what a chat turn has in the product
TRIES = 2  # a participant whose message was not answered sends it again
GRACE = 3  # turns beyond the budget before the participant gives up


class Conversation(Struct):
    """A participant's thread in a session, from the opening to the end."""

    view: SessionView
    answers: Sequence[Answer]
    model: Model
    clock: Clock
    thread: Thread
    help_text: str = ""
    history: list[Message] = field(default_factory=list)
    models: set[str] = field(default_factory=set)

    def hear(self, said: Said) -> None:
        """Put the participant's message into the thread."""
        message = replace(self._message("user", said.text), widget_value=said.value)
        self.history.append(message)
        self.thread = replace(
            self.thread,
            last_sequence=message.sequence,
            last_said=message.sequence,
            message_count=self.thread.message_count + 1,
        )

    def turn(self) -> Entry:
        """The facilitator's next message. Raises ModelUnavailable where there is none."""
        reply = self._facilitate()
        self.models.add(reply.model)
        message = replace(
            self._message("assistant", reply.content),
            is_final=reply.is_final,
            model=reply.model,
            widget_spec=reply.widget_spec,
        )
        self.history.append(message)
        concluded = self.thread.concluded or reply.is_final
        self.thread = replace(self.thread, last_sequence=message.sequence, concluded=concluded)
        return Entry("facilitator", reply.content, is_final=reply.is_final, widget=reply.widget_spec)

    def _facilitate(self) -> FacilitatorReply:
        for left in reversed(range(TRIES)):
            try:
                return facilitate(
                    self.view,
                    self.thread,
                    self.answers,
                    self.history,
                    help_text=self.help_text,
                    model=self.model,
                    deadline=self.clock.deadline(TURN_SECONDS),
                )
            except ModelUnavailable:
                if not left:
                    raise
        raise AssertionError("unreachable")

    def _message(self, role: Speaker, content: str) -> Message:
        sequence = self.thread.last_sequence + 1
        return Message(f"m{sequence}", sequence, role, content, self.clock.now())


def begin(
    view: SessionView, answers: Sequence[Answer], *, model: Model, clock: Clock, help_text: str = ""
) -> Conversation:
    """A thread in which nobody has said anything."""
    version = view.prompt.version if view.prompt else 0
    thread = Thread(view.session.id, "evals", "web", "evals", None, clock.now(), version)
    return Conversation(view, answers, model, clock, thread, help_text)


def converse(conversation: Conversation, setting: Setting, participant: Participant) -> Transcript:
    """The whole conversation: until the participant has nothing to say after the conclusion, or gives up."""
    transcript = Transcript(setting).adding(conversation.turn())
    for _ in range(setting.budget + GRACE):
        said = participant.reply(transcript)
        if said is None:
            break
        conversation.hear(said)
        transcript = transcript.adding(Entry("participant", said.text, value=said.value, cue=said.cue))
        transcript = transcript.adding(conversation.turn())
    return transcript
