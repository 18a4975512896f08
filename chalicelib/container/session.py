"""Sessions, their cards and members, projects, templates, and what is to be removed."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib import container
from chalicelib.settings import settings
from chalicelib.store.cards import Cards
from chalicelib.store.deletion import Deletions
from chalicelib.store.members import Members
from chalicelib.store.memories import Memories
from chalicelib.store.projects import Projects
from chalicelib.store.sessions import Sessions

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from chalicelib.model.memory import Memory
    from chalicelib.services.projects.knowledge import RollUpDeps
    from chalicelib.services.projects.memory import MemoryDeps
    from chalicelib.services.templates.own import TemplateDeps


@cache
def sessions() -> Sessions:
    """The repository of sessions."""
    return Sessions()


def template_deps() -> "TemplateDeps":
    """The dependencies of templates that hosts make."""
    from chalicelib.services.templates.own import MOST, MOST_BYTES, TemplateDeps
    from chalicelib.store.templates import Templates

    clock = container.clock()
    templates, is_shared = Templates(clock, MOST, MOST_BYTES), settings().public_templates == "yes"
    return TemplateDeps(templates, projects(), clock, is_shared)


@cache
def cards() -> Cards:
    """The repository of cards, which lists show."""
    return Cards()


@cache
def members() -> Members:
    """The repository of the members of sessions."""
    return Members()


@cache
def projects() -> Projects:
    """The repository of projects."""
    return Projects()


@cache
def memories() -> Memories:
    """The repository of what sessions pass on to others of their projects."""
    return Memories()


def memory_deps() -> "MemoryDeps":
    """The dependencies of the memory of projects."""
    from chalicelib.services.projects.memory import MemoryDeps

    return MemoryDeps(container.projects(), container.sessions(), container.cards(), container.memories())


def roll_up_deps() -> "RollUpDeps":
    """The dependencies of the knowledge of projects."""
    from chalicelib.services.projects.knowledge import RollUpDeps

    return RollUpDeps(container.projects(), container.sessions(), container.memories(), container.knowledge())


def remember(project_ids: "Collection[str]", now: "datetime") -> "Memory":
    """What a new session of these projects begins with; where it is in none, nothing is imported for that."""
    from chalicelib.model.memory import Memory

    if not project_ids:
        return Memory()
    from chalicelib.services.projects.memory import remember as read

    return read(project_ids, now, deps=container.memory_deps())


@cache
def deletions() -> Deletions:
    """The repository of sessions that are to be removed."""
    return Deletions()
