"""Sessions, their cards and members, projects, templates, and what is to be removed."""

from functools import cache
from typing import TYPE_CHECKING

from chalicelib import container
from chalicelib.settings import settings
from chalicelib.store.cards import Cards
from chalicelib.store.deletion import Deletions
from chalicelib.store.members import Members
from chalicelib.store.projects import Projects
from chalicelib.store.sessions import Sessions

if TYPE_CHECKING:
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
def deletions() -> Deletions:
    """The repository of sessions that are to be removed."""
    return Deletions()
