"""One request of one person to one session, from a browser or from the script of a page that is open there."""

from chalice.app import Request
from msgspec import Struct

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.model import SessionView, ThreadView
from chalicelib.services.conversations.request_context import read_thread
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

    def read(self) -> tuple[SessionView, ThreadView | None]:
        """The session, and this person's conversation where it has begun."""
        return read_thread(self.session_id, self.who, deps=container.conversation_deps())

    def voice(self, view: SessionView | None) -> Voice:
        """How this person is spoken to."""
        return voice_for(self.request, view.session if view else None)


def visit_of(request: Request, session_id: str, person: str | None, after: int | None = None) -> Visit:
    """The visit; of somebody new where nobody is known."""
    return Visit(request, session_id, person or container.new_id(), container.clock().deadline(TURN_SECONDS), after)
