"""Administration from the command line: users, API keys, members of a session.

    python -m infra.admin create-user ana@example.com --name Ana
    python -m infra.admin mint-key ana@example.com --name laptop --rate 100
    python -m infra.admin revoke-key hm_live_…           (- reads the key from standard input)
    python -m infra.admin add-member SESSION_ID bo@example.com editor
    python -m infra.admin plant-example ana@example.com

Without `--stage` it works on the running local instance of LOCAL_DIR, with `--stage NAME` on that stage in the AWS
account of the shell. The application's code is imported only after the settings are known: its tables are bound to
their names when they are imported.
"""

import argparse
import os
import sys
from datetime import UTC, datetime
from uuid import uuid4

import boto3

from infra.local import instance


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


def mint_key(user_id: str, name: str | None = None, rate: int | None = None) -> str:
    """Make an API key with a limit in requests a minute; gives the key, which is stored nowhere."""
    from chalicelib import container
    from chalicelib.services.access import limits
    from chalicelib.services.accounts import keys

    limit = limits.DEFAULT_RATE if rate is None else rate
    return keys.mint_key(user_id, name, rate=limit, accounts=container.accounts(), now=_now())


def revoke_key(key: str) -> None:
    """Make a key useless from now on."""
    from chalicelib import container

    container.accounts().revoke_key(key, _now())


def add_member(session_id: str, email: str, role: str) -> None:
    """Give a user a role in a session."""
    from chalicelib import container
    from chalicelib.services.access.roles import add_member as add

    add(session_id, email, role, sessions=container.sessions(), accounts=container.accounts())


def plant_example(user_id: str) -> str:
    """Make the finished session of made-up people that everybody may look at, as this user's; gives its id."""
    from infra import example

    return example.plant(user_id, _now())


def user_id_of(email: str) -> str:
    """The id behind an e-mail address."""
    from chalicelib import container

    return container.accounts().user_id_of(email)


def activate_stage(stage: str) -> None:
    """Point this process at the tables of a stage on AWS."""
    cloudformation = boto3.client("cloudformation")
    (stack,) = cloudformation.describe_stacks(StackName=f"harmonica-{stage}-data")["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])}
    named = {variable: outputs[name] for variable, name in instance.SETTINGS.items() if name in outputs}
    os.environ.update(named | {"STAGE": stage})


def main(arguments: list[str] | None = None) -> None:
    """Run one command; problems end in one sentence and exit code 1."""
    asked = _parser().parse_args(arguments)
    if asked.stage:
        activate_stage(asked.stage)
    else:
        instance.activate()
    from chalicelib.errors import HarmonicaError

    try:
        _run(asked)
    except HarmonicaError as error:
        raise SystemExit(error.message) from error


def _run(asked: argparse.Namespace) -> None:
    if asked.command == "create-user":
        print(create_user(asked.email, asked.name))
    elif asked.command == "mint-key":
        print(mint_key(user_id_of(asked.email), asked.name, asked.rate))
    elif asked.command == "revoke-key":
        revoke_key(sys.stdin.readline().strip() if asked.key == "-" else asked.key)
        print("Revoked")
    elif asked.command == "plant-example":
        print(plant_example(user_id_of(asked.email)))
    else:
        add_member(asked.session_id, asked.email, asked.role)
        print(f"{asked.email} is {asked.role} of {asked.session_id}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m infra.admin", description="Users, API keys and members.")
    parser.add_argument("--stage", help="a stage on AWS; without it, the running local instance")
    commands = parser.add_subparsers(dest="command", required=True)
    user = commands.add_parser("create-user", help="create an account; prints its id")
    user.add_argument("email")
    user.add_argument("--name")
    key = commands.add_parser("mint-key", help="make an API key; prints it, this once")
    key.add_argument("email")
    key.add_argument("--name")
    key.add_argument("--rate", type=int, help="requests a minute (default 300)")
    revoked = commands.add_parser("revoke-key", help="make a key useless from now on")
    revoked.add_argument("key")
    member = commands.add_parser("add-member", help="give a user a role in a session")
    member.add_argument("session_id")
    member.add_argument("email")
    member.add_argument("role", choices=["viewer", "editor", "admin"])
    planted = commands.add_parser(
        "plant-example", help="make a finished session of made-up people, which `/` then links to"
    )
    planted.add_argument("email", help="whose session it is to be")
    return parser


def _now() -> datetime:
    return datetime.now(UTC)


if __name__ == "__main__":
    main()
