"""The field into which a host pastes the addresses of those to be invited, and the words that go with the mails.

Whoever pastes fifty addresses with a slip in one of them wants the other forty-nine invited: what is no address stays in the field, named,
and is all that is left there to be sent again.
"""

from collections.abc import Sequence

from msgspec import Struct

from chalicelib.services.invitations.addresses import read_addressee, split_addresses
from chalicelib.text.locales import isolate
from chalicelib.web.kit.texts import Texts

_SHOWN_WRONG = 10  # entries that are no addresses, of which the first ones are named
_SHOWN_LENGTH = 100


class Pasted(Struct, frozen=True):
    """What was pasted: the addresses, and the entries that are none."""

    addresses: Sequence[str]
    wrong: Sequence[str]

    @property
    def left(self) -> str:
        """What stays in the field once the addresses are invited."""
        return "\n".join(self.wrong)


class Limits(Struct, frozen=True):
    """How much a form takes: how many addresses, of how many characters each, and how many in the message."""

    addresses: int
    address: int
    message: int


def read_pasted(text: str, limits: Limits) -> Pasted:
    """Returns what stands in the field."""
    addresses: list[str] = []
    wrong: list[str] = []
    for it in split_addresses(text):
        is_address = len(it) <= limits.address and read_addressee(it) is not None
        (addresses if is_address else wrong).append(it)
    return Pasted(addresses, wrong)


def find_obstacles(pasted: Pasted, message: str, limits: Limits, texts: Texts) -> dict[str, str]:
    """Returns why nobody is invited by a form, by its field; nothing where somebody is."""
    found = {}
    count = len(pasted.addresses) + len(pasted.wrong)
    if not count:
        found["addresses"] = texts("field_needed")
    elif count > limits.addresses:
        found["addresses"] = texts("invitations_many", limit=limits.addresses, count=count)
    elif not pasted.addresses:
        found["addresses"] = texts("invitations_wrong", addresses=_named(pasted.wrong, texts))
    if len(message) > limits.message:
        found["message"] = texts("field_long", limit=limits.message, count=len(message))
    return found


def tell_left(pasted: Pasted, texts: Texts) -> dict[str, str]:
    """Returns what is said beside the field once the addresses are invited: nothing where there was nothing else."""
    return {"addresses": texts("invitations_left", addresses=_named(pasted.wrong, texts))} if pasted.wrong else {}


def _named(entries: Sequence[str], texts: Texts) -> str:
    shown = [isolate(texts.tag, it[:_SHOWN_LENGTH]) for it in entries[:_SHOWN_WRONG]] + (
        ["…"] if len(entries) > _SHOWN_WRONG else []
    )
    return " · ".join(shown)
