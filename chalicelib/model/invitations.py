"""Records of personal invitations to take part in a session."""

from datetime import datetime
from typing import Literal

from msgspec import Struct

WantedMail = Literal["invitation", "reminder"]


class Invitation(Struct, frozen=True):
    """An invitation of an address to take part in a session; `invited_by` is the user who asked for it.

    `wanted` is the mail that is still to be sent, asked for at `wanted_at`. Where a mail can never be delivered, `refused` says so.
    One that was `removed` from an anonymous session keeps its place in the counts, without its address: the counts would tell how far
    that person had come. `has_left`: its person took part in such a session, and their data were removed; it stays, since its going
    would tell whose they were.
    """

    id: str
    email: str
    invited_by: str
    created_at: datetime
    name: str | None = None
    message: str | None = None
    wanted: WantedMail | None = None
    wanted_at: datetime | None = None
    sent_at: datetime | None = None
    reminded_at: datetime | None = None
    opened_at: datetime | None = None
    refused: bool = False
    removed: bool = False
    has_left: bool = False
