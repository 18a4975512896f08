"""One unpacked copy of a package for all processes that run it.

The local cloud unpacks a function's code for each process that runs it: hundreds of files, and of the whole package ten thousand, which
took most of the time that such a process needs to start. Nothing ever writes there, as on AWS, where nothing can.
"""

import hashlib
import shutil
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def share_code(runtime: Any, folder: Path) -> None:
    """Have the cloud's module of processes link the code of each to a copy in this folder, made when it is first needed."""
    unpacking = threading.Lock()

    class SharedArchive(zipfile.ZipFile):
        """Unpacks by a link."""

        def extractall(self, path: Any = None, members: Any = None, pwd: Any = None) -> None:
            """Put a link to the copy in the place of the empty folder that the code should go to."""
            name = hashlib.sha256(Path(str(self.filename)).read_bytes()).hexdigest()
            kept, unfinished = folder / f"code-{name}", folder / f"code-{name}.unfinished"
            with unpacking:
                if not kept.exists():
                    shutil.rmtree(unfinished, ignore_errors=True)
                    super().extractall(unfinished, members, pwd)
                    unfinished.rename(kept)
            Path(path).rmdir()
            Path(path).symlink_to(kept, target_is_directory=True)

    runtime.zipfile = SimpleNamespace(**{**vars(zipfile), "ZipFile": SharedArchive})
