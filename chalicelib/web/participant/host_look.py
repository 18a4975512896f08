"""Who asks, as the pages of a conversation show it: name, logo, color, and what it is for."""

from msgspec import Struct

from chalicelib.model import Session
from chalicelib.services.sessions.branding import logo_address
from chalicelib.web.kit.accent import Palette, dark_palette, light_palette


class HostLook(Struct, frozen=True):
    """What a page shows of whoever asks. `logo` is an address; `style` puts the host's color in place of ours."""

    name: str
    why: str
    logo: str
    style: str


def find_look(session: Session) -> HostLook:
    """Returns what the host of a session has said of themselves."""
    of = session.branding
    return HostLook(of.host_name or "", of.why or "", logo_address(session), make_style(of.accent) if of.accent else "")


def make_style(color: str) -> str:
    """Returns the rules with which light and dark pages have this color."""
    light, dark = (_set_tokens(it) for it in (light_palette(color), dark_palette(color)))
    return f":root {{ {light} }} @media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}"


def _set_tokens(of: Palette) -> str:
    own = f"color-mix(in srgb, {of.accent} 14%, var(--raised))"
    return f"--accent: {of.accent}; --accent-strong: {of.strong}; --on-accent: {of.on_accent}; --own: {own};"
