"""The session that follows up another one: what a language model proposes of the open questions and tensions, and what it is told.

Its facilitator reads the context, and participants read the rest, who may be others: so all of it is made of what others than
members would be told of the results, and of nobody's words.
"""

from collections.abc import Mapping
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.clock import Deadline
from chalicelib.errors import Invalid
from chalicelib.llm import tags
from chalicelib.llm.interface import SCRIPTED, Block, ChatMessage, Model, ModelUnavailable, Payer, Request, Tool
from chalicelib.model import SessionView, Summary
from chalicelib.services.facilitation.model_markup import take_off_markup
from chalicelib.services.prompts import fill
from chalicelib.services.synthesis.brief import render_brief
from chalicelib.services.synthesis.visibility import LEAST, find_summary, for_others
from chalicelib.services.templates import Template, all_templates, find_template
from chalicelib.services.usage.budget import Meter
from chalicelib.text.contact_details import has_address, has_telephone
from chalicelib.text.normalise import is_blank

MAX_TOKENS = 1_500
LIMITS = {"topic": 150, "goal": 800, "critical": 1_200}  # characters; a model that writes more was not asked for it
CONTEXT_LIMIT = 80_000  # characters: less than a context may have, also in bytes

PROPOSE = Tool(
    name="propose_follow_up",
    description="Hand in the next session.",
    schema={
        "type": "object",
        "properties": {name: {"type": "string"} for name in (*LIMITS, "method")},
        "required": [*LIMITS, "method"],
        "additionalProperties": False,
    },
)


class FollowUp(Struct, frozen=True):
    """A session that takes up another one."""

    topic: str
    goal: str
    critical: str
    context: str
    template: Template | None = None


def require_results(view: SessionView) -> None:
    """Raises Invalid for a session without a summary."""
    if view.summary is None:
        raise Invalid("The session has no summary yet, and a follow-up is made of one")


def told_of(view: SessionView) -> Summary | None:
    """Returns what may be told of the results: nothing that points at one person, and of fewer than five people nothing at all."""
    summary = find_summary(view)
    if summary is None or min(view.tally.participants, summary.people) < LEAST:
        return None
    shown = for_others(summary, view.session.topic)
    without: dict[str, Any] = {"quotes": ()}
    if summary.model == SCRIPTED:
        without["statement"] = ""  # which a script makes of people's own words
    return replace(shown, themes=tuple(replace(theme, **without) for theme in shown.themes))


def render_context(view: SessionView, join_url: str) -> str:
    """Returns what the facilitator of the next session is to know: SESSION.md of what may be told, without anybody's words. A long
    context of the first session is shortened, so that all of the results stand in it."""
    told = replace(view, summary=told_of(view), questions=())
    room = CONTEXT_LIMIT - len(render_brief(replace(told, context=None), join_url))
    context = (view.context or "")[: max(0, room // 2)]  # of which each character may have to be escaped
    return render_brief(replace(told, context=context or None), join_url)[:CONTEXT_LIMIT]


def propose(view: SessionView, join_url: str, user_id: str, *, model: Model, deadline: Deadline) -> FollowUp:
    """Returns the next session as a language model proposes it, on this user's account.

    Raises ModelUnavailable where the model gives none in time, and BudgetSpent where the day's money is spent.
    """
    reply = Meter(model, Payer(user_id)).complete(_request(view), deadline)
    call = reply.call(PROPOSE.name)
    given = tags.unescape(call.input) if call else {}
    texts = {name: _usable(given, name) for name in LIMITS}
    if not all(texts.values()):
        raise ModelUnavailable("The language model proposed nothing usable; try again later")
    named = given.get("method")
    template = find_template(named.strip()) if isinstance(named, str) else None
    return FollowUp(**texts, context=render_context(view, join_url), template=template)


def _request(view: SessionView) -> Request:
    session = view.session
    fields = (("topic", session.topic), ("goal", session.goal), ("critical", session.critical or ""))
    shown = [tags.data(name, text) for name, text in fields if text]
    if told := told_of(view):
        shown += _render_results(told)
    shown += [tags.data("method", it.description, slug=it.slug) for it in all_templates()]
    language = session.language or "the language of topic and goal"
    return Request(
        task="follow_up",
        tier="medium",
        system=(Block(fill("follow_up", language=language)),),
        messages=(ChatMessage("user", (Block("\n".join(shown)),)),),
        max_tokens=MAX_TOKENS,
        tools=(PROPOSE,),
        must_call=PROPOSE.name,
    )


def _render_results(told: Summary) -> list[str]:
    listed = (
        ("overview", [told.overview]),
        ("answer", [told.critical_answer or ""]),
        ("proposal", [" ".join(filter(None, (it.text, it.condition))) for it in told.proposals]),
        ("agreement", told.agreements),
        ("tension", told.tensions),
        ("open_question", told.open_questions),
    )
    themes = [tags.data("theme", it.statement, label=it.label, people=it.participants) for it in told.themes]
    return [*themes, *(tags.data(name, text) for name, texts in listed for text in texts if text)]


def _usable(given: Mapping[str, Any], name: str) -> str:
    """Returns a text that can stand in its field; an empty one where it cannot."""
    text = given.get(name)
    text = " ".join(take_off_markup(text).split()) if isinstance(text, str) else ""
    fits = not is_blank(text) and len(text) <= LIMITS[name] and not (has_address(text) or has_telephone(text))
    return text if fits else ""
