"""What functions of a local instance run: compiled, of the sources as they are now, and failing by the names of these files."""

import subprocess
import sys
import zipfile
from pathlib import Path

from infra.dependencies import ROOT
from infra.local.bytecode import compile_package

RUN = "import sys\nsys.path.insert(0, sys.argv[1])\nfrom things import fail\nfail.now()"


def test_a_package_is_compiled_and_what_changed_alone_is_compiled_anew(tmp_path: Path) -> None:
    code, kept = tmp_path / "code.zip", tmp_path / "kept"
    told = set()
    for said in ("Nothing left", "Nothing left", "Nothing left of it"):
        before = kept.stat().st_mtime_ns if kept.exists() else None
        _write(code, {"things/__init__.py": "", "things/fail.py": f"def now():\n    raise ValueError({said!r})\n"})
        compile_package(code, kept)
        assert (kept.stat().st_mtime_ns == before) is (said in told)
        told.add(said)
    folder = tmp_path / "unpacked"
    with zipfile.ZipFile(code) as archive:
        assert sorted(archive.namelist()) == ["things/__init__.pyc", "things/fail.pyc", "things/page.html"]
        archive.extractall(folder)
    assert (folder / "things" / "page.html").read_text() == "<p>"
    done = subprocess.run(
        [sys.executable, "-S", "-B", "-c", RUN, str(folder)], capture_output=True, text=True, check=False
    )
    assert "ValueError: Nothing left of it\n" in done.stderr
    assert f'File "{ROOT / "things" / "fail.py"}", line 2, in now' in done.stderr


def _write(code: Path, sources: dict[str, str]) -> None:
    with zipfile.ZipFile(code, "w") as archive:
        for name, source in {**sources, "things/page.html": "<p>"}.items():
            archive.writestr(name, source)
