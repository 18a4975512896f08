"""A participant's own conversation by mail, where they ask for it: once to an address, to three addresses in all.

The address is kept sealed until the mail is sent, for an hour at most. What is kept longer, so that it is not sent again, is a hash.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

import msgspec
from msgspec import Struct

from chalicelib.errors import NotFound, RateLimited, Unavailable
from chalicelib.mail import Mail, MailRefused
from chalicelib.model import Thread
from chalicelib.model.conversations import TranscriptRequest
from chalicelib.observability import logger
from chalicelib.services.access.privacy_links import privacy_address
from chalicelib.services.access.private_links import make_private_url
from chalicelib.services.access.rate_limits import HOUR, count_transcript_to
from chalicelib.services.access.results_links import DAYS, LinkHolder, participants_url
from chalicelib.services.access.sealing import seal, unseal
from chalicelib.services.access.signing import make_digest
from chalicelib.services.delivery.mails import Part, words_of, write_mail
from chalicelib.services.delivery.sending import SendingDeps, may_write, send
from chalicelib.store.conversations import Conversations
from chalicelib.store.guards import Guards
from chalicelib.store.transcript_mails import TranscriptRequests

ADDRESSES = 3  # that a conversation is sent to
TO_ONE_ADDRESS = 5  # conversations an hour
ADDRESS_KEPT = timedelta(hours=1)
REMEMBERED = timedelta(days=DAYS["thread"])  # for which it is not sent again, as long as its link to the results lasts

Outcome = Literal["asked", "sent_before", "too_many"]


class TranscriptDeps(Struct, frozen=True):
    """What mailing conversations needs; `ask` has the worker send what was asked for."""

    requests: TranscriptRequests
    conversations: Conversations
    guards: Guards
    sending: SendingDeps
    public_url: str
    ask: Callable[[str], None]


class Recipient(Struct, frozen=True):
    """Where a conversation goes, and what the private link of whoever had it carries."""

    email: str
    claims: str


def request_transcript(thread: Thread, to: Recipient, language: str, *, deps: TranscriptDeps, now: datetime) -> Outcome:
    """Have this conversation mailed to an address.

    Asked for again before it is sent, it is sent once. Raises RateLimited where the address gets too many, Unavailable.
    """
    request_id = _fingerprint(f"{thread.session_id} {thread.id} {to.email.casefold()}", deps)
    sealed = seal(deps.sending.secret, request_id, msgspec.json.encode(to).decode())
    asked = TranscriptRequest(request_id, thread.session_id, thread.id, sealed, language, now + ADDRESS_KEPT)
    if deps.requests.add(asked):
        outcome = _count(asked, to.email, deps, now)
        if outcome != "asked":
            deps.requests.remove(asked.id)
            return outcome
    deps.ask(asked.id)
    return "asked"


def was_asked_for(thread: Thread, *, deps: TranscriptDeps, now: datetime) -> bool:
    """Whether somebody asked to be mailed this conversation within the last weeks."""
    return deps.guards.is_used(_place(thread.session_id, thread.id, 0, deps), now)


def _count(asked: TranscriptRequest, email: str, deps: TranscriptDeps, now: datetime) -> Outcome:
    until = now + REMEMBERED
    if deps.guards.is_used(asked.id, now):
        return "sent_before"
    places = (_place(asked.session_id, asked.thread_id, number, deps) for number in range(ADDRESSES))
    if not any(deps.guards.use_once(place, until) for place in places):
        return "too_many"
    if count_transcript_to(email, guards=deps.guards, secret=deps.sending.secret, now=now) > TO_ONE_ADDRESS:
        deps.requests.remove(asked.id)
        raise RateLimited("Too many conversations are sent to this address", HOUR.total_seconds())
    deps.guards.use_once(asked.id, until)
    return "asked"


def send_transcript(request_id: str, *, deps: TranscriptDeps, now: datetime) -> None:
    """Send a conversation to whoever asked for it, and forget the address.

    Raises NotFound where there is nothing to send any more, MailRefused where it can never be sent, Unavailable.
    """
    asked = deps.requests.find(request_id, now)
    if asked is None:
        raise NotFound("Nobody waits for a conversation")
    to = msgspec.json.decode(unseal(deps.sending.secret, request_id, asked.sealed), type=Recipient)
    mail = _write(asked, to, deps, now)
    if mail and may_write(to.email, deps=deps.sending, asked_for=True):
        if not deps.requests.claim(request_id, now):
            raise NotFound("Another job sends this conversation")
        try:
            send(mail, deps=deps.sending)
        except Unavailable:
            deps.requests.give_back(request_id)
            raise
        except MailRefused as error:
            logger.error("mail refused", extra={"code": error.code})
            deps.requests.remove(request_id)
            raise
    deps.requests.remove(request_id)


def _write(asked: TranscriptRequest, to: Recipient, deps: TranscriptDeps, now: datetime) -> Mail | None:
    """The mail with what was asked and answered, the private link, and the link to the results where they may be seen.

    None where the conversation was removed meanwhile.
    """
    try:
        found = deps.conversations.turn_view(asked.session_id, [asked.thread_id])
    except NotFound:
        return None
    session, thread, secret = found.view.session, found.threads.get(asked.thread_id), deps.sending.secret
    if thread is None:
        return None
    words = words_of("transcript", asked.language)
    speakers = {"assistant": words.facilitator, "user": words.you}
    said = [Part(answer.text, answer.answer) for answer in found.answers.get(thread.id, ())]
    said += [Part(speakers[it.role], it.content) for it in deps.conversations.messages(thread)]
    holder = LinkHolder("thread", thread.id, thread.generation)
    return write_mail(
        "transcript",
        to.email,
        asked.language,
        link=make_private_url(deps.public_url, session.id, to.claims, secret),
        values={"topic": session.topic},
        said=said,
        privacy_link=f"{deps.public_url}/{privacy_address(session, secret)}",
        results_link=participants_url(deps.public_url, session, holder, secret=secret, now=now) or "",
    )


def _place(session_id: str, thread_id: str, number: int, deps: TranscriptDeps) -> str:
    return _fingerprint(f"{session_id} {thread_id} {number}", deps)


def _fingerprint(named: str, deps: TranscriptDeps) -> str:
    return make_digest(deps.sending.secret, "transcript", named.encode()).hex()
