"""A session with one participant, for tests that talk through the services."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from msgspec.structs import replace

from chalicelib import container
from chalicelib.model import ApiKey, Session, SessionView, ThreadView
from chalicelib.services.access.principal import Principal
from chalicelib.services.conversations import join, request_context, turn
from chalicelib.services.conversations.messages import NewMessage, Turn
from chalicelib.services.conversations.thread_view import read_messages
from chalicelib.services.participants.identity import Participant, participant_of
from chalicelib.services.sessions.creation import NewSession, create_session
from chalicelib.services.sessions.editing import check_changes, edit_session
from chalicelib.store.sessions import FOR_EDIT
from tests import permissions
from tests.clock import FakeClock
from tests.faults import Interviewer

HOST = "00000000-0000-4000-8000-0000000000aa"


def by_key(user_id: str = HOST) -> Principal:
    """This user, by an API key."""
    return Principal(ApiKey(user_id, "tests", "hm_live_0000", datetime(2026, 3, 1, tzinfo=UTC), None, 100, 0), user_id)


def participant(external_id: str, name: str | None = None, user_id: str = HOST) -> Participant:
    """Somebody for whom this user speaks through the API."""
    return participant_of(by_key(user_id), external_id, name)


class Conversation:
    """A session, and one participant in it, as the doors see them."""

    def __init__(self, clock: FakeClock, model: Interviewer, **fields: Any) -> None:
        self.clock = clock
        self.model = model
        self.session = self._create(**fields)
        self.who = participant("p1", "Bo")

    def _create(self, **fields: Any) -> Session:
        new = NewSession(**{"topic": "Lunch", "goal": "Find out what people eat", **fields})
        return create_session(new, HOST, sessions=container.sessions(), now=self.clock.now(), new_id=container.new_id)

    def join(self, **answers: str) -> Turn:
        """Join with the answers to the form."""
        return join.join(
            self.session.id,
            self.who,
            list(answers.items()),
            deps=container.conversation_deps(),
            deadline=self.clock.deadline(24),
        )

    def say(self, content: str, message_id: str | None = None, widget_value: Any = None) -> Turn:
        """Say something. The turn is without the conversation around it, which goes on."""
        said, deps = NewMessage(content, message_id, widget_value), container.conversation_deps()
        found = turn.say(self.session.id, self.who, said, deps=deps, deadline=self.clock.deadline(24))
        return replace(found, conversation=None)

    def view(self) -> SessionView:
        """All of the session."""
        return container.sessions().view(self.session.id, FOR_EDIT, HOST)

    def edit(self, **changes: Any) -> None:
        """Change the session as its host."""
        with permissions.by_others():
            edit_session(
                self.view(),
                HOST,
                check_changes(changes, self.clock.now()),
                sessions=container.sessions(),
                groups=container.telegram_groups(),
                clock=self.clock,
                new_id=container.new_id,
            )

    def thread(self) -> ThreadView:
        """The participant's thread."""
        view = self.thread_of(self.who)
        assert view is not None
        return view

    def thread_of(self, who: Participant) -> ThreadView | None:
        """Somebody's thread, if there is one."""
        deps = container.conversation_deps()
        return read_messages(request_context.find(self.session.id, who, deps), deps)

    def said(self) -> list[tuple[str, str]]:
        """What the thread holds."""
        return [(message.role, message.content) for message in self.thread().messages]

    def during_next_call(self, action: Callable[[], object]) -> None:
        """Have something happen, once, while the model works on the next request."""

        def before(_: object) -> None:
            self.model.before = lambda _: None
            action()

        self.model.before = before
