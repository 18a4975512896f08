"""The collaborators of this process, each built when it is first needed."""

import uuid
from functools import cache

from chalicelib.clock import Clock
from chalicelib.jobs import Jobs
from chalicelib.llm.interface import Model
from chalicelib.secret_store import read_secret, read_secret_field
from chalicelib.services.conversations import Desk
from chalicelib.settings import SettingMissing, settings
from chalicelib.store.accounts import Accounts
from chalicelib.store.conversations import Conversations
from chalicelib.store.sessions import Sessions


@cache
def clock() -> Clock:
    """Real time."""
    return Clock()


@cache
def accounts() -> Accounts:
    """Users and keys."""
    return Accounts()


@cache
def sessions() -> Sessions:
    """Sessions."""
    return Sessions()


@cache
def conversations() -> Conversations:
    """Threads."""
    return Conversations()


@cache
def jobs() -> Jobs:
    """Queues."""
    return Jobs(settings())


def deployment_secret() -> bytes:
    """The key behind thread ids and cookies."""
    return read_secret(settings().deployment_secret_arn).encode()


@cache
def model() -> Model:
    """The language model that this deployment names; there is no default, and none stands in for another."""
    provider = settings().llm_provider
    if provider == "offline":
        from chalicelib.llm.offline import OfflineModel

        return OfflineModel()
    if provider == "anthropic":
        from chalicelib.llm.anthropic import AnthropicModel

        return AnthropicModel(settings(), read_secret=lambda arn: read_secret_field(arn, "api_key"))
    raise SettingMissing("LLM_PROVIDER must be anthropic or offline")


@cache
def desk() -> Desk:
    """What a chat turn works with."""
    return Desk(
        sessions=sessions(),
        conversations=conversations(),
        model=model(),
        clock=clock(),
        secret=deployment_secret(),
        new_id=new_id,
    )


def new_id() -> str:
    """A fresh random id."""
    return str(uuid.uuid4())
