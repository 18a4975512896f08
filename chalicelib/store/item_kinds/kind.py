"""One kind of item: whose it is, when it goes, how an export calls it, whether it moves; and the reasons that rows share."""

from typing import Literal

from msgspec import Struct

# Whose data an item is: the nearest of them, so of what is both a session's and a person's, the person. A person is one in a
# single session, known by the id of their thread; a chat is somebody's with the bot, over all sessions; a project is of all its
# members. What is the deployment's is nobody's: counters and locks.
Owner = Literal["session", "person", "account", "chat", "project", "deployment"]

# When an item goes, after its person was deleted, or its session: in the transaction that deletes it, by the job that this
# transaction asks for, or last, since it tells of that job; a project, likewise. Else at its `expires_at`, or with its account: in
# the transaction that deletes that, or by its job. That an address is not to be written to stays until an operator takes it back.
Goes = Literal["at once", "by job", "last", "expires", "with account", "stays"]


class Moving(Struct, frozen=True):
    """Whether items of a kind are in an operator's export, which another stage imports (`docs/moving.md`), and why.

    `with secret`: what it is named by, or holds, follows from the deployment's secret, so it moves only along with that.
    """

    when: Literal["always", "with secret", "never"]
    because: str


class ItemKind(Struct, frozen=True):
    """One kind of item. Its `name` is its whole key, or the beginning of it, up to a `#`.

    The id of a person or an account follows the beginning, in `guards` that of a session, too; `owner_at` is the attribute that
    has it where it does not. One item in several `shards` has as many names. What is `not_exported` says why, and whether it
    moves between stages all the same; what is exported to its owner does.
    """

    table: str
    name: str
    owner: Owner
    goes: Goes
    export: str = ""
    not_exported: str = ""
    owner_at: str = ""
    shards: int = 0
    moves: Moving | None = None

    def names(self, owner_id: str) -> list[str]:
        """The names of this owner's items; of items with a number, what their names begin with."""
        if self.shards:
            return [f"{self.name}{shard}" for shard in range(self.shards)]
        return [self.name + owner_id if self.name.endswith("#") else self.name]

    @property
    def moving(self) -> Moving | None:
        """Whether it is in an operator's export; None for a row that has not decided it."""
        return self.moves or (_OWNERS if self.export else None)

    def owner_in(self, name: str) -> str:
        """The id of the owner in the name of an item of this kind."""
        return name.removeprefix(self.name).partition("#")[0]

    def is_kind_of(self, name: str) -> bool:
        """Whether an item of this name is of this kind, should it be of no kind with a longer name."""
        return name.startswith(self.name) if self.name.endswith("#") else name == self.name


STATE = "says where work stands"
GUARD = "is kept for minutes or days, against too many requests"
_OWNERS = Moving("always", "is its owner's")
WAITS = Moving("always", "work that is due here is due there")
COUNTED = Moving("always", "moves on with each change, and is never counted anew")
SHOWN = Moving("always", "lists read it, and nothing writes it again before the next change")
LISTED = Moving("always", "names the templates that are kept")
COSTS = Moving("always", "to make it again costs a call of a model")
NAMED = Moving("with secret", "is named by a hash that nobody makes with another secret")
ASKED_ANEW = Moving("never", "is over in two weeks, and whoever invited does it again in a moment")
