"""Who may do what, as `docs/roles.md` says it."""

from pathlib import Path
from typing import NamedTuple, get_args

from chalicelib.model import Role

_ROLES: dict[str, Role] = {role: role for role in get_args(Role)}


class Row(NamedTuple):
    """What something takes: a method and a path, what of it, and the least role."""

    method: str
    path: str
    what: str
    least: Role


def rows_of(heading: str) -> list[Row]:
    """The rows below a heading, in their order."""
    text = (Path(__file__).parents[1] / "docs" / "roles.md").read_text()
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = [[it.strip() for it in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    return [Row(method, path.strip("`"), what, _ROLES[least]) for method, path, what, least in cells[2:]]
