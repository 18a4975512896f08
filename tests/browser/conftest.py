"""A real browser, Debian's Chromium, before the application: in one process for what pages show and do, on a local cloud for whole
journeys, which ask for `local_cloud`.

Of Chromium, the shell without windows: the same engine for two thirds of the CPU time. Where there is only the whole, that.
"""

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests import fake_anthropic
from tests.browser.devices import Devices
from tests.browser.directed_model import DirectedModel
from tests.browser.visitor import Visitor
from tests.e2e.local import LocalCloud, free_port, with_telegram
from tests.memory_cloud import MemoryCloud

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
    "--disable-quic",
    "--process-per-site",  # windows of a device share a process, which takes long to start
    "--js-flags=--no-opt --no-maglev",  # a page is gone before it pays to make its scripts any faster
)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """One browser for all of these tests; what shares nothing is a device, see `devices`."""
    path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
    assert path, "Chromium is not installed; `make browser` installs it on Debian"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def devices(chromium: Browser) -> Iterator[Devices]:
    """Opens phones and desktops. Afterwards: nothing came from elsewhere, no script failed, no policy was violated."""
    opened = Devices(chromium)
    yield opened
    opened.close()
    assert opened.complaints == []


@pytest.fixture(scope="package")
def model() -> Iterator[DirectedModel]:
    """A model that says what a test wants, when it wants it."""
    with fake_anthropic.running() as server:
        yield DirectedModel(server)


@pytest.fixture(scope="package")
def cloud(memory_cloud: LocalCloud) -> LocalCloud:
    """The application with a script in the place of a model."""
    return memory_cloud


@pytest.fixture(scope="package")
def scripted_cloud(model: DirectedModel, tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """The application with that model."""
    settings = {"LLM_PROVIDER": "anthropic", "ANTHROPIC_API_KEY": "sk-test", "ANTHROPIC_BASE_URL": model.url}
    settings |= with_telegram(OWN_MODELS="yes")
    running = MemoryCloud(tmp_path_factory.mktemp("scripted"), free_port(), settings)
    try:
        _warm_up(running.start())
        yield running
        running.said.assert_unsaid(running.logged())
    finally:
        running.stop()


def _warm_up(cloud: LocalCloud) -> None:
    """Have the model asked once, as often as that takes: the first worker to do so loads its SDK, long on a busy machine."""
    session = cloud.call("POST", "/sessions", {"topic": "Warm up", "goal": "Be quick", "prompt": "Ask."}).json()["id"]
    joining = {"participant_id": "somebody", "participant_name": "", "answers": []}
    assert cloud.call("POST", f"/sessions/{session}/chat/questions", joining).status == 200


@pytest.fixture
def scripted(scripted_cloud: LocalCloud, model: DirectedModel) -> Iterator[LocalCloud]:
    """The same, with nothing left of the last test's script."""
    model.forget()
    yield scripted_cloud
    model.forget()


@pytest.fixture(params=["en", "ar"])
def visitor(request: pytest.FixtureRequest, devices: Devices, scripted: LocalCloud, model: DirectedModel) -> Visitor:
    """Left to right, and right to left."""
    return Visitor(devices, scripted, model, str(request.param))
