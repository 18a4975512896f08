"""What is sent for each row of pages in `docs/roles.md`, and how the session or the project has to stand for it."""

from collections.abc import Mapping
from itertools import count

import msgspec

from chalicelib import container
from chalicelib.operations.facilitator_review import FacilitatorReview, ReviewFinding
from chalicelib.store import keys
from chalicelib.web.results.ask import AskedTurn
from tests.api.hosts import Host
from tests.api.jobs import summarise
from tests.api.projects import attach
from tests.api.role_world import World
from tests.role_table import Row
from tests.web.browser import Browser

S, P, T = "/sessions/{session_id}", "/projects/{project_id}", "/templates/{template_id}"
PERSON = f"{S}/people/{{person_id}}"
Named = tuple[str, str]  # the path of a row, and what of the form

_REVIEW = FacilitatorReview([ReviewFinding("Long", [], 2, "Ask less.")], [], 2)
_MEMBER = {"member": "{reader}", "role": "viewer"}
_OTHERS = {"addresses": "cy@example.com", "role": "viewer", "once": "{new}"}
# The fields of a form; what is in braces is of the world, or of whoever sends it.
SENT: dict[Named, dict[str, str]] = {
    (P, "`save`"): {"title": "Soup"},
    (P, "`save` of another `location` or `parent_id`"): {"title": "Soup", "location": "{new}"},
    (P, "`attach`"): {"session": "{free}"},
    (P, "`detach`"): {"session": "{tied}"},
    (P, "`role`"): _MEMBER,
    (P, "`remove`"): _MEMBER,
    (P, "`offer`"): _MEMBER,
    (P, "`invite`"): _OTHERS,
    (P, "`resend`"): {"invitation": "{project_invitation}"},
    (P, "`withdraw`"): {"invitation": "{project_invitation}"},
    (P, "`withdraw_offer`"): _MEMBER,
    (P, "`role` of oneself, none above it"): {"member": "{me}", "role": "{in_project}"},
    (P, "`remove` of oneself"): {"member": "{me}"},
    (P, "`decline`"): {"member": "{me}"},
    (P, "`accept`"): {"member": "{me}"},
    (S, "`delete`"): {"name": "Lunch"},
    (S, "`clone`"): {"once": "{new}"},
    (S, "`follow`"): {"once": "{new}"},
    (f"{S}/ask", ""): {"question": "What do people eat?", "once": "{new}"},
    (f"{S}/ask", "`ask`"): {"question": "What do people eat?", "once": "{new}"},
    (f"{S}/ask", "`keep`"): {"turn": "{turn}"},
    (f"{S}/brief/suggestions", ""): {"suggest": "topic", "step": "topic"},
    (f"{S}/export", ""): {"kind": "md", "summary": "on"},
    (f"{S}/export", "what people said"): {"kind": "md", "transcripts": "on"},
    (f"{S}/insights", "`add`"): {"content": "Soup", "once": "{new}"},
    (f"{S}/insights", "`save`"): {"insight": "{insight}", "content": "Tea", "unchanged": "{unchanged}", "stood": "0"},
    (f"{S}/insights", "`show`"): {"insight": "{insight}"},
    (f"{S}/insights", "`hide`"): {"insight": "{insight}"},
    (f"{S}/insights", "`move`"): {"insight": "{insight}", "to": "0"},
    (f"{S}/insights", "`delete`"): {"insight": "{insight}"},
    (f"{S}/invitations", "`invite`"): {"addresses": "dee@example.com"},
    (f"{S}/invitations", "`resend`"): {"invitation": "{invited}"},
    (f"{S}/invitations", "`remove`"): {"invitation": "{invited}"},
    (f"{S}/members", "`attach`"): {"project": "{project}"},
    (f"{S}/members", "`detach`"): {"project": "{project}"},
    (f"{S}/members", "`role`"): _MEMBER,
    (f"{S}/members", "`remove`"): _MEMBER,
    (f"{S}/members", "`offer`, by their own role"): _MEMBER,
    (f"{S}/members", "`invite`"): _OTHERS,
    (f"{S}/members", "`invite` to a project"): _OTHERS | {"project": "{project}"},
    (f"{S}/members", "`resend`"): {"invitation": "{session_invitation}"},
    (f"{S}/members", "`withdraw`"): {"invitation": "{session_invitation}"},
    (f"{S}/members", "`withdraw_offer`"): _MEMBER,
    (f"{S}/members", "`role` of oneself, none above it, by their own role"): {"member": "{me}", "role": "{own}"},
    (f"{S}/members", "`remove` of oneself, by their own role"): {"member": "{me}"},
    (f"{S}/members", "`decline`, by their own role"): {"member": "{me}"},
    (f"{S}/members", "`accept`"): {"member": "{me}"},
    (f"{S}/people", "`leave_out`"): {"person": "{participant}"},
    (f"{S}/people", "`take_in`"): {"person": "{participant}"},
    (f"{S}/prompt", "`use`"): {"version": "1"},
    (f"{S}/prompt", "`revise`"): {"instructions": "Ask less."},
    (f"{S}/prompt", "`renew`"): {"base": "1"},
    (f"{S}/prompt", "`edit`"): {"text": "Ask."},
    (f"{S}/prompt", "`keep`"): {"text": "Ask {new}."},
    (f"{S}/prompt", "`save`"): {"text": "Ask {new}."},
    (f"{S}/review", "`apply`"): {"review": "{review}", "rule.0": "1"},
    (f"{S}/settings", "how long it is kept"): {"retention_days": "{days}"},
    (f"{S}/summary", "`write`"): {"once": "{new}"},
    ("/templates/new", "`save` for a project"): {"title": "Soup", "project": "{project}", "once": "{new}"},
    ("/invitation", "`accept`"): {"invitation": "{named}"},
    ("/invitation", "`decline`"): {"invitation": "{named}"},
}
# The page that has the form, with fields of what is stored: as its owner finds it.
FORMS: dict[Named, str] = {
    **{(f"{S}/brief", what): "/sessions/{quiet}/brief" for what in ("", "`next`", "`skip`", "`keep`", "`save`")},
    **{(f"{S}/form", what): "/sessions/{session}/form" for what in ("", "`save`", "`look`")},
    **{(T, what): "/templates/{template}" for what in ("", "`save`", "`field`", "`question`")},
    (f"{S}/history", ""): "/sessions/{session}/history?bring=critical-1",
    (f"{S}/settings", ""): "/sessions/{session}/settings",
    (f"{S}/settings", "how long it is kept"): "/sessions/{session}/settings",
}
# Of GET, what the address says besides.
QUERIES: dict[Named, str] = {
    ("/templates/new", "of a session"): "?session={session}",
    (f"{S}/export/file", ""): "?kind=md&summary=on",
}
# The session that a row is tried on, where that is not the one with people; and how it stands.
SESSIONS: dict[Named, str] = {
    **{(f"{S}/brief", what): "quiet" for what in ("", "`next`", "`skip`", "`keep`", "`fields`")},
    (S, "`open`"): "quiet",
    (S, "`draft`"): "quiet",
    (f"{S}/brief/suggestions", ""): "quiet",
    (f"{S}/members", "`attach`"): "free",
    (f"{S}/members", "`detach`"): "tied",
}
STATUS: dict[Named, str] = {
    **{it: "draft" for it, session in SESSIONS.items() if session == "quiet" and it != (S, "`draft`")},
    (S, "`reopen`"): "completed",
}


# How a session stands after the button, by whoever may press it; none of these takes more where it stands so already.
_STATUS_AFTER = {"open": "active", "end": "completed", "reopen": "active", "draft": "draft"}
_INVITATIONS = {
    "project_invitation": "/projects/{project}/invitations",
    "session_invitation": "/sessions/{session}/invitations",
    "invited": "/sessions/{session}/participant-invitations",
}
_DAYS = count(10)


# Where there is no language model, whoever may gets as far as that.
WITHOUT_MODEL: set[Named] = {
    (f"{S}/knowledge", "`collect`"),
    (f"{S}/prompt", "`revise`"),
    (f"{S}/review", "`run`"),
}


class PageWorld(World):
    """The same with all that pages show: a summary, an insight, themes, invitations, somebody invited; and a session nobody is in."""

    def __init__(self, host: Host, of_project: Host | None = None) -> None:
        super().__init__(host, of_project, critical="Before", questions=[{"text": "Where?"}], prompt="Ask.")
        quiet = str(host.new_session()["id"])
        self.sessions.append(quiet)
        self.in_project.add(quiet)
        self.give(self.keeper, "admin")
        attach(self.keeper, quiet, self.project)
        for person in ("p1", "p2") * 3:
            assert host.say(self.session, "Trains need more buses in the evening", person).status_code == 200
        assert host.call("PATCH", f"/sessions/{self.session}", {"critical": "After"}).status_code == 200
        assert summarise(self.session)
        (question,) = host.get(f"/sessions/{self.session}/questions")["data"]
        self.stands: dict[str, str] = {}  # what is not active, by its path
        self.ids = {
            **{"session": self.session, "tied": self.tied, "free": self.free, "quiet": quiet},
            **{"project": self.project, "template": self.template, "reader": self.reader},
            "participant": self.participant,
            **{"question_id": str(question["id"]), "theme_id": "t1"},
            **{"project_id": self.project, "template_id": self.template},
            "review": msgspec.json.encode(_REVIEW).decode(),
        }
        self.add_insight()

    def add_insight(self) -> None:
        """Add one that nobody has touched."""
        made = self.keeper.call("POST", f"/sessions/{self.session}/insights", {"content": "Soup"}).json_body
        self.ids |= {"insight": made["id"], "unchanged": made["updated_at"]}

    def prepare(self, row: Row) -> None:
        """Let session and project stand as somebody finds them who does this for the first time."""
        named, sent = (row.path, row.what), SENT.get((row.path, row.what), {})
        session = self.ids[SESSIONS.get(named, "session")]
        self.ids["session_id"] = session
        self.ids["person_id"] = self.test_run if "test run" in row.what else self.participant
        is_archived = row.path == P and row.step == "activate"
        self._let_stand(f"/sessions/{session}", STATUS.get(named, "active"))
        self._let_stand(f"/projects/{self.project}", "archived" if is_archived else "active")
        if row.path.endswith("/insights") and row.step in ("save", "delete"):
            self.add_insight()
        if row.step == "attach":
            attach(self.keeper, self.free, None)
        for name, path in _INVITATIONS.items():
            if f"{{{name}}}" in sent.values() or f"{{{name}}}" in row.path:
                emails = {"emails": [f"{container.new_id()}@example.com"]}
                made = self.keeper.call("POST", path.format(**self.ids), emails)
                self.ids[name] = str(made.json_body["data"][0]["id"])
        self.ids["named"] = f"s.{self.session}.{self.ids.get('session_invitation', '')}"

    def note_done(self, row: Row) -> None:
        """Note how session and project stand after a row."""
        if row.path == S and row.step in _STATUS_AFTER:
            self.stands[f"/sessions/{self.ids['session_id']}"] = _STATUS_AFTER[row.step]
        if row.path == P and row.step in ("archive", "activate"):
            self.stands[f"/projects/{self.project}"] = "archived" if row.step == "archive" else "active"

    def _let_stand(self, path: str, status: str) -> None:
        if self.stands.get(path, "active") != status:
            assert self.keeper.call("PATCH", path, {"status": status}).status_code == 200
            self.stands[path] = status

    def fields(self, row: Row, browsers: Mapping[str, Browser]) -> dict[str, str]:
        """What the form of a row has on its page, as the owner of session or project finds it."""
        page = FORMS.get((row.path, row.what))
        if page is None or row.method == "GET":
            return {}
        if "bring=" in page:  # there has to be something else by now
            edited = self.keeper.call("PATCH", f"/sessions/{self.session}", {"critical": "After"})
            assert edited.status_code == 200
        forms = browsers["project" if row.in_project else "session"].open(page.format(**self.ids)).forms
        return next(it.fields for it in forms if {"noted", "unchanged", "revision", "sent"} & it.fields.keys())

    def fill(self, row: Row, **ids: str) -> dict[str, str]:
        """What is sent for a row by whom this is about."""
        synthesis = container.sessions().view(self.session, (keys.SYNTHESIS,)).synthesis
        turn = AskedTurn("What?", "Soup.", once=container.new_id(), epoch=synthesis.epoch).carried
        named = self.ids | ids | {"new": container.new_id(), "days": str(next(_DAYS)), "turn": turn}
        sent = SENT.get((row.path, row.what), {})
        return {name: value.format(**named) for name, value in sent.items()} | ({"do": row.step} if row.step else {})
