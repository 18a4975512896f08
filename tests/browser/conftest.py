"""A real browser, Debian's Chromium, before the application on a local cloud."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

CHROMIUM, DRIVER = "chromium", "chromedriver"
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-color-profile=srgb",
)

Size = tuple[int, int]
PHONE: Size = (390, 844)
DESKTOP: Size = (1280, 900)
OpenWindow = Callable[..., Chrome]


@pytest.fixture
def window(tmp_path: Path) -> Iterator[OpenWindow]:
    """Opens windows of a size, light or dark, each with a profile of its own as if on a device of its own."""
    opened: list[Chrome] = []

    def open_window(size: Size = PHONE, *, dark: bool = False) -> Chrome:
        options = ChromeOptions()
        options.binary_location = _installed(CHROMIUM)
        for flag in (*FLAGS, f"--user-data-dir={tmp_path / f'profile-{len(opened)}'}"):
            options.add_argument(flag)
        chrome = Chrome(options, Service(_installed(DRIVER)))
        opened.append(chrome)
        chrome.set_page_load_timeout(40)
        # A headless window is never narrower than 500 pixels; a device may be.
        metrics = {"width": size[0], "height": size[1], "deviceScaleFactor": 2, "mobile": size == PHONE}
        chrome.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        chrome.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        return chrome

    yield open_window
    for chrome in opened:
        chrome.quit()


def _installed(program: str) -> str:
    path = shutil.which(program)
    assert path, f"{program} is not installed; on Debian: apt-get install chromium chromium-driver"
    return path
