"""Who asks in a session, as its host says it to participants: how it is given, and how it is shown."""

from typing import Annotated

from msgspec import UNSET, Meta, Struct, UnsetType

from chalicelib.model import Branding as StoredBranding
from chalicelib.model import Session
from chalicelib.operations.operation import Output
from chalicelib.services.sessions.branding import logo_address
from chalicelib.services.sessions.logo import LOGO_BYTES, LOGO_PIXELS

HostName = Annotated[
    str, Meta(max_length=100, description="Who asks, as participants read it.", examples=["City of Bowling Green"])
]
Logo = Annotated[
    str,
    Meta(
        description=f"The host's logo: a PNG of at most {LOGO_BYTES:,} bytes and {LOGO_PIXELS:,} pixels in Base64, with or without "
        "`data:image/png;base64,` in front. Nothing but its pixels is kept. The address of the logo that the session has leaves it as it "
        "is.",
        examples=[
            "iVBORw0KGgoAAAANSUhEUgAAAAIAAAACCAIAAAD91JpzAAAAEElEQVR42mOQz98ERAwQCgAgwgUBeAVs3QAAAABJRU5ErkJggg=="
        ],
    ),
]
Accent = Annotated[
    str,
    Meta(
        max_length=7,
        description="The color of links and buttons where participants talk, as six hexadecimal digits behind a hash. Where it would be "
        "hard to read on a light or a dark page, a darker or a lighter one is shown.",
        examples=["#1f6fb2"],
    ),
]
Why = Annotated[
    str,
    Meta(
        max_length=300,
        description="A sentence on what it is for, which participants read before they start.",
        examples=["What you say decides how we spend the money for the square."],
    ),
]


class NewBranding(Struct):
    """Who asks, as participants see it; what is absent stays as it is, and null takes it away."""

    host_name: HostName | UnsetType | None = UNSET
    logo: Logo | UnsetType | None = UNSET
    accent: Accent | UnsetType | None = UNSET
    why: Why | UnsetType | None = UNSET


class Branding(Output):
    """Who asks, as participants see it."""

    host_name: HostName | None
    logo: Annotated[
        str | None,
        Meta(
            description="The address of the host's logo, which has another one with every change.",
            examples=["https://harmonica.example.com/logo?s=…&v=…"],
        ),
    ]
    accent: Accent | None
    why: Why | None


BrandingGiven = Annotated[
    NewBranding, Meta(description="Who asks, as participants see it on the page to join on and where they talk.")
]
BrandingShown = Annotated[
    Branding | None,
    Meta(
        description="Who asks, as participants see it on the page to join on and where they talk; null where nothing is said."
    ),
]


def show_branding(of: Session, public_url: str) -> Branding | None:
    """Gives what the host of a session has said of themselves; None for nothing."""
    said, address = of.branding, logo_address(of)
    if said == StoredBranding():
        return None
    return Branding(said.host_name, f"{public_url}/{address}" if address else None, said.accent, said.why)
