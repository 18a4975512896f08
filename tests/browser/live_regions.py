"""What a screen reader would say of a page: what its live regions are given to tell."""

from playwright.sync_api import Page

# What live regions say: what is added to one, as it is when it is added; an alert also as it is added itself.
_LISTEN = """() => {
  window.told = [];
  const region = node => node.closest('[aria-live], [role=log], [role=alert], [role=status]');
  new MutationObserver(changes => changes.forEach(change => {
    const at = change.target.nodeType === 1 ? change.target : change.target.parentElement;
    for (const node of change.addedNodes) {
      const live = (at && region(at)) || (node.nodeType === 1 && node.querySelector('[role=alert]')) || node;
      if (!live.matches?.('[aria-live], [role]')) continue;
      const text = (node.innerText ?? node.textContent).trim().replace(/\\s+/g, ' ');
      if (text) window.told.push([live.getAttribute('role'), text]);
    }
  })).observe(document.body, { subtree: true, childList: true, characterData: true });
}"""


def listen(page: Page) -> None:
    """Hear what the page tells from now on."""
    page.evaluate(_LISTEN)


def told(page: Page, role: str) -> list[str]:
    """What regions of this role told."""
    heard: list[tuple[str, str]] = page.evaluate("window.told")
    return [text for region, text in heard if region == role]
