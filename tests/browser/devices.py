"""Devices that people hold: a browser profile of a size, light or dark, in a language; what goes wrong there is kept."""

from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, expect

from tests.e2e.local import LocalCloud

TIMEOUT = 120_000  # milliseconds: a machine may be busy
PHONE = (390, 844)
DESKTOP = (1280, 900)

_ABOUT_REQUESTS = ("Failed to load resource", "htmx:sendAbort", "htmx:afterRequest")
_POLICY = (
    "document.addEventListener('securitypolicyviolation', it => console.error('policy violated: ' + it.blockedURI))"
)


class Devices:
    """Opens devices. `complaints` is what nobody may ever find on one: scripts that fail, policies violated, third parties."""

    def __init__(self, chromium: Browser) -> None:
        self._chromium = chromium
        self._opened: list[BrowserContext] = []
        self.complaints: list[str] = []

    def open(self, cloud: LocalCloud, size: tuple[int, int] = PHONE, *, dark: bool = False, **settings: Any) -> Page:
        """A window of a device of its own."""
        context = self._chromium.new_context(
            base_url=cloud.url,
            viewport={"width": size[0], "height": size[1]},
            is_mobile=size == PHONE,
            has_touch=size == PHONE,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            **{"locale": "en-US", **settings},
        )
        context.set_default_timeout(TIMEOUT)
        context.add_init_script(_POLICY)
        context.on("request", lambda request: self._look(request, cloud))
        context.on("console", self._listen)
        context.on("weberror", lambda error: self.complaints.append(str(error.error)))
        self._opened.append(context)
        return context.new_page()

    def close(self) -> None:
        """Switch all of them off."""
        for context in self._opened:
            context.close()

    def _look(self, request: Request, cloud: LocalCloud) -> None:
        at = urlsplit(request.url)
        if at.scheme != "data" and f"{at.scheme}://{at.netloc}" != cloud.url:
            self.complaints.append(f"a request to a third party: {request.url}")

    def _listen(self, message: ConsoleMessage) -> None:
        # That a request failed is told on the page, where a test looks for it; one is given up when its page is left.
        if message.type == "error" and not message.text.startswith(_ABOUT_REQUESTS):
            self.complaints.append(message.text)


def sign_in_as_demo_host(page: Page) -> None:
    """Sign in as the demo host; the dashboard opens."""
    page.goto("/sign-in")
    finish_sign_in(page)


def finish_sign_in(page: Page) -> None:
    """The same on a page to sign in that is open already."""
    page.locator("form[action$='/sign-in/demo'] button").click()
    expect(page.locator("#goal")).to_be_visible()
