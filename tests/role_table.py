"""Who may do what, as `docs/roles.md` says it."""

from pathlib import Path
from typing import NamedTuple, get_args

from chalicelib.model import Role
from chalicelib.model.sessions import highest, is_at_least

_ROLES: dict[str, Role] = {role: role for role in get_args(Role)}
_PARTIES = ("who is offered it", "who is invited")
_OWN = "by their own role"


class Row(NamedTuple):
    """What something takes: a method and a path, what of it, and the least roles; with a `party`, only that one may, whatever roles
    others have."""

    method: str
    path: str
    what: str
    in_session: Role | None
    in_project: Role | None
    party: str

    @property
    def step(self) -> str:
        """What the button of a form says (`do`)."""
        return self.what.split("`")[1] if self.what.startswith("`") else ""

    def allows(self, own: Role | None, of_project: Role | None, *, is_tied: bool = True) -> bool:
        """Whether somebody may with a role of their own in the session, and one in a project, which the session is in or not."""
        if self.party:
            return False
        given: Role | None = (
            None if of_project is None or not is_tied else "admin" if of_project == "owner" else of_project
        )
        role = own if _OWN in self.what else highest(own, given)
        may_here = self.in_session is None or is_at_least(role, self.in_session)
        return may_here and (self.in_project is None or is_at_least(of_project, self.in_project))


def rows_of(heading: str) -> list[Row]:
    """The rows below a heading, in their order."""
    text = (Path(__file__).parents[1] / "docs" / "roles.md").read_text()
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    cells = [[it.strip() for it in line.strip("|").split("|")] for line in part.splitlines() if line.startswith("|")]
    return [_row(*it) for it in cells[2:]]


def _row(method: str, path: str, what: str, in_session: str, in_project: str) -> Row:
    """A row of these cells; a word that is no role stops the test."""
    (party, *_) = [*(it for it in (in_session, in_project) if it in _PARTIES), ""]
    of_session, of_project = (None if it in ("", party) else _ROLES[it] for it in (in_session, in_project))
    assert party or of_session or of_project, (method, path, what)
    return Row(method, path.strip("`"), what, of_session, of_project, party)
