"""Whether a host gets a mail of what they have not read: off, unless they switch it on."""

from chalicelib.errors import Invalid
from chalicelib.model.notifications import MailDigest
from chalicelib.store.notifications import Notifications
from chalicelib.text.language import choose_own_language

ZONE = "UTC"  # by whose clock digests go, where the account has none


def require_mail(on: bool, field: str, *, has_mail: bool) -> None:
    """Raises Invalid, naming the field, where a digest is wanted and this server sends no mail."""
    if on and not has_mail:
        raise Invalid(f"{field} must be false: this server sends no mail")


def choose_digest(user_id: str, language: str | None, *, notifications: Notifications) -> MailDigest | None:
    """Have the digest sent in this language, where the account has none; None for one that is wanted no more. Gives what is wanted
    then."""
    if language is None:
        notifications.stop_digest(user_id)
        return None
    wanted = MailDigest(user_id, choose_own_language(language), ZONE)
    notifications.want_digest(wanted)
    return wanted
