"""Style sheets and scripts: files of the application, whose addresses hold a hash of their content, so that browsers keep them for
good.

A script goes out as one file with all that it imports, so that a page waits for one request only. The files stay modules of
their own in the source: here each becomes a function that gives what it exports.
"""

import hashlib
import re
from functools import cache
from pathlib import Path

from chalice.app import Response

from chalicelib.errors import NotFound

_WEB = Path(__file__).parent.parent
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
_FOR_GOOD = "public, max-age=31536000, immutable"

_IMPORT = re.compile(r'^import (?:(?:\* as (\w+)|(\{[^}]*\})) from )?"\./([a-z]+)\.js";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export ((?:async )?function|const) (\w+)", re.MULTILINE)
_HASHED = re.compile(r"^([a-z.]+)\.[0-9a-f]{12}\.(css|js)$")  # as addresses name a file


def address(name: str) -> str:
    """Returns the address of a file, relative to the page that names it."""
    stem, _, kind = name.rpartition(".")
    return f"static/{stem}.{_hash(name)}.{kind}"


def serve(name: str) -> Response:
    """Returns a file by its address. Whoever asks for another version has a page from before or after a deployment:
    they get this one, and keep it for nobody."""
    plain = _HASHED.sub(r"\1.\2", name)
    if plain not in _list_files():
        raise NotFound("There is no such file")
    headers = {
        "Content-Type": _TYPES[Path(plain).suffix],
        "Cache-Control": _FOR_GOOD if f"static/{name}" == address(plain) else "no-cache",
        "X-Content-Type-Options": "nosniff",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    return Response(_content(plain), headers, 200)


@cache
def _hash(name: str) -> str:
    return hashlib.sha256(_content(name).encode()).hexdigest()[:12]


@cache
def _content(name: str) -> str:
    """Returns a file as it goes out: without what browsers have no use for, a script together with the modules that it imports."""
    import rcssmin
    import rjsmin

    text = _read(name)
    if ".min." in name:
        return text
    if name.endswith(".css"):
        return str(rcssmin.cssmin(text))
    modules = "".join(f"const ${stem} = (() => {{\n{_as_function(stem)}}})();\n" for stem in _list_imported(name))
    return str(rjsmin.jsmin(modules + _name_imported(text)))


def _list_imported(name: str) -> list[str]:
    """Returns the modules that a script needs, each behind those that it needs itself."""
    found: list[str] = []
    for *_, stem in _IMPORT.findall(_read(name)):
        found += [it for it in (*_list_imported(f"{stem}.js"), stem) if it not in found]
    return found


def _as_function(stem: str) -> str:
    text = _name_imported(_read(f"{stem}.js"))
    exported = ", ".join(name for _, name in _EXPORT.findall(text))
    return _EXPORT.sub(r"\1 \2", text) + f"return {{ {exported} }};\n"


def _name_imported(text: str) -> str:
    return _IMPORT.sub(lambda it: f"const {it[1] or it[2]} = ${it[3]};\n" if it[1] or it[2] else "", text)


def _read(name: str) -> str:
    return _list_files()[name].read_text()


@cache
def _list_files() -> dict[str, Path]:
    """Returns the files of the kit and of each door. They share one folder in addresses, so each has a name of its own."""
    return {it.name: it for it in sorted(_WEB.glob("*/static/*")) if it.suffix in _TYPES}
