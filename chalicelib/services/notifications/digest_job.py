"""The job that mails a host what they were told of and have not read, if that is still to be done when it is about to be sent.

What it tells of is noted as mailed before it is sent, on condition that nothing has changed since it was read: so what comes twice
sends nothing twice. Where this dies in between, that mail is lost; the page has all that was in it. Nothing that anybody said in a
session is in a digest: titles of sessions, which their hosts gave, and what happened.
"""

from datetime import datetime, timedelta

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.errors import NotFound, Unavailable
from chalicelib.mail import Mail, MailRefused
from chalicelib.model import User
from chalicelib.model.notifications import Inbox, MailDigest, Notification
from chalicelib.observability import MAIL_UNDELIVERABLE, logger
from chalicelib.retry import Retry
from chalicelib.services.delivery.mails import write_mail
from chalicelib.services.delivery.sending import SendingDeps, hash_address, may_write, send
from chalicelib.services.delivery.stop_links import StopLink, make_stop_url
from chalicelib.services.notifications.listing import find_names, may_show
from chalicelib.services.notifications.notify import NotificationDeps, next_morning
from chalicelib.services.notifications.texts import Names, tell
from chalicelib.store.accounts import Accounts
from chalicelib.store.notifications import Found, Kept

MOST_TOLD = 20  # in one mail; the page has all
AGAIN = timedelta(hours=1)  # after which what the mail service did not take is tried anew
MENDED = timedelta(days=1)  # in which an operator mends what keeps a mail from being sent
_RETRY = Retry(tries=4, pause=0.2, jitter=True)


class DigestDeps(Struct, frozen=True):
    """The collaborators. `sending` is None without a sender of mails."""

    telling: NotificationDeps
    accounts: Accounts
    public_url: str
    sending: SendingDeps | None = None


def send_digest(user_id: str, *, deps: DigestDeps) -> None:
    """Send the digest that is due, if anything is to be told; then nothing waits until something happens again.

    Raises NotFound where nobody wants it, Unavailable where it is to be tried again, MailRefused where an operator has to mend
    something.
    """
    notifications, clock = deps.telling.notifications, deps.telling.clock
    for _ in _RETRY.attempts(clock):
        found = notifications.find(user_id)
        if found is None or found.digest is None or not _is_due(found.digest, clock.now()):
            raise NotFound("No digest is to be sent")
        if deps.sending is None:
            notifications.postpone(found.digest, clock.now() + MENDED)
            return
        if _take_and_send(found, found.digest, deps.sending, deps):
            return
    raise Unavailable("What this host is told of changes all the time")


def _is_due(digest: MailDigest, now: datetime) -> bool:
    """Whether a digest is to be looked at: the sweep has moved its mark on when its job comes, and a job may come twice."""
    return digest.due_at is not None and (digest.rests_until is None or digest.rests_until <= now)


def _take_and_send(found: Found, digest: MailDigest, sending: SendingDeps, deps: DigestDeps) -> bool:
    """Sends what is to be told; False where somebody changed that since it was read, and nothing was sent."""
    notifications, names = deps.telling.notifications, _names(found, deps)
    told = [it for it in found.inbox.to_mail if may_show(it, names)]
    if not told or found.user.disabled_at or not may_write(found.user.email, deps=sending):
        return notifications.settle(digest, found.inbox)
    mailed = {it.id for it in found.inbox.to_mail}
    taken = notifications.replace(found.inbox, _mark(found.inbox.notifications, mailed, is_mailed=True))
    if taken is None:
        return False
    notifications.postpone(digest, next_morning(digest, deps.telling.clock.now()))  # whatever comes meanwhile
    try:
        send(_write(found.user, digest, told, names, sending, deps), deps=sending)
    except (MailRefused, Unavailable) as error:
        _give_back(error, digest, taken, mailed, deps)
    notifications.settle(digest, taken)
    return True


def _give_back(
    error: MailRefused | Unavailable, digest: MailDigest, taken: Inbox, mailed: set[str], deps: DigestDeps
) -> None:
    """Has the mail tried again that could not be sent, and raises that; where none ever arrives there, nobody can mend it."""
    if isinstance(error, MailRefused) and error.is_of_address:
        logger.info("no mail can be sent there", extra={"event": MAIL_UNDELIVERABLE})
        return
    notifications, now = deps.telling.notifications, deps.telling.clock.now()
    notifications.change(taken, lambda kept: _mark(kept, mailed, is_mailed=False))
    notifications.postpone(digest, now + (MENDED if isinstance(error, MailRefused) else AGAIN))
    raise error


def _mark(kept: Kept, ids: set[str], *, is_mailed: bool) -> Kept:
    return tuple(replace(it, mailed=is_mailed) if it.id in ids else it for it in kept)


def _names(found: Found, deps: DigestDeps) -> Names:
    return find_names(found.user.id, found.inbox.to_mail, deps=deps.telling, accounts=deps.accounts)


def _write(
    user: User, digest: MailDigest, told: list[Notification], names: Names, sending: SendingDeps, deps: DigestDeps
) -> Mail:
    titles = [tell(it, names, digest.language).title for it in told[:MOST_TOLD]]
    stop = StopLink("digest", "", user.id, hash_address(user.email, sending.secret))
    return write_mail(
        "digest",
        user.email,
        digest.language,
        link=f"{deps.public_url}/notifications",
        values={"told": "\n".join(f"• {title}" for title in titles)},
        stop_link=make_stop_url(deps.public_url, stop, sending.secret),
    )
