"""Where a running instance can be found: `instance.json` in its folder, written by `make run`, read by every other command."""

import contextlib
import json
import os
from pathlib import Path

from msgspec import Struct
from msgspec.structs import asdict

from chalicelib.settings import LOCAL_STAGE
from infra import environment, queues
from infra.local.cloud import ACCOUNT, HOST, port_is_free

FILE = "instance.json"
# Names of settings, and the stack outputs that hold their values.
SETTINGS = {
    **{f"{table.upper()}_TABLE": f"{table}TableName" for table in environment.TABLES},
    "DEPLOYMENT_SECRET_ARN": "DeploymentSecretArn",
    "EXPORTS_BUCKET": "ExportsBucketName",
    **{variable: queues.url_output(name) for variable, name in queues.addresses().items()},
}


class Instance(Struct, frozen=True):
    """One instance on the local cloud: its address, the stacks' outputs, and the parameters it was deployed with."""

    folder: str
    port: int
    parameters: dict[str, str]
    outputs: dict[str, str]

    @property
    def url(self) -> str:
        """Address of the application, and of the AWS API beside it."""
        return f"http://{HOST}:{self.port}"

    def settings(self) -> dict[str, str]:
        """The environment in which the application's code and the AWS SDK find this instance.

        One that was deployed before there was an output lacks it until it is updated.
        """
        named = {variable: self.outputs[output] for variable, output in SETTINGS.items() if output in self.outputs}
        addresses = {"AWS_ENDPOINT_URL": self.url, "PUBLIC_URL": self.url, "STAGE": LOCAL_STAGE}
        return {**ACCOUNT, **named, **addresses, "NO_PROXY": f"{HOST},localhost", "no_proxy": f"{HOST},localhost"}


def local_folder() -> Path:
    """The folder of this shell's instance: LOCAL_DIR, or .local."""
    return Path(os.environ.get("LOCAL_DIR") or ".local").absolute()


def save(instance: Instance) -> None:
    """Write it down for the other commands."""
    write_private(Path(instance.folder) / FILE, json.dumps(asdict(instance), indent=1))


def load(folder: Path) -> Instance:
    """The instance of that folder; exits with a sentence when there never was one."""
    with contextlib.suppress(FileNotFoundError):
        return Instance(**json.loads((folder / FILE).read_text()))
    raise SystemExit(f"No instance in {folder}: start one with `make run` (LOCAL_DIR names another folder)")


def activate() -> Instance:
    """Point this process at the running instance of LOCAL_DIR. To be called before anything reads the settings."""
    instance = load(local_folder())
    if port_is_free(instance.port):
        raise SystemExit(f"The instance of {instance.folder} is not running: start it with `make run`")
    os.environ.update(instance.settings())
    return instance


def write_private(file: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    unfinished = file.with_name(f"{file.name}.new")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as opened:
        opened.write(text)
    unfinished.replace(file)
