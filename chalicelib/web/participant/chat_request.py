"""One request of one person to one session, from a browser or from the script of a page that is open there."""

from chalice.app import Request
from msgspec import Struct
from msgspec.structs import replace

from chalicelib import container
from chalicelib.clock import TURN_SECONDS, Deadline
from chalicelib.model import Session, SessionView, ThreadView
from chalicelib.services.access.principal import Principal, principal_of_link
from chalicelib.services.conversations import request_context
from chalicelib.services.conversations.request_context import RequestContext
from chalicelib.services.conversations.thread_view import read_messages
from chalicelib.services.participants.identity import Participant, participant_of, tester_of
from chalicelib.web.kit import language
from chalicelib.web.kit.identity import Identity, find_browser, make_identity
from chalicelib.web.kit.page import PageLocale, locale_for
from chalicelib.web.kit.request import source_address


class ChatRequest(Struct, frozen=True):
    """Who asks for what.

    `after` is the last message that a script has on its page; None where a whole page is wanted. `browser` is the id that this
    browser has, or is given now. `tester` is who is signed in, where it is their test run.
    """

    request: Request
    session_id: str
    identity: Identity
    deadline: Deadline
    after: int | None = None
    browser: str = ""
    tester: Principal | None = None

    @property
    def address(self) -> str:
        """The address of the conversation, as a page beside it has it."""
        return f"chat?s={self.session_id}" + ("&test=1" if self.tester else "")

    @property
    def person(self) -> str:
        """The participant's id in this session."""
        return self.identity.person

    @property
    def who(self) -> Participant:
        """Who speaks."""
        if self.tester:
            return tester_of(self.tester, language.preferred_tag(self.request))
        principal = principal_of_link(self.identity.scope)
        found = participant_of(principal, self.person, language=language.preferred_tag(self.request))
        return replace(
            found,
            address=source_address(self.request),
            generation=self.identity.generation,
            invitation_id=self.identity.invitation_id,
        )

    def find(self) -> RequestContext:
        """Returns the session, and the head of this person's conversation where it has begun. Raises AccessEnded."""
        return request_context.find(self.session_id, self.who, container.conversation_deps())

    def read(self) -> tuple[SessionView, ThreadView | None]:
        """Returns the session, and this person's conversation where it has begun."""
        context = self.find()
        return context.view, self.conversation(context)

    def find_with_history(self) -> RequestContext:
        """Returns the same, with the latest messages of the conversation."""
        return request_context.with_history(self.find(), container.conversation_deps())

    def conversation(self, context: RequestContext) -> ThreadView | None:
        """Returns this person's conversation, or for a script the end of it that its page lacks."""
        return read_messages(context, container.conversation_deps(), self.after)

    def locale(self, session: Session | None) -> PageLocale:
        """Returns the language and texts for this person."""
        return locale_for(self.request, session)


def make_chat_request(
    request: Request, session_id: str, identity: Identity | None, after: int | None = None
) -> ChatRequest:
    """Returns the request as one of this person's, or of somebody new where nobody is known."""
    known = find_browser(request)
    browser = known or container.new_id()
    new = Identity(container.new_id()) if known else make_identity(request, browser, session_id)
    return ChatRequest(request, session_id, identity or new, container.clock().deadline(TURN_SECONDS), after, browser)


def make_test_request(request: Request, session_id: str, tester: Principal, after: int | None) -> ChatRequest:
    """Returns the request as one to the test run of whoever is signed in: no cookie of a participant has a part in it."""
    deadline = container.clock().deadline(TURN_SECONDS)
    return ChatRequest(request, session_id, Identity(tester.require_user()), deadline, after, tester=tester)
