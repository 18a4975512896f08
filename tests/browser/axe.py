"""axe-core, which checks pages for barriers: fetched once into the development environment, and run in a page.

`python -m tests.browser.axe` fetches it. Only the release whose digest stands here is ever used.
"""

import base64
import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import Page

VERSION = "4.14.1"
SHA512 = "FHfa+lmNjQZfJz1q8wKqIDwC6DExcHt/pkjNQb09a3NPjCKg2rhu5qb2S4r76ASyFNNtuFooJpZe37OgudVGtQ=="
TARBALL = f"https://registry.npmjs.org/axe-core/-/axe-core-{VERSION}.tgz"
KEPT = Path(sys.prefix) / "share" / f"axe-core-{VERSION}.js"
LEVELS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")

_RUN = "options => axe.run(document, options).then(found => JSON.stringify(found.violations))"


def source() -> str:
    """The script."""
    if not KEPT.exists():
        fetch()
    return KEPT.read_text()


def fetch() -> None:
    """Keep the script of the pinned release: by npm where that is installed, else straight from its registry."""
    packed = _packed_by_npm() if shutil.which("npm") else _download()
    script = unpack(packed)
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_bytes(script)


def unpack(packed: bytes) -> bytes:
    """The script out of the release's archive. Raises ValueError for any other archive."""
    digest = base64.b64encode(hashlib.sha512(packed).digest()).decode()
    if digest != SHA512:
        raise ValueError(f"This is not axe-core {VERSION}: its SHA-512 is {digest}")
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        member = archive.extractfile("package/axe.min.js")
        assert member
        return member.read()


def violations(page: Page, *, rules: tuple[str, ...] = ()) -> list[str]:
    """The barriers on the page as it stands: rule and element. Of these rules, where some are named."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(source())
    wanted: dict[str, Any] = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": LEVELS}
    found = json.loads(page.evaluate(_RUN, {"runOnly": wanted, "resultTypes": ["violations"]}))
    return [f"{rule['id']}: {node['html']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def _packed_by_npm() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", "--ignore-scripts", f"axe-core@{VERSION}", "--pack-destination", folder]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (packed,) = Path(folder).glob("*.tgz")
        return packed.read_bytes()


def _download() -> bytes:
    with urlopen(TARBALL, timeout=60) as answer:
        packed: bytes = answer.read()
        return packed


if __name__ == "__main__" and not KEPT.exists():
    print(f"Fetching axe-core {VERSION}")
    fetch()
