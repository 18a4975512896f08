"""Whom a chat speaks as in a session: somebody who began in Telegram, or on a page and goes on here."""

from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Forbidden, NotFound
from chalicelib.model.telegram import Attendance
from chalicelib.services.access.principal import principal_of_link
from chalicelib.services.conversations import request_context
from chalicelib.services.conversations.request_context import AccessEnded, RequestContext
from chalicelib.services.participants.identity import Participant, participant_of
from chalicelib.telegram.addresses import next_person_id, person_id
from chalicelib.telegram.incoming import Incoming
from chalicelib.telegram.languages import own_language

_MOST_BEGINNINGS = 20  # of one person in one session, each after they had the one before forgotten everywhere


def participant_in(attended: Attendance, language: str | None = None) -> Participant:
    """Returns who speaks in this session from this chat. `language` is the tag of the participant's own.

    Whatever is done in their name raises AccessEnded once they have had the conversation forgotten everywhere.
    """
    found = participant_of(principal_of_link(attended.scope), attended.external_id, attended.name, language)
    return replace(found, generation=attended.generation)


def find_begun(attended: Attendance, language: str | None = None) -> RequestContext:
    """Returns where a chat stands in a conversation. Raises NotFound without one, AccessEnded."""
    deps = container.conversation_deps_without_model()
    found = request_context.find(attended.session_id, participant_in(attended, language), deps)
    if found.thread is None:
        raise NotFound("This participant has no conversation here")
    return found


def is_same_participant(one: Attendance, other: Attendance) -> bool:
    """Says whether both are the same participant, by what leads to their conversation in the same way."""
    named = (one.session_id, one.scope, one.external_id, one.generation)
    return named == (other.session_id, other.scope, other.external_id, other.generation)


def find_in_telegram(incoming: Incoming, session_id: str) -> tuple[Attendance, RequestContext]:
    """Returns who takes part in a session from this chat, or is about to, and where they stand there.

    Raises NotFound without a session. Who had an earlier conversation of theirs forgotten everywhere is somebody new.
    """
    known = incoming.view.attended.get(session_id)
    if known:
        try:
            return known, _find(known, incoming)
        except AccessEnded:
            pass
    secret = container.deployment_secret()
    external_id = person_id(incoming.user.id, secret)
    for _ in range(_MOST_BEGINNINGS):
        new = Attendance(incoming.view.chat.token, session_id, "telegram", external_id, 0)
        new = replace(new, version=known.version) if known else new
        try:
            return new, _find(new, incoming)
        except AccessEnded:
            external_id = next_person_id(external_id, secret)
    raise Forbidden("This person has begun too often in this session")


def _find(attended: Attendance, incoming: Incoming) -> RequestContext:
    who = participant_in(attended, own_language(incoming.view.chat))
    return request_context.find(attended.session_id, who, container.conversation_deps_without_model())
