"""Conversations: what a chat turn needs."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib import container
from chalicelib.clock import Clock
from chalicelib.llm.interface import Model
from chalicelib.settings import settings

if TYPE_CHECKING:
    from chalicelib.services.access.join_pace import JoinPace
    from chalicelib.services.conversations.request_context import ConversationDeps
    from chalicelib.store.conversations import Conversations
    from chalicelib.store.feedback import Feedback


@cache
def conversations() -> "Conversations":
    """The repository of threads and messages."""
    from chalicelib.store.conversations import Conversations

    return Conversations()


def feedback() -> "Feedback":
    """The repository of how conversations ended and what participants said of them."""
    from chalicelib.store.feedback import Feedback

    return Feedback()


@cache
def conversation_deps() -> "ConversationDeps":
    """The dependencies of a chat turn."""
    return container.conversation_deps_with(container.model(), container.clock())


def conversation_deps_without_model() -> "ConversationDeps":
    """The same for a function that reads and stores what people say, and leaves replies to another: without the model, whose SDK
    takes seconds to import."""
    return container.conversation_deps_with(container.make_opening_script(), container.clock())


def conversation_deps_with(model: Model, clock: Clock) -> "ConversationDeps":
    """The dependencies of a chat turn with this model and clock."""
    from chalicelib.services.conversations.request_context import ConversationDeps

    return ConversationDeps(
        sessions=container.sessions(),
        conversations=container.conversations(),
        model=model,
        clock=clock,
        secret=container.deployment_secret(),
        new_id=container.new_id,
        max_turns=settings().max_turns,
        pace=container.join_pace(),
        opening_script=container.make_opening_script,
        invitations=container.invitations(),
        help_text=settings().help_text,
        contact=settings().support_contact,
    )


def make_opening_script() -> Model:
    """What writes the opening of a conversation in a model's place."""
    from chalicelib.llm.scripted.model import PreparedOpening

    return PreparedOpening()


def join_pace() -> "JoinPace":
    """How many conversations may begin within a minute."""
    from chalicelib.services.access.join_pace import JoinPace

    found = settings()
    return JoinPace(
        from_address=found.joins_per_address,
        in_session=found.joins_per_session,
        openings=found.openings_per_session,
        guards=container.guards(),
        secret=container.deployment_secret(),
    )
