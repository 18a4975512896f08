"""The field for a logo among the settings of a session."""

from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from chalicelib.operations.branding import NewBranding
from chalicelib.services.sessions.logo import LOGO_BYTES, LogoRefused, make_logo
from chalicelib.web.host.field_mistakes import Mistake

LOGO, REMOVE_LOGO = "logo", "remove_logo"


def change_logo(changes: Mapping[str, Any], chosen: bytes | None, *, removes: bool) -> dict[str, NewBranding]:
    """Returns what is to be said of who asks, with the logo that was chosen, or without any. Raises Mistake for what is no logo."""
    if chosen is None and not removes:
        return {}
    said = changes.get("branding") or NewBranding()
    if chosen is None:
        return {"branding": replace(said, logo=None)}
    try:
        return {"branding": replace(said, logo=make_logo(chosen).image)}
    except LogoRefused as refused:
        raise Mistake(f"setting_logo_{refused.rule}", limit=LOGO_BYTES // 1_000) from refused
