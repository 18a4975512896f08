"""`python -m infra.admin export|import|delete`: what is asked for, and what is said of it.

To be imported only when the settings are known, as `infra/admin.py` says; but for the parser.
"""

import argparse
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from chalicelib.store import keys

_HOLDS: Final = (
    "The file holds what people said, and whoever has it can read it. One whose name ends with .gz is packed. "
    "docs/moving.md says what is in it, and who finds their conversation again in another stage."
)
_WAITS: Final = 60.0  # seconds, for the job that removes what was deleted
_LEFT_OUT: Final = {
    keys.REMINDERS: "reminders that people asked for: the addresses are sealed with the stage's secret",
    keys.OWN_MODELS: "hosts' own keys of models: sealed with a key of KMS that never leaves its stage; hosts enter them again",
    keys.EXPORTS: "large exports that hosts asked for: they ask again",
    keys.STOPPED: "addresses without an invitation that wanted no more mails about a session",
    keys.SUPPRESSED: "addresses that get no mails: hashes made with the stage's secret",
    keys.CHAT: "private chats with the bot: named by hashes made with the stage's secret",
    keys.ATTENDED: "sessions in private chats with the bot: named likewise",
    keys.UPDATES: "what messages to the bot came to",
}


def add_to(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the three commands to the parser."""
    export = commands.add_parser("export", help="write a session, a user or a stage into a file", description=_HOLDS)
    of = export.add_subparsers(dest="of", required=True)
    session = of.add_parser(
        "session", help="a session with all its conversations and results", description=f"A session, whole. {_HOLDS}"
    )
    session.add_argument("id")
    user = of.add_parser(
        "user",
        help="an account with its keys, groups and the sessions it owns",
        description=f"An account with the hashes of its keys, its Telegram groups, and whole the sessions that it owns. {_HOLDS}",
    )
    user.add_argument("email")
    stage = of.add_parser(
        "stage", help="everything", description=f"Everything that moves, of all users and sessions. {_HOLDS}"
    )
    stage.add_argument(
        "--with-secret",
        action="store_true",
        help="and the deployment's secret, so that every link, cookie, chat and reminder goes on in an empty stage; "
        "whoever has it can forge all of these",
    )
    for parser in (session, user, stage):
        parser.add_argument("file", type=Path)
    imported = commands.add_parser(
        "import",
        help="bring such a file into this stage",
        description="Reads the whole file before it writes anything, and refuses what exists here already and is another. One "
        "that was interrupted is run again, and goes on.",
    )
    imported.add_argument("file", type=Path)
    _add_deletion(commands)


def _add_deletion(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    deletion = commands.add_parser(
        "delete",
        help="remove a session, a user, or all that is stored in a stage, for good",
        description="Asks for the name of what goes, unless --yes. A protected stage is emptied by its typed name only.",
    )
    of = deletion.add_subparsers(dest="of", required=True)
    of.add_parser("session", help="a session with all that people left in it").add_argument("id")
    of.add_parser("user", help="an account with the sessions that it owns").add_argument("email")
    of.add_parser("stage", help="every item of all tables, and the files of exports; the stage itself goes on")
    for parser in of.choices.values():
        parser.add_argument("--yes", action="store_true", help="do not ask")


def export(asked: argparse.Namespace) -> str:
    """Write the file; gives what is said of it."""
    from chalicelib import container
    from infra.movement.export import export as write

    its_id = _user_id(asked.email) if asked.of == "user" else asked.id if asked.of == "session" else ""
    with_secret = getattr(asked, "with_secret", False)
    secret = container.deployment_secret().decode()
    written = write(asked.of, its_id, asked.file, secret=secret, with_secret=with_secret, now=datetime.now(UTC))
    told = [f"{written.items} items are in {asked.file}, which only you may read: it holds what people said"]
    if with_secret:
        told.append("It holds the stage's secret, too: whoever has it can forge every link and cookie of the stage")
    return "\n".join(told + _tell_left_out(written.left_out))


def import_(asked: argparse.Namespace) -> str:
    """Bring the file in; gives what is said of it."""
    from chalicelib import container
    from chalicelib.settings import settings
    from infra.movement.import_file import import_file
    from infra.movement.stage_secret import StageSecret

    secret = StageSecret(settings().deployment_secret_arn)
    done = import_file(asked.file, secret=secret, jobs=container.jobs(), now=datetime.now(UTC))
    told = [
        f"{done.items} items are here now, {done.written} users, projects and sessions; {done.there} were here already"
    ]
    if done.aliases:
        told.append(f"{done.aliases} conversations are found under another id here")
    if done.has_new_secret:
        told.append(
            "The stage has the secret of the one that exported now. Functions that run know the old one: start them anew before "
            "anybody comes (`make run` once more; on AWS as docs/moving.md says)"
        )
    if done.woken:
        told.append(f"{done.woken} jobs that were due are asked for")
    return "\n".join(told + _tell_left_out(done.left_out))


def delete(asked: argparse.Namespace) -> str:
    """Remove what is named, once that is confirmed; gives what is said of it."""
    return {"session": _delete_session, "user": _delete_user, "stage": _delete_stage}[asked.of](asked)


def _delete_session(asked: argparse.Namespace) -> str:
    from chalicelib import container
    from chalicelib.services.sessions.deletion import delete_session
    from infra.movement.deletion import await_session_gone

    owner = container.sessions().view(asked.id, ()).session.owner_id
    _confirm(asked, asked.id, f"This removes the session {asked.id} with all that people said in it, for good.")
    now = container.clock().now()
    deletions, jobs = container.deletions(), container.jobs()
    delete_session(asked.id, owner, deletions=deletions, jobs=jobs, now=now, by="operator")
    if await_session_gone(asked.id, _WAITS):
        return f"{asked.id} is removed"
    return f"{asked.id} is gone for everybody; a job goes on removing what it consisted of"


def _delete_user(asked: argparse.Namespace) -> str:
    from chalicelib import container
    from chalicelib.services.accounts.deletion import delete_account

    user_id = _user_id(asked.email)
    told = f"This removes the account of {asked.email}, with the sessions that nobody else owns, and what it said in others', for good."
    _confirm(asked, asked.email, told)
    delete_account(user_id, by="operator", deps=container.account_deletion_deps())
    return f"{asked.email} has no account any more; a job removes what belonged to it within some minutes"


def _delete_stage(asked: argparse.Namespace) -> str:
    from chalicelib.settings import settings
    from infra.movement.deletion import empty_bucket, empty_tables

    stage = settings().stage
    protected = _is_protected(asked.stage)
    told = f"This removes everything that is stored in the stage {stage}: accounts, sessions, conversations, files of exports."
    _confirm(asked, stage, told, is_forced=not protected)
    removed, files = empty_tables(), empty_bucket(settings().exports_bucket)
    counts = ", ".join(f"{count} in {table}" for table, count in removed.items())
    return f"Removed {counts}; {files} files. Backups of the tables last as long as docs/moving.md says"


def _is_protected(stage: str | None) -> bool:
    """Whether a stage is one that nobody deletes by mistake: production, or what has the protection of its stack."""
    from infra.aws import data_stack_name, find_stack, open_session
    from infra.data_stack import PRODUCTION

    if stage is None:
        return False
    found = find_stack(open_session(os.environ).client("cloudformation"), data_stack_name(stage))
    return stage == PRODUCTION or bool(found and found.is_protected)


def _confirm(asked: argparse.Namespace, name: str, told: str, *, is_forced: bool = True) -> None:
    """Go on where `--yes` says so and may, or where the name is typed."""
    if asked.yes and is_forced:
        return
    print(f"{told} Type {name} to go on: ", end="", flush=True)
    if sys.stdin.readline().strip() != name:
        raise SystemExit("That is not its name; nothing was removed")


def _user_id(email: str) -> str:
    from chalicelib import container

    return container.accounts().user_id_of(email)


def _tell_left_out(left_out: dict[str, int]) -> list[str]:
    return [f"Left out: {count} {_LEFT_OUT.get(kind, kind)}" for kind, count in sorted(left_out.items())]


COMMANDS: dict[str, Callable[[argparse.Namespace], str]] = {"export": export, "import": import_, "delete": delete}
