"""Who asks, as participants see it: what a host says of that is read, and applied to what was said before."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from chalicelib.errors import Invalid
from chalicelib.model import Branding, Session
from chalicelib.services.sessions.logo import Logo, read_logo

FIELDS = Branding.__struct_fields__
_COLOR = re.compile("#[0-9a-f]{6}")
_ADDRESS = re.compile(r"https?://\S+[?&]v=(?P<name>[0-9a-f]+)")


def read_branding(given: Mapping[str, str | None] | None) -> dict[str, Any]:
    """Returns what is to be said, by the names of the fields; for None, that nothing is. A logo is one that was read, or the name of
    one that has to be there already. Raises Invalid for what cannot be."""
    said = dict.fromkeys(FIELDS) if given is None else given
    read: dict[str, Any] = {name: value or None for name, value in said.items()}
    if read.get("accent"):
        read["accent"] = read_color(read["accent"])
    if read.get("logo"):
        address = _ADDRESS.fullmatch(read["logo"])
        read["logo"] = address["name"] if address else read_logo(read["logo"])
    return read


def logo_address(session: Session) -> str:
    """Returns the address of a session's logo, relative to the pages of participants; empty where there is none."""
    name = session.branding.logo
    return f"logo?s={session.id}&v={name}" if name else ""


def read_color(given: str) -> str:
    """Returns a color as it is stored. Raises Invalid for anything but six hexadecimal digits behind a hash."""
    color = given.strip().lower()
    if not _COLOR.fullmatch(color):
        raise Invalid("branding.accent must be a color of six hexadecimal digits, like #0b6156")
    return color


def apply_branding(before: Branding, read: Mapping[str, Any]) -> tuple[Branding, str | None]:
    """Returns what is said then, and the picture of a new logo. What is not named stays; so does the logo whose address is named.
    Raises Invalid for the address of another one."""
    logo = read.get("logo")
    if isinstance(logo, Logo):
        return replace(before, **{**read, "logo": logo.name}), logo.image
    if logo not in (None, before.logo):
        raise Invalid("branding.logo must be a PNG picture in Base64, or the address of the logo that the session has")
    return replace(before, **read), None
