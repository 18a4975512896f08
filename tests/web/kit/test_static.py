"""Style sheets and scripts of all doors lie in one folder of addresses."""

from collections import Counter
from pathlib import Path

from chalicelib import web
from chalicelib.web.kit import static


def test_each_file_has_a_name_of_its_own() -> None:
    names = Counter(file.name for file in Path(web.__file__).parent.glob("*/static/*"))
    assert set(names.values()) == {1}
    assert names.keys() == static._files().keys()
