"""Versions of the facilitation prompt, and whether one is to be written (table `sessions`)."""

from datetime import datetime

from msgspec.structs import asdict
from pynamodb.expressions.update import Action

from chalicelib.model import Prompt
from chalicelib.store import database, keys
from chalicelib.store.database import holds
from chalicelib.store.session_items import PromptItem, SessionItem
from chalicelib.store.transact import Transaction

WITH_PROMPT = (keys.PROMPT_CURRENT,)  # of a view

_WANTED = (SessionItem.due_kind, SessionItem.due_at, SessionItem.prompt_wanted_at)


def prompt_items(session_id: str, prompt: Prompt) -> tuple[PromptItem, PromptItem]:
    """A prompt as the current one, and as the version that threads keep."""
    parts = (keys.PROMPT_CURRENT, keys.prompt(prompt.version))
    current, version = (PromptItem(session_id, part, **asdict(prompt)) for part in parts)
    return current, version


def add(session_id: str, prompt: Prompt, due_at: datetime | None = None) -> bool:
    """Make this the current prompt, and none due; False where a version of that number, or a newer one, is there already.

    With `due_at`, only while it is the prompt due since then: an edit that came later asks for another one.
    """
    done = (*_WANTED, SessionItem.prompt_failed, SessionItem.prompt_tries)

    def build(write: Transaction) -> None:
        current, version = prompt_items(session_id, prompt)
        write.save(current, condition=PromptItem.version.does_not_exist() | (PromptItem.version < prompt.version))
        write.save(version, condition=PromptItem.version.does_not_exist())
        write.update(
            SessionItem(session_id, keys.SESSION),
            actions=[attribute.remove() for attribute in done],
            condition=SessionItem.topic.exists() if due_at is None else SessionItem.prompt_wanted_at == due_at,
        )

    return holds(lambda: database.transact(build))


def fail(session_id: str, due_at: datetime, *, for_good: bool = False, paid: bool = False) -> None:
    """Note that the prompt due since then could not be written; `for_good`, it is not due any more.

    `paid` tries are counted: a model was asked and answered.
    """
    actions: list[Action] = [SessionItem.prompt_failed.set(True)]
    if paid:
        actions.append(SessionItem.prompt_tries.add(1))
    if for_good:
        actions += [attribute.remove() for attribute in _WANTED]
    same = SessionItem.prompt_wanted_at == due_at
    holds(lambda: database.update(SessionItem(session_id, keys.SESSION), actions, same))
