"""The editor of the pre-session form.

The whole form travels in its page: a button changes the page, and nothing is stored before *Save*. So nobody who joins meanwhile
is asked a question that is half written, what was removed can be put back, and a page that is lost costs no answer.
"""

from typing import Any

from chalice.app import Response
from msgspec import Struct

from chalicelib.errors import HarmonicaError
from chalicelib.model import SessionView
from chalicelib.services.sessions.merging import ORDER, choices
from chalicelib.store.sessions import FOR_QUESTIONS
from chalicelib.web.host.form_cards import (
    KINDS,
    WHO,
    Card,
    Content,
    asked_questions,
    previewed,
    read_cards,
)
from chalicelib.web.host.form_plan import MOST_QUESTIONS, Focus, FormPlan, Step, make_plan, take_step
from chalicelib.web.host.request import HostRequest, root
from chalicelib.web.host.saving import explain_failure, save_changes, write_noted
from chalicelib.web.host.session_page import open_session, render_session_page
from chalicelib.web.kit.form_fields import make_field
from chalicelib.web.kit.http import Form, see_other
from chalicelib.web.kit.page import locale_for
from chalicelib.web.kit.request import require_uuid
from chalicelib.web.kit.texts import Texts


class ShownClash(Struct, frozen=True):
    """What somebody else stored of a question, in words, and what to send back to choose one or the other."""

    heading: str
    theirs: str
    keep: tuple[str, str]
    labels: tuple[str, str]


class ShownCard(Struct, frozen=True):
    """A card as its page shows it; `place` counts those that are not removed, from 1."""

    card: Card
    name: str
    place: int
    kinds: list[tuple[str, bool]]
    errors: dict[str, str]
    clash: ShownClash | None
    focus: str


def show_form(host: HostRequest, session_id: str) -> Response:
    """Returns the form as it is stored."""
    view = open_session(host, session_id, FOR_QUESTIONS)
    asked = asked_questions(view, _texts(host, view))
    return _render(host, view, make_plan(view, asked, (), {}), Step([]))


def receive_form(host: HostRequest, session_id: str) -> Response:
    """Saves the form; every other button gives the page again, with one thing changed and nothing stored."""
    found, form = require_uuid(session_id), host.form()
    do = form.get("do", "save")
    if do == "save":
        return _save(host, found, form)
    step = take_step(read_cards(form), do)
    view = open_session(host, found, FOR_QUESTIONS, "editor")
    plan = make_plan(view, asked_questions(view, _texts(host, view)), step.cards, form)
    return _render(host, view, plan, step, is_step=True)


def _save(host: HostRequest, session_id: str, form: Form) -> Response:
    cards = read_cards(form)
    plans: list[tuple[SessionView, FormPlan]] = []

    def plan(view: SessionView) -> FormPlan:
        plans.append((view, make_plan(view, asked_questions(view, _texts(host, view)), cards, form)))
        return plans[-1][1]

    try:
        view, made = save_changes(host, session_id, FOR_QUESTIONS, plan)
    except HarmonicaError as error:
        if not plans:
            raise
        return _render(host, *plans[-1], Step(cards), error)
    if made.mistakes or made.is_clash or made.is_overfull:
        return _render(host, view, made, Step(cards))
    return see_other(f"{root(host.request)}/sessions/{session_id}/form?saved=1")


def _render(
    host: HostRequest,
    view: SessionView,
    plan: FormPlan,
    step: Step,
    failure: HarmonicaError | None = None,
    *,
    is_step: bool = False,
) -> Response:
    texts = _texts(host, view)
    is_wrong = not is_step and bool(plan.mistakes or plan.is_clash or plan.is_overfull or failure)
    is_changed = plan.merged.is_changed or plan.is_clash or any(card.is_removed for card in plan.cards)
    cards = _shown_cards(view, plan, step.focus, texts, is_step=is_step)
    left = [it for it in cards if not it.card.is_removed]
    has_saved = "saved" in (host.request.query_params or {}) and not (is_step or is_wrong)
    values: dict[str, Any] = {
        "cards": cards,
        "count": len(left),
        "noted": write_noted(plan.merged.noted),
        "is_clash": plan.is_clash,
        "order_name": ORDER,
        "order_clash": _order_clash(plan, texts) if plan.merged.stored_order else None,
        "has_errors": is_wrong,
        "notice": explain_failure(failure, texts) if failure else "",
        "full": texts("editor_full", limit=MOST_QUESTIONS) if step.is_full or plan.is_overfull else "",
        "news": texts("changes_saved") if has_saved else "",
        "told": _tell(cards, len(left), step.focus, texts) if is_step and is_changed else "",
        "is_changed": is_changed,
        "is_default": not view.session.has_questions and not view.session.anonymous and not is_changed,
        "preview": [make_field(previewed(it.card.key, _named(it), it.place - 1), "", None, texts) for it in left],
    }
    status = failure.status if failure else 409 if is_wrong and plan.is_clash else 400 if is_wrong else 200
    return render_session_page(host, view, "form", "form_editor.html", status, **values)


def _shown_cards(
    view: SessionView, plan: FormPlan, focus: Focus | None, texts: Texts, *, is_step: bool
) -> list[ShownCard]:
    shown: list[ShownCard] = []
    left = [card for card in plan.cards if not card.is_removed]
    place = 0
    for card in plan.cards:
        place += not card.is_removed
        mistakes = {} if is_step else plan.mistakes.get(card.key, {})
        shown.append(
            ShownCard(
                card,
                card.text or texts("editor_question", number=place),
                place,
                [(kind, view.session.anonymous and kind in WHO and kind != card.kind) for kind in _offered(card)],
                {field: mistake.explain(texts) for field, mistake in mistakes.items()},
                _clash_of(plan, card, texts) if card.key in plan.merged.clashes else None,
                _focus_on(card, place, len(left), focus),
            )
        )
    return shown


def _focus_on(card: Card, place: int, count: int, focus: Focus | None) -> str:
    """Returns what of a card has the focus: at either end, the button that leads away from it."""
    if focus is None or focus[0] != card.key:
        return ""
    return {("up", 1): "down", ("down", count): "up"}.get((focus[1], place), focus[1])


def _offered(card: Card) -> list[str]:
    """Returns the kinds to choose from; an address that is not checked is none that one would choose."""
    return [kind for kind in KINDS if kind != "short_email" or card.kind == kind]


def _clash_of(plan: FormPlan, card: Card, texts: Texts) -> ShownClash:
    theirs = plan.merged.clashes[card.key]
    keep = choices(theirs)
    if theirs is None:
        return ShownClash(texts("editor_gone"), "", keep, (texts("clash_mine"), texts("editor_remove_it")))
    told = _describe(theirs, texts)
    if card.is_removed:
        labels = (texts("editor_remove_it"), texts("clash_theirs"))
        return ShownClash(texts("editor_mine_gone"), told, keep, labels)
    return ShownClash(texts("clash_heading"), told, keep, (texts("clash_mine"), texts("clash_theirs")))


def _order_clash(plan: FormPlan, texts: Texts) -> ShownClash:
    order = plan.merged.stored_order or []
    lines = [f"{place}. {plan.stored[key].text}" for place, key in enumerate(order, 1)]
    labels = (texts("clash_mine"), texts("clash_theirs"))
    return ShownClash(texts("editor_order_theirs"), "\n".join(lines), choices(order), labels)


def _describe(content: Content, texts: Texts) -> str:
    """Returns in words what stands on somebody else's card."""
    facts = [texts(f"kind_{content.kind}"), *([texts("editor_needed")] if content.is_required else [])]
    return "\n".join([content.text, f"({' · '.join(facts)})", *(f"• {option}" for option in content.option_list)])


def _tell(cards: list[ShownCard], count: int, focus: Focus | None, texts: Texts) -> str:
    """Returns what a step did, for who does not see it."""
    moved = next((it for it in cards if it.focus in ("up", "down")), None) if focus else None
    return texts("editor_place", number=moved.place, count=count) if moved else texts("editor_unsaved")


def _named(shown: ShownCard) -> Content:
    """Returns the content of a card, with a name for the question while it has none."""
    content = shown.card.content
    return Content(shown.name, content.kind, content.is_required, content.options)


def _texts(host: HostRequest, view: SessionView) -> Texts:
    return locale_for(host.request, view.session).texts
