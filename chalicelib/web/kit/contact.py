"""Whom people ask when they are stuck: what the operator set, as something to click where it is an address."""

from functools import cache

from msgspec import Struct

from chalicelib.settings import settings
from chalicelib.text.email_addresses import is_mail_address


class Contact(Struct, frozen=True):
    """A contact as it is shown; without `address` it is only read."""

    shown: str
    address: str | None = None


def contact() -> Contact | None:
    """The support contact of this deployment; None where there is none."""
    return _contact(settings().support_contact)


@cache
def _contact(told: str) -> Contact | None:
    if not told:
        return None
    if is_mail_address(told):
        return Contact(told, f"mailto:{told}")
    is_link = told.startswith("https://") and " " not in told
    return Contact(told.removeprefix("https://"), told) if is_link else Contact(told)
