"""How somebody presses and writes at a device: with a mouse, a finger, or the keyboard alone; each press is counted."""

from typing import Protocol

from playwright.sync_api import Locator, Page, expect

MOST_TABS = 60  # from one thing on a page to the next

_IS_FOCUSED = "it => it === document.activeElement"
_STANDS_BEFORE = "it => Boolean(document.activeElement.compareDocumentPosition(it) & Node.DOCUMENT_POSITION_PRECEDING)"
# What tells where somebody is who sees no pointer.
_SHOWS_FOCUS = """it => {
  const style = getComputedStyle(it), box = it.getBoundingClientRect();
  const isMarked = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1;
  return it.matches(':focus-visible') && isMarked && box.bottom > 0 && box.top < innerHeight;
}"""


class InputDevice(Protocol):
    """What somebody presses and writes with. `presses` counts clicks, touches, and keys but for those that write."""

    presses: int

    def press(self, target: Locator) -> None: ...
    def write(self, target: Locator, words: str) -> None:
        """Write into a field, in place of what is there."""

    def choose(self, target: Locator, value: str) -> None:
        """Choose something from a list."""


class Pointer:
    """A mouse or a finger; a field that is ready to be written into needs none."""

    def __init__(self, page: Page, *, is_finger: bool = False) -> None:
        self.presses = 0
        self._page, self._is_finger = page, is_finger

    def press(self, target: Locator) -> None:
        self.presses += 1
        if self._is_finger:
            target.tap()
        else:
            target.click()

    def write(self, target: Locator, words: str) -> None:
        expect(target).to_be_visible()
        if not target.evaluate(_IS_FOCUSED):
            self.press(target)
        target.fill(words)

    def choose(self, target: Locator, value: str) -> None:
        self.presses += 2  # on the list, and in it
        target.select_option(value)


class Keyboard:
    """No pointer at all: Tab, Enter, arrows. Wherever it is, the page shows that."""

    def __init__(self, page: Page) -> None:
        self.presses = 0
        self._page = page

    def press(self, target: Locator) -> None:
        self._reach(target)
        self._key("Enter")

    def write(self, target: Locator, words: str) -> None:
        self._reach(target)
        self._key("Control+a")
        self._page.keyboard.insert_text(words)

    def choose(self, target: Locator, value: str) -> None:
        self._reach(target)
        for _ in range(target.locator("option").count()):
            if target.input_value() == value:
                return
            self._key("ArrowDown")
        raise AssertionError(f"no key chooses {value}")

    def _key(self, key: str) -> None:
        self.presses += 1
        self._page.keyboard.press(key)

    def _reach(self, target: Locator) -> None:
        expect(target).to_be_visible()
        key = "Shift+Tab" if target.evaluate(_STANDS_BEFORE) else "Tab"
        for _ in range(MOST_TABS):
            if target.evaluate(_IS_FOCUSED):
                assert target.evaluate(_SHOWS_FOCUS), f"nothing shows that {target} is focused"
                return
            self._key(key)
        raise AssertionError(f"{target} is out of the keyboard's reach")
