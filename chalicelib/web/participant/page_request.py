"""One request of one person to one session, from a browser or from the script of a page that is open there."""

from collections.abc import Sequence

from chalice.app import Request
from msgspec import Struct

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.model import Message, Session, SessionView, ThreadView
from chalicelib.services.conversations import request_context
from chalicelib.services.conversations.request_context import RequestContext
from chalicelib.services.conversations.thread_view import read_messages
from chalicelib.services.participants.identity import Participant
from chalicelib.web.kit import language
from chalicelib.web.kit.page import Voice, voice_for
from chalicelib.web.kit.request import TURN_SECONDS


class Visit(Struct, frozen=True):
    """Who asks for what. `after` is the last message that a script has on its page; None where a whole page is wanted."""

    request: Request
    session_id: str
    person: str
    deadline: Deadline
    after: int | None = None

    @property
    def who(self) -> Participant:
        return Participant(self.person, language=language.preferred(self.request))

    def find(self) -> RequestContext:
        """The session, and the head of this person's conversation where it has begun."""
        return request_context.find(self.session_id, self.who, container.conversation_deps())

    def read(self) -> tuple[SessionView, ThreadView | None]:
        """The session, and this person's conversation where it has begun: of that, for a script, the end that it lacks."""
        context = self.find()
        return context.view, self.conversation(context)

    def conversation(self, context: RequestContext, history: Sequence[Message] | None = None) -> ThreadView | None:
        """This person's conversation, or its end; `history` is its latest messages, where they have been read already."""
        return read_messages(context, container.conversation_deps(), self.after, history)

    def voice(self, session: Session | None) -> Voice:
        """How this person is spoken to."""
        return voice_for(self.request, session)


def visit_of(request: Request, session_id: str, person: str | None, after: int | None = None) -> Visit:
    """The visit; of somebody new where nobody is known."""
    return Visit(request, session_id, person or container.new_id(), container.clock().deadline(TURN_SECONDS), after)
