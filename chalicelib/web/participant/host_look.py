"""Who asks, as the pages of a conversation show it: name, logo, color, and what it is for."""

from msgspec import Struct

from chalicelib.model import Session
from chalicelib.services.sessions.branding import logo_address
from chalicelib.web.kit.accent import Palette, dark_palette, light_palette


class HostLook(Struct, frozen=True):
    """What a page shows of whoever asks; `logo` is an address, and the colors can be read on light and on dark pages."""

    name: str
    why: str
    logo: str
    light: Palette | None
    dark: Palette | None


def find_look(session: Session) -> HostLook:
    """Returns what the host of a session has said of themselves."""
    of = session.branding
    light, dark = (light_palette(of.accent), dark_palette(of.accent)) if of.accent else (None, None)
    return HostLook(of.host_name or "", of.why or "", logo_address(session), light, dark)
