"""One local cloud for all end-to-end tests, with the functions' roles enforced and short delays."""

from collections.abc import Iterator

import pytest

from tests.e2e.local import LocalCloud, free_port


@pytest.fixture(scope="session")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """The application on a local cloud of its own: `.url`, `.key`, `.call(method, path, body)`, `.client(service)`."""
    running = LocalCloud(tmp_path_factory.mktemp("local"), free_port())
    try:
        yield running.start()
    finally:
        running.stop()
