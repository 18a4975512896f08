"""Whether a server of models takes a key: its list of models, then one short call of a model with a tool.

The list alone proves nothing, since some servers show theirs to everybody; and a call without a tool proves little, since all that
we ask for comes in tools.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final, Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.background import begin
from chalicelib.llm.exchange import Provider, ProviderFailure, Question
from chalicelib.llm.interface import Block, ChatMessage, Request, Tool
from chalicelib.llm.model_servers import AddressRefused, AddressUnknown, ModelServers
from chalicelib.llm.providers import provider_at
from chalicelib.model.own_models import ApiKind
from chalicelib.settings import SettingMissing

Outcome = Literal["works", "refused", "model_refused", "undecided", "unreachable"]
LONGEST_WORDS: Final = 300
LONGEST_NAME: Final = 200  # characters of a model's name
MOST_NAMES: Final = 20_000  # bytes of all names together: an account's keys have to fit into one item
_LOOKED_AT: Final = 2_000  # characters of what a server says, where it says more than is told
PREPARING_SECONDS: Final = 9.0  # once a container, where a client has to be imported
_LEAST_SHOWN: Final = 8  # characters of a key in a row that nothing may show
_TOKENS: Final = 1_000  # some models think first
_TOOL: Final = Tool(
    "report",
    "Reports that the connection works.",
    {
        "type": "object",
        "properties": {"works": {"type": "boolean"}},
        "required": ["works"],
        "additionalProperties": False,
    },
)
_REQUEST: Final = Request(
    "suggestion",
    "small",
    (Block("This is a test of a connection."),),
    (ChatMessage("user", (Block("Call the tool `report` with works: true."),)),),
    _TOKENS,
    (_TOOL,),
    "report",
)


class Access(Struct, frozen=True):
    """Where and how a server is asked."""

    kind: ApiKind
    base_url: str
    key: str


class Checked(Struct, frozen=True):
    """What came of a check. `refused`: the key, for good. `model_refused`: the model, for good, by a server that takes the key.
    `undecided`: a time-out, a limit, a fault of the server. `words` are the server's own, without the key; `models` what it lists.
    """

    outcome: Outcome
    words: str = ""
    models: tuple[str, ...] = ()


def list_models(access: Access, servers: ModelServers, seconds: float) -> Checked:
    """The models that a server lists; none from one that has no list. Raises AddressRefused."""

    def ask(provider: Provider, left: float) -> Checked:
        try:
            return Checked("works", models=tuple(_usable(provider.list_models(left))))
        except ProviderFailure as failure:
            if failure.status in (404, 405, 501):  # not every server has a list
                return Checked("works")
            return _of_failure(failure, access.key)

    return _ask(access, servers, seconds, ask)


def _usable(names: Iterable[str]) -> Iterator[str]:
    """The names that can be stored, shown and chosen, each once; any server may list anything."""
    size = 0
    for name in dict.fromkeys(names):
        if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
            continue
        size += len(name.encode())
        if size > MOST_NAMES:
            return
        yield name


def try_model(access: Access, model: str, servers: ModelServers, seconds: float) -> Checked:
    """What comes of one short call of a model with a tool. Raises AddressRefused."""

    def ask(provider: Provider, left: float) -> Checked:
        question = Question(_REQUEST, model, _TOKENS)
        try:
            try:
                answer = provider.send(question, left)
            except ProviderFailure as failure:
                if failure.status != 400 or provider.is_plain(question):
                    raise
                answer = provider.send(replace(question, plain=True), left)
        except ProviderFailure as failure:
            return _of_failure(failure, access.key)
        if any(call.name.casefold() == _TOOL.name for call in answer.calls):
            return Checked("works")
        return Checked("model_refused", "" if answer.ending == "malformed" else without_key(answer.text, access.key))

    return _ask(access, servers, seconds, ask)


def _ask(access: Access, servers: ModelServers, seconds: float, ask: Callable[[Provider, float], Checked]) -> Checked:
    provider = provider_at(access.kind, access.base_url, lambda: access.key, servers=servers)
    preparing = provider.prepare()

    def work() -> Checked:
        servers.resolve(access.base_url)
        provider.connect()
        return ask(provider, seconds)

    try:
        if preparing is not None:
            preparing.result(PREPARING_SECONDS)
        return begin(work).result(seconds)
    except TimeoutError:
        return Checked("undecided")
    except AddressUnknown:
        return Checked("unreachable")
    except SettingMissing:
        return Checked("refused")


def _of_failure(failure: ProviderFailure, key: str) -> Checked:
    """What a failure says of a key. Raises AddressRefused for one that is about where it was asked."""
    if failure.status is not None and 300 <= failure.status < 400:
        raise AddressRefused("its server sends on to another address, and nobody is sent on with a key")
    words = without_key(failure.words, key)
    if failure.refuses_key:
        return Checked("refused", words)
    if failure.lasts:
        return Checked("model_refused", words)
    return Checked("unreachable" if failure.status is None and not failure.timed_out else "undecided", words)


def without_key(words: str, key: str) -> str:
    """A server's words in one short line, without any part of the key that says much of it."""
    line = " ".join("".join(it if it.isprintable() else " " for it in words[:_LOOKED_AT]).split())
    size = min(len(key), _LEAST_SHOWN)
    parts = {key[at : at + size] for at in range(len(key) - size + 1)} if size else set()
    hidden: set[int] = set()
    for at in range(len(line) - size + 1):
        if line[at : at + size] in parts:
            hidden.update(range(at, at + size))
    shown = "".join("\0" if at in hidden else it for at, it in enumerate(line))
    return re.sub("\0+", "…", shown)[:LONGEST_WORDS]
