"""The page of HARMONICA.md: the editor, and two questions to begin with."""

from typing import Any

from chalice.app import Response
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import HarmonicaError
from chalicelib.operations.account import EditMe, UserInfo, get_me
from chalicelib.operations.field_limits import limit_of
from chalicelib.operations.operation import Nothing
from chalicelib.web.host.page import render_host_page
from chalicelib.web.host.profile import (
    HARMONICA_MD,
    ProfilePlan,
    list_shown,
    make_plan,
    plan_of,
    save_profile,
)
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import explain_failure, write_noted
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.texts import Texts

PAGE = "/account/harmonica-md"
_FIELD = HARMONICA_MD[0].name
_ANSWERS = ("who", "what")  # to the questions, by the headings that they go under
HEADINGS = (*_ANSWERS, "how", "always")


def show_harmonica_md(host: HostRequest) -> Response:
    """Returns the editor; with the two questions where there is no text yet and they are not skipped, or where they are asked for."""
    query = host.request.query_params or {}
    stored: UserInfo = host.perform(get_me, Nothing())
    asks = query.get("questions", "" if stored.harmonica_md else "1") == "1"
    texts = locale_for(host.request).texts
    news = texts("changes_saved") if "saved" in query else ""
    return _render(host, plan_of(stored, HARMONICA_MD), asks=asks, news=news)


def receive_harmonica_md(host: HostRequest) -> Response:
    """Saves the text; or puts the answers to the questions into it, which saves nothing.

    Whoever answers them and then presses *Save*, which stays in sight below, is shown them in the text first: saving would lose them.
    """
    form, texts = host.form(), locale_for(host.request).texts
    plans: list[ProfilePlan] = []

    def plan(stored: UserInfo) -> ProfilePlan:
        plans.append(make_plan(stored, form, HARMONICA_MD, texts))
        return plans[-1]

    if form.get("do") == "seed" or any(form.get(it, "").strip() for it in _ANSWERS):
        return _seed(host, form, make_plan(host.perform(get_me, Nothing()), form, HARMONICA_MD, texts), texts)
    try:
        made = save_profile(host, plan)
    except HarmonicaError as error:
        if not plans:
            raise
        return _render(host, plans[-1], form=form, notice=explain_failure(error, texts), status=error.status)
    if made.needs_another_look:
        return _render(host, made, form=form, status=409 if made.merged.clashes else 400)
    return see_other(f"{root(host.request)}{PAGE}?saved=1")


def _seed(host: HostRequest, form: Form, plan: ProfilePlan, texts: Texts) -> Response:
    """Returns the editor with the answers in front of what stands in it, all of it unsaved."""
    before = form.get(_FIELD, "")
    text = _begin(form, texts, is_whole=not before)
    merged = replace(plan.merged, values={_FIELD: f"{text}\n\n{before}".strip()})
    seeded = replace(plan, merged=merged, mistakes={})
    return _render(host, seeded, is_changed=True, news=texts("harmonica_seeded") if text else "")


def _begin(form: Form, texts: Texts, *, is_whole: bool) -> str:
    """Returns the answers under their headings; those of a whole text are all there."""
    parts = []
    for name in HEADINGS:
        answer = form.get(name, "") if name in _ANSWERS else ""
        if answer or (is_whole and any(form.get(it) for it in _ANSWERS)):
            heading = texts(f"harmonica_{name}")
            parts.append(f"# {heading}\n\n{answer}".strip())
    return "\n\n".join(parts)


def _render(
    host: HostRequest,
    plan: ProfilePlan,
    *,
    form: Form | None = None,
    asks: bool = False,
    is_changed: bool = False,
    notice: str = "",
    news: str = "",
    status: int = 200,
) -> Response:
    texts = locale_for(host.request).texts
    (field,) = list_shown(plan, HARMONICA_MD, texts)
    answers = {name: (form or {}).get(name, "") for name in _ANSWERS}
    values: dict[str, Any] = {
        "field": field,
        "limit": limit_of(_FIELD, EditMe),
        "noted": write_noted(plan.merged.noted),
        "has_clash": bool(plan.merged.clashes),
        "has_errors": plan.needs_another_look,
        "asks": asks or any(answers.values()),
        "answers": answers,
        "is_changed": is_changed or bool(notice) or plan.needs_another_look,
        "notice": notice,
        "news": news,
        "has_model": container.model_of_user(host.user_id).understands,
    }
    return render_host_page(host.request, "harmonica_md.html", status, host=host, **values)
