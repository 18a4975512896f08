"""What hosts say of themselves: name, language, zone, HARMONICA.md. Nobody's change of it is lost unseen."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, Invalid
from chalicelib.model import Profile, User
from chalicelib.services.sessions.time_zones import find_time_zone
from chalicelib.store.logins import Logins
from chalicelib.store.profiles import Profiles
from chalicelib.text.language import OWN

HARMONICA_MD_CHARACTERS = 10_000  # which every prompt has room for as they are
_TRIES = 8
_STEP = timedelta(microseconds=1)  # the smallest that is stored
_COPIED = ("locale", "time_zone")  # which browser sessions have, too


class ProfileDeps(Struct, frozen=True):
    """The collaborators of profiles."""

    profiles: Profiles
    logins: Logins
    clock: Clock


def read_changes(given: Mapping[str, Any]) -> dict[str, Any]:
    """Returns changes as they are stored: None for what is taken away. Raises Invalid, naming the field."""
    changes = {name: value or None for name, value in given.items()}
    if (locale := changes.get("locale")) and locale not in OWN:
        raise Invalid(f"locale must be one of: {', '.join(OWN)}")
    if zone := changes.get("time_zone"):
        changes["time_zone"] = find_time_zone(zone)
    return changes


def edit_profile(
    user_id: str, changes: Mapping[str, Any], *, unchanged_since: datetime | None = None, deps: ProfileDeps
) -> Profile:
    """Change what is named of a profile, as `read_changes` gives it; gives it as it is then.

    Raises Conflict where it was changed after `unchanged_since`, or all the time; NotFound without the account.
    """
    for _ in range(_TRIES):
        before = deps.profiles.find(user_id)
        if unchanged_since and unchanged_since != changed_at(before.user):
            raise Conflict("Your account was changed meanwhile: read it again")
        after = _apply(before, changes, deps.clock.now())
        if after == before:
            return before
        if deps.profiles.save(after, before.user.updated_at):
            if any(getattr(after.user, name) != getattr(before.user, name) for name in _COPIED):
                deps.logins.follow(after.user)
            return after
    raise Conflict("Your account is being changed right now; try again")


def is_unasked(user: User) -> bool:
    """Whether a host is to be asked once what people call them: they have no name, and have not said anything of themselves yet."""
    return user.name is None and user.updated_at is None


def leave_nameless(user_id: str, *, deps: ProfileDeps) -> None:
    """Note that a host was asked for a name and wants none. Done again, or where they have said something since, it changes nothing."""
    before = deps.profiles.find(user_id)
    if is_unasked(before.user):
        after = replace(
            before, user=replace(before.user, updated_at=max(deps.clock.now(), changed_at(before.user) + _STEP))
        )
        deps.profiles.save(after, None)


def changed_at(user: User) -> datetime:
    """Returns when an account was last changed: when it was made, where it was not changed since."""
    return user.updated_at or user.created_at


def _apply(before: Profile, changes: Mapping[str, Any], now: datetime) -> Profile:
    text = changes.get("harmonica_md", before.harmonica_md)
    user = replace(before.user, **{name: value for name, value in changes.items() if name != "harmonica_md"})
    if user == before.user and text == before.harmonica_md:
        return before
    return replace(before, user=replace(user, updated_at=max(now, changed_at(user) + _STEP)), harmonica_md=text)
