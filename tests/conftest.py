"""What all tests share: an environment without AWS, tables cut out of the real template, a clock and a model that tests own, a host."""

import os

os.environ.update(
    AWS_ACCESS_KEY_ID="testing",
    AWS_SECRET_ACCESS_KEY="testing",
    AWS_DEFAULT_REGION="us-east-1",
    AWS_REGION="us-east-1",
    LLM_PROVIDER="scripted",
    PUBLIC_URL="http://127.0.0.1:8000",
    POWERTOOLS_LOG_LEVEL="WARNING",
)
os.environ.pop("AWS_ENDPOINT_URL", None)

# The environment has to be set before anything of the application is imported.
import gc
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import hypothesis
import pytest
from moto import mock_aws
from moto.core.config import DefaultConfig, default_user_config
from xdist.scheduler import LoadScopeScheduling

from chalicelib import container, secret_store
from chalicelib.store import database
from chalicelib.web.host import home
from infra.package import Package, package_everything
from infra.runtime import THIS_MACHINE
from tests import leaks, permissions, remembered_signs
from tests.api.hosts import Host, new_host
from tests.clock import FakeClock, own_time
from tests.e2e.local import LocalCloud, free_port, with_telegram
from tests.faults import Interviewer, own_model
from tests.memory_cloud import MemoryCloud
from tests.quick_moto import quicken_moto, untap_clients
from tests.snapshots import restore_snapshot, take_snapshot
from tests.stack_in_memory import make_stack
from tests.stored_items import assert_known

quicken_moto()
# How long an example takes says more about the machine than about the code.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


# A session of boto3 takes longer to make than most tests take.
SAME_SESSION: DefaultConfig = {"core": {**default_user_config["core"], "reset_boto3_session": False}}
# In one process, which starts the local clouds and the browser that they share.
CLOUD_TESTS = ("tests/browser", "tests/e2e", "tests/infra/local/test_cloud.py", "tests/infra/test_package.py")


def _is_on_cloud(path: str) -> bool:
    return path.startswith(CLOUD_TESTS)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Don't read what the marker leaves out: all files together take twenty seconds of CPU time."""
    path = collection_path.relative_to(config.rootpath).as_posix()
    if config.option.markexpr == "not cloud":
        return _is_on_cloud(path) or None
    if config.option.markexpr == "cloud":
        return not (_is_on_cloud(path) or any(it.startswith(f"{path}/") for it in CLOUD_TESTS)) or None
    return None


def pytest_itemcollected(item: pytest.Item) -> None:
    """Mark what runs on a local cloud, in a browser or on the whole package."""
    if _is_on_cloud(item.nodeid):
        item.add_marker("cloud")


def pytest_collection_finish() -> None:
    """What is loaded by now stays: don't look through it for garbage again and again, a twelfth of the time of tests on tables."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


class Groups(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives a process a group of tests at a time: those on clouds, else those of a file."""

    def _split_scope(self, nodeid: str) -> str:
        return "cloud" if _is_on_cloud(nodeid) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Groups:
    """Schedule by these groups."""
    return Groups(config, log)


def forget_wiring() -> None:
    """Drop all that the process keeps between requests, as a new container would; but the connection, which is the same in each."""
    of_areas = (
        kept for area in vars(container).values() if isinstance(area, ModuleType) for kept in vars(area).values()
    )
    for kept in (
        *vars(container).values(),
        *of_areas,
        secret_store.read_secret,
        home.is_example_visible,
    ):
        if hasattr(kept, "cache_clear"):
            kept.cache_clear()


@pytest.fixture(scope="session")
def data_stack_in_memory() -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The tables and the secret of the data stack, and the queues, made once a process; and the environment naming them."""
    with mock_aws():
        environment = make_stack()
        return take_snapshot(), environment


@pytest.fixture
def aws(
    data_stack_in_memory: tuple[list[dict[str, Any]], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """In-memory AWS with the tables and the secret of the data stack, and the queues, all as new."""
    state, environment = data_stack_in_memory
    forget_wiring()
    with mock_aws(config=SAME_SESSION):
        restore_snapshot(state)
        untap_clients(database.connection().client)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        permissions.enforce(monkeypatch)
        remembered_signs.remember(monkeypatch)
        permissions.denied.clear()
        with leaks.watched(monkeypatch):
            yield
        assert_known()
        assert permissions.denied == []
    forget_wiring()


@pytest.fixture
def clock(aws: None, monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """The application's time."""
    return own_time(monkeypatch)


@pytest.fixture
def model(aws: None, monkeypatch: pytest.MonkeyPatch) -> Interviewer:
    """The application's model."""
    return own_model(monkeypatch)


@pytest.fixture
def host(clock: FakeClock, model: Interviewer) -> Host:
    """Ana, who owns what she creates."""
    return new_host()


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """The application on a local cloud of its own, with a bot: `.url`, `.key`, `.call(method, path, body)`, `.client(service)`."""
    running = LocalCloud(
        tmp_path_factory.mktemp("local"), free_port(), with_telegram(REPLY_DELAY="1", REMINDER_HOUR="1")
    )
    try:
        yield running.start()
        running.said.assert_unsaid(running.logged())
    finally:
        running.stop()


@pytest.fixture(scope="session")
def cloud(local_cloud: LocalCloud) -> LocalCloud:
    """The same; tests of pages have another, see `tests/browser/conftest.py`."""
    return local_cloud


@pytest.fixture(scope="session")
def memory_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """The application in one process, with a script in the place of a model: for what is asked of the application and not of a cloud."""
    running = MemoryCloud(tmp_path_factory.mktemp("memory"), free_port(), with_telegram())
    try:
        yield running.start()
        running.said.assert_unsaid(running.logged())
    finally:
        running.stop()


@pytest.fixture(scope="session")
def whole_package(tmp_path_factory: pytest.TempPathFactory) -> tuple[Package, Path]:
    """The whole package for this machine, and the folder in which it was made."""
    build = tmp_path_factory.mktemp("package")
    return package_everything(build, THIS_MACHINE), build
