"""Style sheets and scripts: files of the application, named with a hash of their content, so that browsers keep them for good."""

import hashlib
import re
from functools import cache
from pathlib import Path

from chalice.app import Request, Response

from chalicelib.errors import NotFound

_WEB = Path(__file__).parent.parent
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_IMPORT = re.compile(r'(from "\./[a-z]+\.js)(")')
_IMPORTED = re.compile(r'from "\./([a-z]+\.js)')
_FOR_GOOD = "public, max-age=31536000, immutable"


def address(name: str) -> str:
    """Returns the address of a file, relative to the page that names it."""
    return f"static/{name}?v={_version()}"


def modules_of(name: str) -> list[str]:
    """Returns the addresses of a script and of every module that it imports, so that a page can name them all at once."""
    found, left = [], [name]
    while left:
        file = left.pop()
        if file not in found:
            found.append(file)
            left += _IMPORTED.findall(_files()[file])
    return [address(file) for file in found]


def serve(request: Request, name: str) -> Response:
    """Returns a file. Who asks for another version than this one gets this one, and keeps it for nobody."""
    body = _files().get(name)
    if body is None:
        raise NotFound("There is no such file")
    current = (request.query_params or {}).get("v") == _version()
    headers = {
        "Content-Type": _TYPES[Path(name).suffix],
        "Cache-Control": _FOR_GOOD if current else "no-cache",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(body, headers, 200)


@cache
def _version() -> str:
    """Returns the version of all files, which is one, since modules import each other under it."""
    digest = hashlib.sha256()
    for file in _list_files():
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


@cache
def _files() -> dict[str, str]:
    return {file.name: _IMPORT.sub(rf"\1?v={_version()}\2", file.read_text()) for file in _list_files()}


def _list_files() -> list[Path]:
    """Returns the files of the kit and of each door. They share one folder in addresses, so each has a name of its own."""
    return sorted((it for it in _WEB.glob("*/static/*") if it.suffix in _TYPES), key=lambda it: it.name)
