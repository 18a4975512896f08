"""What `make test` says at its end."""

import os
from pathlib import Path

from tests.slowest import report

RUN = '<testsuites><testsuite><testcase classname="tests.{0}" name="test_one" time="{1}"/>{2}</testsuite></testsuites>'
ANOTHER = '<testcase classname="tests.clouds" name="test_two" time="61.26"><failure/></testcase>'


def test_runs_come_in_their_order_and_tests_by_how_long_they_took(tmp_path: Path) -> None:
    for at, (name, seconds, more) in enumerate((("units", 0.5, ""), ("clouds", 2, ANOTHER))):
        file = tmp_path / f"{name}.xml"
        file.write_text(RUN.format(name, seconds, more))
        os.utime(file, (at, at))
    assert report(tmp_path) == [
        "      0 s in 1 tests: units",
        "     63 s in 2 tests: clouds",
        "The slowest:",
        "   61.3 s tests.clouds::test_two",
        "    2.0 s tests.clouds::test_one",
        "    0.5 s tests.units::test_one",
    ]
