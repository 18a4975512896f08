"""Who asks: a user, or nobody with an account, and the means by which they are known; and what each means may do."""

from collections.abc import Mapping

from msgspec import Struct

from chalicelib.errors import Forbidden, Unauthorized
from chalicelib.model import ApiKey, Login
from chalicelib.services.participants.scopes import ScopeName


class Visitor(Struct, frozen=True):
    """A request that names nobody."""


class ParticipantCookie(Struct, frozen=True):
    """A cookie that names a participant of one session."""


class TelegramPerson(Struct, frozen=True):
    """Telegram's word for who writes to the bot, or a link of the bot's that names them."""


Means = Visitor | ParticipantCookie | TelegramPerson | ApiKey | Login


class Rights(Struct, frozen=True):
    """What a means may do.

    `acts`: whatever its user may, by their role in a session. `speaks_in`: take part in a session, in the first of these scopes
    that admits it there. `responds_in`: leave a response there that no facilitator answers. `tests_in`: try a session.
    """

    acts: bool = False
    speaks_in: tuple[ScopeName, ...] = ()
    responds_in: tuple[ScopeName, ...] = ()
    tests_in: tuple[ScopeName, ...] = ()


RIGHTS: Mapping[type[Means], Rights] = {
    Visitor: Rights(),
    ParticipantCookie: Rights(speaks_in=("web",)),
    TelegramPerson: Rights(speaks_in=("telegram",)),
    Login: Rights(acts=True, speaks_in=("api", "api:<user>"), responds_in=("host:<user>",), tests_in=("test:<user>",)),
    ApiKey: Rights(acts=True, speaks_in=("api", "api:<user>"), responds_in=("host:<user>",)),
}


# By the scope of the participants whom a cookie or a private link names.
_NAMED_BY_LINKS: Mapping[str, Means] = {"web": ParticipantCookie(), "telegram": TelegramPerson()}


class Allowance(Struct, frozen=True):
    """How many requests a minute there may be, and how many there were in this one."""

    limit: int
    used: int


class Principal(Struct, frozen=True):
    """Who asks. Several means may act for one user, and a means for none."""

    means: Means
    user_id: str | None = None
    allowance: Allowance | None = None  # of this means; None where nobody counts, or the door counts something else

    @property
    def rights(self) -> Rights:
        """What the means may do."""
        return RIGHTS[type(self.means)]

    def require_change(self) -> None:
        """Raises Forbidden where the means may read only."""
        if isinstance(self.means, ApiKey) and self.means.access == "read":
            raise Forbidden("This API key may only read")

    def require_login(self) -> Login:
        """Gives the browser session that asks. Raises Unauthorized for anything else: what follows is for its user alone."""
        if not isinstance(self.means, Login):
            raise Unauthorized("Sign in first: this takes no API key")
        return self.means

    def require_user(self) -> str:
        """Gives the user whom the means acts for. Raises Unauthorized where it acts for none."""
        if self.user_id is None or not self.rights.acts:
            raise Unauthorized
        return self.user_id


def principal_of_link(scope: str) -> Principal:
    """Gives who asks by a cookie or a private link that names a participant of this scope. Raises LookupError where none does."""
    return Principal(_NAMED_BY_LINKS[scope])
