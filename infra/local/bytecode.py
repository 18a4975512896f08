"""Compiled code in the package of a local instance, in place of the sources, as in what AWS gets.

Nothing is ever written where a package is unpacked, so each process that runs a function would compile all that it imports: half a
second of CPU time to start, and a second more for the pages. What was compiled is kept between runs.
"""

import contextlib
import importlib.util
import marshal
import tempfile
import zipfile
from pathlib import Path
from typing import Any

from infra.dependencies import BUILD, EPOCH, ROOT

KEPT = BUILD / f"bytecode-{importlib.util.MAGIC_NUMBER[:2].hex()}"
_UNCHECKED = (0b01).to_bytes(4, "little")  # flags of PEP 552: by hash, and never compared with a source


def compile_package(code: Path, kept: Path = KEPT) -> None:
    """Put what Python makes of the sources in a package in their place; `kept` is the file with what was compiled before.

    What fails tells where by the files of this project.
    """
    before = _read(kept)
    compiled: dict[tuple[str, bytes], bytes] = {}
    unfinished = code.with_suffix(".unfinished")
    with zipfile.ZipFile(code) as sources, zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sources.namelist():
            content = sources.read(name)
            if name.endswith(".py"):
                key = name, importlib.util.source_hash(content)
                compiled[key] = before.get(key) or marshal.dumps(_compile(content, name))
                name, content = f"{name}c", importlib.util.MAGIC_NUMBER + _UNCHECKED + key[1] + compiled[key]
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.external_attr = 0o644 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=1)
    unfinished.replace(code)
    if compiled != before:
        _write(kept, compiled)


def _compile(source: bytes, name: str) -> Any:
    return compile(source, str(ROOT / name), "exec", dont_inherit=True)


def _read(kept: Path) -> dict[tuple[str, bytes], bytes]:
    with contextlib.suppress(FileNotFoundError):
        found: dict[tuple[str, bytes], bytes] = marshal.loads(kept.read_bytes())
        return found
    return {}


def _write(kept: Path, compiled: dict[tuple[str, bytes], bytes]) -> None:
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=kept.parent, prefix=f"{kept.name}.", delete=False) as unfinished:
        unfinished.write(marshal.dumps(compiled))
    Path(unfinished.name).replace(kept)
