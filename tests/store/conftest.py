"""The store proves itself twice: on the quickened in-memory AWS that all tests share, and on moto as it comes."""

from collections.abc import Iterator

import pytest

from tests.quick_moto import quicken_moto, restore_moto

QUICKENED, AS_IT_COMES = "quickened", "as it comes"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Choose the moto of each test: both, but for what needs none, and for what writes very often."""
    once = "aws" not in metafunc.fixturenames or metafunc.definition.get_closest_marker("many_writes")
    metafunc.parametrize("moto", [QUICKENED] if once else [QUICKENED, AS_IT_COMES], indirect=True)


@pytest.fixture(autouse=True)
def moto(request: pytest.FixtureRequest) -> Iterator[None]:
    if request.param == QUICKENED:
        yield
        return
    restore_moto()
    yield
    quicken_moto()
