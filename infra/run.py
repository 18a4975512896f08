"""`make run`: the local cloud, the application deployed on it, and on the first run a demo host, key and sessions.

`make update` is the same deployment into the instance that runs already.
"""

import argparse
import contextlib
import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NoReturn

import urllib3
from msgspec import Struct
from msgspec.structs import replace

from chalicelib.settings import DEFAULT_MODELS, LOCAL_STAGE, provider_named
from infra.aws import open_session
from infra.deploy import deploy, parameters_from
from infra.deployment import DeploymentFailed
from infra.deployment.stacks import CLEARED
from infra.local import cloud, instance, mailbox, own_models_key, restart, seed
from infra.local import state as state_files
from infra.local.bytecode import compile_package
from infra.local.greeting import greeting
from infra.local.instance import Instance
from infra.local.localize import localize, localize_data
from infra.local.request_queue import most_workers
from infra.local.telegram import state as stand_in
from infra.local.telegram.running import beside
from infra.local.telegram.state import Telegram
from infra.package import ROOT, Package, package_application, package_everything
from infra.runtime import THIS_MACHINE

START_SECONDS = 300
STOP_SECONDS = 120
# What the clock sends to a scheduled function.
TICK = {
    "version": "0",
    "id": "restart",
    "account": "000000000000",
    "region": cloud.ACCOUNT["AWS_DEFAULT_REGION"],
    "time": "1970-01-01T00:00:00Z",
    "source": "aws.events",
    "detail-type": "Scheduled Event",
    "detail": {},
    "resources": [],
}


class Options(Struct, frozen=True):
    """What the environment asks for. Beside the cloud a stand-in of Telegram runs on `telegram_port`; 0: none."""

    port: int
    folder: Path
    parameters: dict[str, str]
    telegram_port: int = 0
    full_package: bool = False
    with_parent: bool = False
    example: bool = True
    own_models: bool = False


def options_from(environment: dict[str, str]) -> Options:
    """Read PORT, LOCAL_DIR, WORKERS, EXAMPLE, TELEGRAM, TELEGRAM_PORT, OWN_MODELS and the template's parameters."""
    port = _port("PORT", environment.get("PORT") or "8000")
    most_workers(environment)
    own = {"PublicUrl": f"http://{cloud.HOST}:{port}", "DemoSignIn": f"{seed.DEMO_HOST} {secrets.token_urlsafe(32)}"}
    telegram_port, bot = _telegram(environment, port)
    parameters = {"MailFrom": mailbox.SENDER} | _model(environment) | parameters_from(environment) | bot | own
    return Options(
        port=port,
        folder=instance.local_folder(),
        parameters=parameters,
        telegram_port=telegram_port,
        full_package=bool(environment.get("FULL_PACKAGE")),
        example=environment.get("EXAMPLE") != "no",
        own_models=environment.get("OWN_MODELS") == "yes",
    )


def _port(name: str, value: str) -> int:
    if not value.isdigit() or not 0 < int(value) < 65536:
        raise SystemExit(f"{name}={value} is no port: a number from 1 to 65535 is")
    return int(value)


def _telegram(environment: dict[str, str], port: int) -> tuple[int, dict[str, str]]:
    """The port of the stand-in of Telegram, where one is asked for, and the bot of this run: none of the last run's stays."""
    if environment.get("TELEGRAM", "") not in ("", "fake"):
        raise SystemExit("TELEGRAM=fake starts a stand-in of Telegram; TELEGRAM_BOT names a real bot")
    if not environment.get("TELEGRAM"):
        return 0, {
            "TelegramBot": environment.get("TELEGRAM_BOT", ""),
            "TelegramApiUrl": environment.get("TELEGRAM_API_URL", ""),
        }
    own_port = _port("TELEGRAM_PORT", environment.get("TELEGRAM_PORT") or str(port + 1))
    return own_port, {"TelegramBot": stand_in.BOT, "TelegramApiUrl": f"http://{cloud.HOST}:{own_port}"}


def _model(environment: dict[str, str]) -> dict[str, str]:
    """Who answers: whoever is named, else a real model where there is a key or a server for one, else the script.

    All of it is given, so that nothing of the last run's model stays.
    """
    real = environment.get("ANTHROPIC_API_KEY") or environment.get("ANTHROPIC_BASE_URL")
    named = provider_named(environment.get("LLM_PROVIDER", ""))
    if named == "bedrock":
        raise SystemExit("LLM_PROVIDER=bedrock is for AWS: functions of a local instance have no credentials of yours")
    if named == "openai" and not all(environment.get(f"MODEL_{tier.upper()}") for tier in DEFAULT_MODELS):
        raise SystemExit("Say which models answer: MODEL_SMALL=… MODEL_MEDIUM=… MODEL_LARGE=…")
    models = {f"Model{tier.title()}": model for tier, model in DEFAULT_MODELS.items()}
    servers = {"AnthropicBaseUrl": "", "OpenaiBaseUrl": ""}
    return {"LlmProvider": named or ("anthropic" if real else "scripted"), **servers, **models}


def run(options: Options) -> None:
    """Run until told to stop or until the cloud ends."""
    if not cloud.port_is_free(options.port):
        _refuse(f"Port {options.port} is taken: choose another, for example `make run PORT={options.port + 1}`")
    options.folder.mkdir(mode=cloud.PRIVATE, parents=True, exist_ok=True)
    with (
        _only_one_in(options.folder),
        _whole_state(options.folder),
        _stand_in_of_telegram(options) as telegram,
        _cloud(options) as process,
    ):
        first = not seed.is_noted(options.folder)
        say = _step if first else _nothing
        say("Packaging the application")
        package = _package(options)
        say("Starting the local cloud")
        _wait_until_ready(process, options)
        if options.own_models:
            key = own_models_key.find_or_make(f"http://{cloud.HOST}:{options.port}")
            options = replace(options, parameters={**options.parameters, "OwnModelsKey": key})
        say("Deploying the application")
        running = deploy_locally(options, package)
        mailbox.verify(running.parameters["MailFrom"])
        mailbox.make_folder(options.folder)
        seed.forget_removed(options.folder)
        told = seed.plant(running, _step, example=options.example)
        if not first:
            _sweep(running)
        if telegram:
            say("Introducing the bot")
            _introduce_bot(running)
        print(greeting(running, told), flush=True)
        _wait(process, options)


def _step(step: str) -> None:
    """Say what is being done: a first run takes a while."""
    print(f"{step} …", flush=True)


def _nothing(step: str) -> None:
    """Later runs are quick."""


def update() -> None:
    """Deploy the code as it is now into the running instance."""
    began = time.monotonic()
    running = instance.activate()
    options = Options(running.port, Path(running.folder), running.parameters)
    deploy_locally(options, _package(options))
    print(f"Updated {running.url} in {time.monotonic() - began:.1f} s")


def deploy_locally(options: Options, package: Package) -> Instance:
    """Deploy to the local cloud and write down where everything is."""
    url = f"http://{cloud.HOST}:{options.port}"
    # Set for this process only now: a cloud started with it would hand it on to every function.
    os.environ |= {**cloud.ACCOUNT, "AWS_ENDPOINT_URL": url, "NO_PROXY": cloud.HOST, "no_proxy": cloud.HOST}
    local = Package(localize_data(package.data), localize(package.application), package.code)
    try:
        outputs = deploy(open_session(os.environ), LOCAL_STAGE, local, options.parameters)
    except DeploymentFailed as error:
        raise SystemExit(str(error)) from error
    told = {name: value for name, value in options.parameters.items() if value != CLEARED}
    running = Instance(str(options.folder), options.port, told, outputs)
    instance.save(running)
    os.environ |= running.settings()
    return running


def _package(options: Options) -> Package:
    build = options.folder / "build"
    build.mkdir(parents=True, exist_ok=True)
    if options.full_package:
        return package_everything(build, THIS_MACHINE)
    package = package_application(build)
    compile_package(package.code)
    return package


@contextlib.contextmanager
def _only_one_in(folder: Path) -> Iterator[None]:
    """Hold the folder: two clouds that write one state would destroy it."""
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            _refuse(f"Another instance runs in {folder}: stop it, or choose another folder with LOCAL_DIR=…")
        yield


@contextlib.contextmanager
def _whole_state(folder: Path) -> Iterator[None]:
    """Start on what the last run saved, all of it, or say in words that this is not possible."""
    state = folder / "state"
    if damaged := state_files.damaged(state):
        aside = state_files.set_aside(state)
        names = ", ".join(file.name for file in damaged)
        _refuse(
            f"What the last run saved is damaged ({names}), so nothing was started. It is kept in {aside}: repair it and move "
            f"it back to {state}, or run `make run` again, which begins without it."
        )
    if not state_files.is_there(state) and seed.forget(folder):
        (folder / instance.FILE).unlink(missing_ok=True)
        print(f"There is no saved state in {state}: beginning without any", flush=True)
    yield


@contextlib.contextmanager
def _stand_in_of_telegram(options: Options) -> Iterator[Telegram | None]:
    """The stand-in, where one is asked for; functions take the bot's secrets from their environment, which is this one."""
    if not options.telegram_port:
        yield None
        return
    if not cloud.port_is_free(options.telegram_port):
        _refuse(
            f"Port {options.telegram_port} is taken: choose another for the stand-in of Telegram, by TELEGRAM_PORT=…"
        )
    os.environ |= {
        "TELEGRAM_BOT_TOKEN": stand_in.TOKEN,
        "TELEGRAM_WEBHOOK_SECRET": secrets.token_urlsafe(32),
        # Before anything reads the settings, as what makes the first session and the example does.
        "TELEGRAM_API_URL": f"http://{cloud.HOST}:{options.telegram_port}",
    }
    with beside(options.folder, options.telegram_port) as telegram:
        yield telegram


@contextlib.contextmanager
def _cloud(options: Options) -> Iterator[subprocess.Popen[bytes]]:
    """The local cloud as a child that saves and ends with this process, however that ends."""
    cloud.prepare(options.folder)
    if (options.folder / instance.FILE).exists():
        restart.move(options.folder / "state", instance.load(options.folder).port, options.port)
    with (options.folder / "cloud.log").open("ab") as log:
        process = _start(options, log)
    (options.folder / "cloud.pid").write_text(str(process.pid))
    try:
        yield process
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            print("The local cloud did not stop in time and was killed; its last seconds may be lost", file=sys.stderr)
            process.kill()
            process.wait()


def _start(options: Options, log: IO[bytes]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "infra.local.cloud"],
        cwd=ROOT,
        env=cloud.environment(options.port, options.folder, dict(os.environ)),
        # The child stops when this pipe closes: that is how it notices that this process was killed.
        stdin=subprocess.PIPE,
        stderr=log,
        # A group of its own: Ctrl-C must not kill functions at work before the state is saved.
        start_new_session=True,
    )


def _wait_until_ready(process: subprocess.Popen[bytes], options: Options) -> None:
    http, deadline = urllib3.PoolManager(), time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(urllib3.exceptions.HTTPError):
            url = f"http://{cloud.HOST}:{options.port}/_ministack/health"
            if http.request("GET", url, retries=False, timeout=2).status == 200:
                return
        time.sleep(0.1)
    _refuse(f"The local cloud did not start; {options.folder / 'cloud.log'} says why")


def _introduce_bot(running: Instance) -> None:
    """Tell the stand-in where the bot is, and its commands."""
    # Imported here: the tables' names are read from the environment when the store is imported.
    from chalicelib import container
    from chalicelib.telegram.webhook import PATH
    from infra import telegram_webhook

    url = f"{running.url}{PATH}"
    telegram_webhook.connect(container.telegram_api(), url, os.environ["TELEGRAM_WEBHOOK_SECRET"])


def _sweep(running: Instance) -> None:
    """After a restart: find work whose wake-up was lost when the last run ended."""
    name = running.outputs["SweepFunctionName"]
    open_session(os.environ).client("lambda").invoke(
        FunctionName=name, InvocationType="Event", Payload=json.dumps(TICK).encode()
    )


def _wait(process: subprocess.Popen[bytes], options: Options) -> None:
    parent, box = os.getppid(), mailbox.Mailbox(f"http://{cloud.HOST}:{options.port}", options.folder)
    while process.poll() is None:
        # Should make (or a test) be killed, nobody would be left to stop this.
        if options.with_parent and os.getppid() != parent:
            return
        box.collect()
        time.sleep(1)
    _refuse(f"The local cloud ended by itself; {options.folder / 'cloud.log'} says why")


def _refuse(reason: str) -> NoReturn:
    print(reason, file=sys.stderr)
    raise SystemExit(1)


def _stop(*_: object) -> NoReturn:
    print("\nStopping; everything is kept for the next run", flush=True)
    raise SystemExit(0)


def main() -> None:
    """`run`, unless the argument is `update`."""
    parser = argparse.ArgumentParser(prog="python -m infra.run", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["run", "update"], default="run")
    parser.add_argument("--with-parent", action="store_true", help="stop when the process that started this is gone")
    arguments = parser.parse_args()
    if arguments.command == "update":
        update()
        return
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    run(replace(options_from(dict(os.environ)), with_parent=arguments.with_parent))


if __name__ == "__main__":
    main()
