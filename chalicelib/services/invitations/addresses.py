"""The addresses that a host gives: each by itself, or with a name in front of it."""

import re

from msgspec import Struct

from chalicelib.services.accounts.keys import is_possible_address
from chalicelib.services.participants.form import NAME_LIMIT
from chalicelib.text.normalise import one_line

_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>\s]*)>", re.DOTALL)


class Addressee(Struct, frozen=True):
    """An address, and the name that stood in front of it, where one did."""

    email: str
    name: str | None = None


def read_addressee(text: str) -> Addressee | None:
    """Returns who is meant by `ada@example.com` or `Ada <ada@example.com>`; None for what has no e-mail address."""
    named = _NAMED.fullmatch(text.strip())
    address = named["address"] if named else text.strip()
    if not is_possible_address(address):
        return None
    name = one_line(named["name"]).strip(" \"'") if named else ""
    return Addressee(address, name[:NAME_LIMIT] or None)


def split_addresses(text: str) -> list[str]:
    """Returns what stands between commas, semicolons and the ends of lines; a comma in a name in quotation marks parts nothing."""
    return [part for found in re.findall(r'(?:"[^"\n]*"|[^",;،；，\n])+', text) if (part := found.strip())]
