"""Style sheets and scripts of all doors lie in one folder of addresses."""

import hashlib
from collections import Counter
from pathlib import Path

from chalicelib import web
from chalicelib.web.kit import static

HTMX = (
    "d6fdc75f204e6bdefa99b69bf1e6d4ac69b8a364f77929f45c13476b4000f717"  # SHA-256 of dist/htmx.min.js in htmx.org 2.0.11
)


def test_each_file_has_a_name_of_its_own() -> None:
    names = Counter(file.name for file in Path(web.__file__).parent.glob("*/static/*"))
    assert set(names.values()) == {1}
    assert names.keys() == static._list_files().keys()


def test_htmx_is_the_file_that_its_release_has_on_npm() -> None:
    file = Path(web.__file__).parent / "host" / "static" / "htmx.min.js"
    assert hashlib.sha256(file.read_bytes()).hexdigest() == HTMX
