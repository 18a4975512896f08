"""Administration from the command line: users, API keys, members of a session, what the public list shows; what moves between
stages, and what is removed for good.

    python -m infra.admin create-user ana@example.com --name Ana
    python -m infra.admin disable-user ana@example.com   (enable-user lets the same keys in again)
    python -m infra.admin mint-key ana@example.com --name laptop --rate 100 --access read --expires 90
    python -m infra.admin list-keys ana@example.com
    python -m infra.admin revoke-key hm_live_…           (- reads the key from standard input)
    python -m infra.admin revoke-keys --prefix hm_live_ab12
    python -m infra.admin revoke-keys --user ana@example.com
    python -m infra.admin add-member SESSION_OR_PROJECT_ID bo@example.com editor
    python -m infra.admin remove-member SESSION_OR_PROJECT_ID bo@example.com
    python -m infra.admin unlist-session SESSION_ID
    python -m infra.admin sign-in-link ana@example.com
    python -m infra.admin plant-example ana@example.com
    python -m infra.admin export session SESSION_ID FILE   (or: user ADDRESS FILE, stage FILE)
    python -m infra.admin import FILE
    python -m infra.admin delete session SESSION_ID        (or: user ADDRESS, stage)

Without `--stage` it works on the running local instance of LOCAL_DIR, with `--stage NAME` on that stage in the AWS
account of the shell. The application's code is imported only after the settings are known: its tables are bound to
their names when they are imported.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from infra.aws import open_session, outputs_of_stage, refusals_in_words, stack_of_stage
from infra.local import instance
from infra.movement import commands as movement

if TYPE_CHECKING:
    from chalicelib.model import Access, KeyRecord

_INDEX_SECONDS = 2.0  # after which the index of a user's keys and browser sessions has what was new
_TIME = "%Y-%m-%d %H:%M"  # UTC


def create_user(email: str, name: str | None = None) -> str:
    """Create an account; gives the user's id."""
    from chalicelib import container
    from chalicelib.services.accounts import keys

    return keys.create_user(email, name, accounts=container.accounts(), now=_now(), new_id=str(uuid4())).id


def find_or_create_user(email: str, name: str | None = None) -> str:
    """The id behind an e-mail address; where it has no account, it gets one."""
    from chalicelib.errors import NotFound

    try:
        return user_id_of(email)
    except NotFound:
        return create_user(email, name)


def mint_key(
    user_id: str,
    name: str | None = None,
    rate: int | None = None,
    access: "Access" = "write",
    days: int | None = None,
) -> str:
    """Make an API key with a limit in requests a minute, for so many days; gives the key, which is stored nowhere."""
    from chalicelib import container
    from chalicelib.model.users import DEFAULT_RATE
    from chalicelib.services.accounts import keys

    now, limit = _now(), DEFAULT_RATE if rate is None else rate
    expires_at = None if days is None else now + timedelta(days=days)
    accounts = container.accounts()
    return keys.mint_key(user_id, name, rate=limit, accounts=accounts, now=now, access=access, expires_at=expires_at)[0]


def list_keys(user_id: str) -> list[str]:
    """A line for each key of a user, the newest first: what it begins with, its state, its times, what it may, its name."""
    from chalicelib import container

    return [_line(key) for key in container.accounts().keys_of(user_id)]


def revoke_key(key: str) -> None:
    """Make a key useless from now on, and end the links that were fetched with it."""
    from chalicelib import container
    from chalicelib.services.accounts import keys

    keys.revoke_key(key, accounts=container.accounts(), now=_now())


def revoke_keys(prefix: str | None, user_id: str | None) -> list[str]:
    """The same for all keys that begin so, that a user has, or both; a line for each."""
    from chalicelib import container
    from chalicelib.services.accounts import keys

    revoked = keys.revoke_keys(prefix, user_id, accounts=container.accounts(), now=_now())
    return [f"Revoked {key.prefix} {key.name or ''}".rstrip() for key in revoked]


def disable_user(user_id: str, *, again: bool = False) -> None:
    """Sign a user out everywhere, and let no key and no link of theirs in; `again`: let the keys in again."""
    from chalicelib import container

    container.accounts().disable_user(user_id, None if again else _now())
    if not again:
        time.sleep(_INDEX_SECONDS)
        container.accounts().disable_user(user_id, _now())  # once more, for what they made a moment before


def add_member(session_or_project_id: str, email: str, role: str) -> None:
    """Give a user a role in a session, or a project."""
    from chalicelib import container
    from chalicelib.services.access.roles import add_member as add

    add(
        session_or_project_id,
        email,
        role,
        sessions=container.sessions(),
        projects=container.projects(),
        accounts=container.accounts(),
        now=_now(),
    )


def remove_member(session_or_project_id: str, email: str) -> None:
    """Take a user's role in a session, or a project, away."""
    from chalicelib import container
    from chalicelib.services.access.roles import remove_member as remove

    remove(
        session_or_project_id,
        email,
        sessions=container.sessions(),
        members=container.members(),
        conversations=container.conversations(),
        projects=container.projects(),
        accounts=container.accounts(),
    )


def unlist_session(session_id: str) -> bool:
    """Take a session off the public list, and make it private; False where it was."""
    from chalicelib import container
    from chalicelib.services.sessions.editing import take_off_public_list

    return take_off_public_list(
        session_id,
        sessions=container.sessions(),
        groups=container.telegram_groups(),
        clock=container.clock(),
        new_id=container.new_id,
    )


def sign_in_link(email: str) -> str:
    """A link that signs a user in, once, within the hour; to be passed on by hand where no mail is sent."""
    from chalicelib import container
    from chalicelib.services.accounts.sign_in import make_link
    from chalicelib.settings import settings

    return make_link(email, public_url=settings().public_url, deps=container.sign_in_deps(), now=_now())


def allow_mail(email: str) -> bool:
    """Let mails go to an address again where one bounced, was called spam, or all were stopped; False where none of that was."""
    from chalicelib import container
    from chalicelib.services.delivery.sending import hash_address

    deps = container.sending_deps()
    return deps.suppressions.remove(hash_address(email, deps.secret))


def plant_example(user_id: str) -> str:
    """Make the finished session of made-up people that everybody may look at, as this user's; gives its id."""
    from infra import example

    return example.plant(user_id, _now())


def user_id_of(email: str) -> str:
    """The id behind an e-mail address."""
    from chalicelib import container

    return container.accounts().user_id_of(email)


def activate_stage(stage: str) -> dict[str, str]:
    """Point this process at the tables, the queues and the address of a stage on AWS; gives the parameters it was told."""
    session = open_session(os.environ)
    outputs = outputs_of_stage(session, stage)
    named = {variable: outputs[name] for variable, name in instance.SETTINGS.items() if name in outputs}
    os.environ.update(named | {"STAGE": stage, "PUBLIC_URL": outputs["ApiUrl"]})
    return stack_of_stage(session, stage).parameters


def main(arguments: list[str] | None = None) -> None:
    """Run one command; problems end in one sentence and exit code 1."""
    parser = _parser()
    asked = parser.parse_args(arguments)
    if asked.command == "revoke-keys" and not (asked.prefix or asked.user):
        parser.error("revoke-keys needs --prefix, --user or both")
    if asked.stage:
        with refusals_in_words():
            activate_stage(asked.stage)
    else:
        instance.activate()
    from chalicelib.errors import HarmonicaError
    from infra.movement.refusal import Refused

    try:
        print(_COMMANDS[asked.command](asked))
    except HarmonicaError as error:
        raise SystemExit(error.message) from error
    except Refused as error:
        raise SystemExit(str(error)) from error


def _switch_user(asked: argparse.Namespace) -> str:
    disable_user(user_id_of(asked.email), again=asked.command == "enable-user")
    return f"{asked.email} is {'enabled' if asked.command == 'enable-user' else 'disabled'}"


def _revoke(asked: argparse.Namespace) -> str:
    revoke_key(sys.stdin.readline().strip() if asked.key == "-" else asked.key)
    return "Revoked"


def _add_member(asked: argparse.Namespace) -> str:
    add_member(asked.session_id, asked.email, asked.role)
    return f"{asked.email} is {asked.role} of {asked.session_id}"


def _remove_member(asked: argparse.Namespace) -> str:
    remove_member(asked.session_id, asked.email)
    return f"{asked.email} is no member of {asked.session_id} any more"


def _unlist(asked: argparse.Namespace) -> str:
    done = unlist_session(asked.session_id)
    return f"{asked.session_id} {'is private now' if done else 'was private already'}"


def _allow_mail(asked: argparse.Namespace) -> str:
    done = allow_mail(asked.email)
    return f"Mails go to {asked.email}{' again' if done else ': nothing kept them from it'}"


# What each command does; what it gives is printed.
_COMMANDS: dict[str, Callable[[argparse.Namespace], str]] = {
    "create-user": lambda asked: create_user(asked.email, asked.name),
    "disable-user": _switch_user,
    "enable-user": _switch_user,
    "sign-in-link": lambda asked: sign_in_link(asked.email),
    "allow-mail": _allow_mail,
    "mint-key": lambda asked: mint_key(user_id_of(asked.email), asked.name, asked.rate, asked.access, asked.expires),
    "list-keys": lambda asked: "\n".join(list_keys(user_id_of(asked.email))) or f"{asked.email} has no keys",
    "revoke-key": _revoke,
    "revoke-keys": lambda asked: "\n".join(revoke_keys(asked.prefix, asked.user and user_id_of(asked.user))),
    "add-member": _add_member,
    "remove-member": _remove_member,
    "unlist-session": _unlist,
    "plant-example": lambda asked: plant_example(user_id_of(asked.email)),
    **movement.COMMANDS,
}


def _line(key: "KeyRecord") -> str:
    is_over = key.expires_at is not None and key.expires_at <= _now()
    state = "revoked" if key.revoked_at else "disabled" if key.disabled_at else "expired" if is_over else "in use"
    used = f"last used {key.last_used_at:{_TIME}}" if key.last_used_at else "never used"
    reads = "  only reads" if key.access == "read" else ""
    ends = f"  until {key.expires_at:{_TIME}}" if key.expires_at else ""
    return f"{key.prefix}  {state:8}  made {key.created_at:{_TIME}}  {used}{reads}{ends}  {key.name or ''}".rstrip()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m infra.admin",
        description="Users, API keys, members, what the public list shows, and what moves or goes.",
    )
    parser.add_argument("--stage", help="a stage on AWS; without it, the running local instance")
    commands = parser.add_subparsers(dest="command", required=True)
    _add_users_and_keys(commands)
    member = commands.add_parser("add-member", help="give a user a role in a session or a project")
    member.add_argument("session_id")
    member.add_argument("email")
    member.add_argument("role", choices=["viewer", "editor", "admin"])
    removed = commands.add_parser("remove-member", help="take a user's role in a session or a project away")
    removed.add_argument("session_id")
    removed.add_argument("email")
    unlisted = commands.add_parser(
        "unlist-session", help="take a session off the public list; its host can put it there again"
    )
    unlisted.add_argument("session_id")
    planted = commands.add_parser(
        "plant-example", help="make a finished session of made-up people, which `/` then links to"
    )
    planted.add_argument("email", help="whose session it is to be")
    movement.add_to(commands)
    return parser


def _add_users_and_keys(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    user = commands.add_parser("create-user", help="create an account; prints its id")
    user.add_argument("email")
    user.add_argument("--name")
    for name, does in (
        ("disable-user", "sign a user out everywhere, and let none of their keys and links in"),
        ("enable-user", "let the keys of a disabled user in again"),
        ("sign-in-link", "make a link that signs a user in, once, within the hour; prints it"),
        ("allow-mail", "let mails go again to an address where one bounced, was called spam, or all were stopped"),
        ("list-keys", "list a user's keys: what each begins with, its state, when it was made and used, its name"),
    ):
        commands.add_parser(name, help=does).add_argument("email")
    key = commands.add_parser("mint-key", help="make an API key; prints it, this once")
    key.add_argument("email")
    key.add_argument("--name")
    key.add_argument("--rate", type=int, help="requests a minute (default 300)")
    key.add_argument("--access", choices=["read", "write"], default="write", help="read, or change too (default)")
    key.add_argument(
        "--expires",
        type=int,
        choices=range(1, 3_651),
        metavar="DAYS",
        help="days that it works (default: until revoked)",
    )
    revoked = commands.add_parser("revoke-key", help="make a key useless from now on, and what was fetched with it")
    revoked.add_argument("key")
    several = commands.add_parser("revoke-keys", help="the same for keys that are known by their prefix or user only")
    several.add_argument("--prefix", help="hm_live_ and four characters, as list-keys shows it")
    several.add_argument("--user", help="e-mail address")


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
