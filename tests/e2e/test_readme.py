"""The README's tour works as printed."""

import os
import re
import subprocess
from pathlib import Path

from infra.package import ROOT
from tests.e2e.local import LocalCloud

BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_the_tour_runs_as_printed(cloud: LocalCloud, tmp_path: Path) -> None:
    blocks = BLOCK.findall((ROOT / "README.md").read_text())
    assert len(blocks) >= 5
    # From a folder of its own, with the project's code and environment in reach under the names that the tour uses.
    for name in ("infra", "chalicelib", "app.py", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\n".join(blocks)],
        cwd=tmp_path,
        env={**os.environ, "LOCAL_DIR": str(cloud.folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    assert "# Our office" in done.stdout
    assert "demo@harmonica.localhost" in done.stdout
    assert done.stdout.rstrip().endswith("Revoked")
