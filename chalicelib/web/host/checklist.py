"""The checklist before a session is opened: what is there, what is missing, and where to change it."""

from datetime import timedelta

from msgspec import Struct

from chalicelib import container
from chalicelib.model import Session, SessionView
from chalicelib.services.access.roles import has_role
from chalicelib.services.participants.identity import tester_of
from chalicelib.services.sessions.creation import find_obstacles, prompt_status
from chalicelib.store import keys
from chalicelib.web.host import drift
from chalicelib.web.host.cost import tell_estimate
from chalicelib.web.host.page import ZONE
from chalicelib.web.host.request import HostRequest
from chalicelib.web.host.session_page import PAGES
from chalicelib.web.kit.texts import Texts, format_time_with_zone

PARTS = (keys.QUESTIONS, *drift.PARTS)  # of a view
_PROMPTS = {"writing": "check_prompt_writing", "tailored": "check_prompt_ready", "basic": "check_prompt_later"}
_READY = ("check_prompt_chosen", "check_prompt_ready", "check_prompt_basic")
FOUND_BY_CLOCK = timedelta(minutes=2)
_BRIEF = ("goal", "topic")  # in the order of the steps


class Check(Struct, frozen=True):
    """One line of the list: the page on which it is changed, in which state it is, and whether the session can be opened so."""

    page: str
    text: str
    is_done: bool = True
    blocks: bool = False

    @property
    def is_linked(self) -> bool:
        """Whether there is a page to change it on."""
        return self.page in PAGES["design"]


def list_checks(host: HostRequest, view: SessionView, texts: Texts) -> list[Check]:
    """Returns what there is to look over, in the order in which it is designed."""
    blocking = find_obstacles(view.session, container.clock().now())
    missing = [texts(f"step_{name}") for name in _BRIEF if name in blocking]
    found = [
        _brief(missing, texts),
        _prompt(view, texts),
        _form(view, texts),
        _results(view, texts),
        *_settings(view, texts),
        *_opening(view, texts, is_blocked=bool(blocking)),
        _end(view, texts, is_over="closes_at" in blocking),
        _cost(view, texts),
    ]
    if has_role(view, "editor"):
        is_tried = _has_test_run(host, view.session)
        found.insert(3, Check("test", texts("check_tried" if is_tried else "check_untried"), is_done=is_tried))
    return found


def _has_test_run(host: HostRequest, session: Session) -> bool:
    """Says whether this host has tried the session."""
    ids = tester_of(host.principal, None).thread_ids(session.id, container.deployment_secret())
    return bool(container.conversations().heads_behind(session, list(ids.values())))


def _brief(missing: list[str], texts: Texts) -> Check:
    if missing:
        return Check("brief", texts("check_brief_missing", fields=" · ".join(missing)), is_done=False, blocks=True)
    return Check("brief", texts("check_brief"))


def _prompt(view: SessionView, texts: Texts) -> Check:
    status = prompt_status(view)
    told = _PROMPTS.get(status, "check_prompt_chosen")
    if told != "check_prompt_chosen" and not container.model_of(view.session).understands:
        told = "check_prompt_basic"
    elif status == "tailored" and view.prompt_outdated:
        told = "check_prompt_again"
    elif drift.find_drift(view, texts):
        told = "check_prompt_drifted"
    return Check("prompt", texts(told), is_done=told in _READY)


def _form(view: SessionView, texts: Texts) -> Check:
    if not view.session.has_questions:
        return Check("form", texts("check_form_none" if view.session.anonymous else "check_form_default"))
    count = len(view.questions)
    return Check("form", texts("check_form_own", count=count) if count else texts("check_form_none"))


def _results(view: SessionView, texts: Texts) -> Check:
    return Check("settings", texts(f"check_results_{view.session.results_visibility}"))


def _settings(view: SessionView, texts: Texts) -> list[Check]:
    """Returns what is said only of a session that has it."""
    has = {"check_public": view.session.is_public, "check_reminders": view.session.reminders["enabled"]}
    return [Check("settings", texts(told)) for told, is_so in has.items() if is_so]


def _cost(view: SessionView, texts: Texts) -> Check:
    told, is_within = tell_estimate(view.session, texts)
    return Check("settings", told, is_done=is_within)


def _opening(view: SessionView, texts: Texts, *, is_blocked: bool) -> list[Check]:
    """Returns when it opens by itself, where it does; or that it could not, which the clock has found out a minute later."""
    of, now = view.session, container.clock().now()
    if of.opens_at is None:
        return []
    time = format_time_with_zone(of.opens_at, of.time_zone or ZONE, texts)
    could_not = of.opens_at <= now if is_blocked else of.opens_at + FOUND_BY_CLOCK <= now
    return [
        Check("settings", texts("check_not_opened" if could_not else "check_opens", time=time), is_done=not could_not)
    ]


def _end(view: SessionView, texts: Texts, *, is_over: bool) -> Check:
    of = view.session
    if of.closes_at is None:
        return Check("settings", texts("check_end_never"))
    ends = format_time_with_zone(of.closes_at, of.time_zone or ZONE, texts)
    if is_over:
        return Check("settings", texts("check_end_over", time=ends), is_done=False, blocks=True)
    return Check("settings", texts("session_ends", time=ends))
