"""What took longest: `python -m tests.slowest build/times` reads the reports that the runs of `make test` left there."""

import sys
from pathlib import Path
from xml.etree import ElementTree

SHOWN = 15


def report(folder: Path) -> list[str]:
    """A line a run, then one for each of the slowest tests of all of them."""
    runs = sorted(folder.glob("*.xml"), key=lambda file: file.stat().st_mtime)
    tests = {file.stem: [_test(case) for case in ElementTree.parse(file).iter("testcase")] for file in runs}
    lines = [
        f"{sum(seconds for seconds, _ in timed):7.0f} s in {len(timed)} tests: {name}" for name, timed in tests.items()
    ]
    slowest = sorted((it for timed in tests.values() for it in timed), reverse=True)[:SHOWN]
    return [*lines, "The slowest:", *(f"{seconds:7.1f} s {name}" for seconds, name in slowest)]


def _test(case: ElementTree.Element) -> tuple[float, str]:
    return float(case.get("time", 0)), f"{case.get('classname', '')}::{case.get('name', '')}"


if __name__ == "__main__":
    print("\n".join(report(Path(sys.argv[1]))))
