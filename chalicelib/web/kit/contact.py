"""Whom people ask when they are stuck."""

from functools import cache

from msgspec import Struct

from chalicelib.text.email_addresses import is_mail_address


class Contact(Struct, frozen=True):
    """Whom people ask, as it is shown; `address` is what a click leads to, where it is one."""

    shown: str
    address: str | None = None


@cache
def find_contact(named: str) -> Contact | None:
    """Returns the support contact that the operator set; None for none."""
    if not named:
        return None
    if is_mail_address(named):
        return Contact(named, f"mailto:{named}")
    is_link = named.startswith("https://") and " " not in named
    return Contact(named.removeprefix("https://"), named) if is_link else Contact(named)
