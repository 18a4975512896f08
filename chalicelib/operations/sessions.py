"""What can be done with a session: create, read, edit and delete it."""

from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from msgspec.structs import replace

from chalicelib import container
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.model import Card, PromptStatus, SessionView
from chalicelib.model import Distribution as StoredDistribution
from chalicelib.model import Session as StoredSession
from chalicelib.model.own_models import ModelSource
from chalicelib.operations import session_fields as fields
from chalicelib.operations.branding import BrandingShown, show_branding
from chalicelib.operations.fields import (
    Count,
    SessionId,
    SessionInput,
    Status,
    Time,
    Uuid,
    moment,
    moment_or_null,
)
from chalicelib.operations.operation import Call, Done, Operation, Output, Repeat
from chalicelib.operations.own_models import require_own_models
from chalicelib.operations.questions import Question, show_questions
from chalicelib.operations.session_changes import EditSession, SessionChanges, changes_of
from chalicelib.operations.subject import session_with
from chalicelib.services.access.results_links import members_url
from chalicelib.services.access.roles import has_role
from chalicelib.services.delivery.telegram_groups import check_distribution
from chalicelib.services.sessions import creation, deletion, editing
from chalicelib.services.sessions.host_prompt import shown_origin
from chalicelib.services.synthesis.staleness import want_where_stale
from chalicelib.services.synthesis.state import summary_status
from chalicelib.services.synthesis.stored_results import read_brief
from chalicelib.services.usage.budget import DOLLAR
from chalicelib.services.usage.estimate import estimate_session
from chalicelib.store import sessions as parts
from chalicelib.text.language import DEFAULT

JoinUrl = Annotated[
    str, Meta(description="The link for participants.", examples=["https://harmonica.example.com/chat?s=…"])
]
SummaryStatus = Annotated[
    Literal["current", "updating", "stale", "none"],
    Meta(
        description="Whether the summary covers all that was said, is being written, waits for that, or is not there."
    ),
]


class SessionListItem(Output):
    """A session in a list."""

    id: Annotated[SessionId, Meta(description="The id of the session.")]
    topic: Annotated[str, Meta(description="The session's title.", examples=["Our office"])]
    goal: Annotated[
        str,
        Meta(
            description="What the host wants to find out or decide.",
            examples=["Decide what to change about the office next year"],
        ),
    ]
    status: Status
    participant_count: Annotated[Count, Meta(description="How many people joined.")]
    created_at: Annotated[Time, Meta(description="When the session was created.")]
    updated_at: Annotated[
        Time, Meta(description="When its settings, its status or its summary last changed; it only grows.")
    ]


class SessionCreated(SessionListItem):
    """A new session, and the link for its participants."""

    join_url: JoinUrl


class Distribution(Output):
    """A channel where the session is announced, and how that went."""

    channel: fields.Channel
    group_id: fields.GroupId
    status: Annotated[
        Literal["pending", "announced", "closed", "failed", "unconfirmed"],
        Meta(description="How far the announcement has come; unconfirmed while the bot is not in the group."),
    ]
    error: Annotated[
        str | None,
        Meta(
            description="Why it failed: a code that stays the same, a colon, and a sentence. It is tried again when the "
            "distribution is saved again.",
            examples=[None],
        ),
    ]


class Reminders(Output):
    """Reminders to people who joined and did not finish."""

    enabled: fields.RemindersEnabled
    after_hours: Annotated[
        list[int], Meta(description="How many hours after the last message each one is sent; empty: after 24 and 72.")
    ]
    text: Annotated[str | None, Meta(description="The host's own words in a reminder.", examples=[None])]


class ResultsSections(Output):
    """Which sections of the results others than members may read, where `results_visibility` lets them read results."""

    summary: fields.SummaryOpen
    recap: fields.RecapOpen
    responses: fields.ResponsesOpen
    insights: fields.InsightsOpen
    similarity: fields.SimilarityOpen
    ask: fields.AskOpen


class Usage(Output):
    """What models were asked in a session: conversations, the prompt, digests, summaries, questions about results, reviews."""

    turns: Annotated[Count, Meta(description="Replies of the facilitator.")]
    input_tokens: Annotated[Count, Meta(description="Tokens that models read and that did not come from the cache.")]
    cached_tokens: Annotated[Count, Meta(description="Tokens that came from the cache.")]
    output_tokens: Annotated[Count, Meta(description="Tokens that they wrote.")]


class Cost(Output):
    """What models cost for a session, in US dollars. Members alone are told."""

    estimated: Annotated[
        float | None,
        Meta(
            description="About what it costs if everybody takes part whom it takes, with conversations as long as they are meant to "
            "be; null where it takes everybody. 0 without a model.",
            examples=[14.5],
        ),
    ]
    spent: Annotated[float, Meta(description="What it has cost so far, all that counts in `usage`.", examples=[1.24])]


class Session(SessionListItem):
    """Everything about a session."""

    critical: fields.Critical | None
    context: fields.Context | None
    private_context: fields.PrivateContext | None
    prompt: Annotated[
        str | None, Meta(description="The instructions that the facilitator follows, once there are any.")
    ]
    summary: Annotated[str | None, Meta(description="The summary, in markdown.")]
    session_md: Annotated[str | None, Meta(description="The brief SESSION.md, in markdown.")]
    join_url: JoinUrl
    results_url: Annotated[
        str,
        Meta(
            description="The page of results, as a link of the reader's own: for a day, while the reader may see them and the key "
            "is not revoked.",
            examples=["https://harmonica.example.com/results?s=…"],
        ),
    ]
    questions: Annotated[list[Question], Meta(description="The form that participants fill in before they start.")]
    cross_pollination: fields.CrossPollination
    widgets_enabled: fields.WidgetsEnabled
    results_visibility: fields.ResultsVisibility
    results_sections: Annotated[ResultsSections, Meta(description="Which sections of the results are open to others.")]
    shared_network: fields.SharedNetwork
    is_public: fields.IsPublic
    access: fields.Access
    distribution: Annotated[list[Distribution], Meta(description="Where the session is announced.", examples=[[]])]
    prompt_status: Annotated[
        PromptStatus,
        Meta(description="Where the prompt comes from: the host, the brief of the session, or what is there for all."),
    ]
    summary_prompt: fields.SummaryPrompt | None
    summary_status: SummaryStatus
    template_id: Annotated[
        Uuid | None, Meta(description="The template that the session started from.", examples=[None])
    ]
    platform_guidelines_override: fields.HostGuidelines | None
    intro_video_url: fields.IntroVideoUrl | None
    welcome_message: fields.WelcomeMessage | None
    meta_description: fields.MetaDescription | None
    prompt_summary: fields.PromptSummary | None
    prompt_generated_from: Annotated[
        fields.GeneratedFrom | None, Meta(description="What the prompt was written from.", examples=[None])
    ]
    language: fields.Language | None
    time_zone: fields.TimeZone
    duration_minutes: fields.DurationMinutes
    opens_at: Annotated[
        Time | None,
        Meta(
            description="When a draft opens by itself. Where it is over, it could not be opened then.", examples=[None]
        ),
    ]
    closes_at: Annotated[Time | None, Meta(description="When the session ends by itself.", examples=[None])]
    retention_days: fields.RetentionDays | None
    anonymous: fields.Anonymous
    max_participants: fields.MaxParticipants | None
    completed_count: Annotated[Count, Meta(description="How many people came to the end of their conversation.")]
    reminders: Annotated[Reminders, Meta(description="Reminders to people who did not finish.")]
    usage: Annotated[Usage, Meta(description="What models were asked, in tokens, test runs included.")]
    cost: Annotated[Cost, Meta(description="What that comes to in dollars, and what it is expected to.")]
    is_example: Annotated[bool, Meta(description="Whether the people of this session, and all they say, are made up.")]
    follow_up_of: Annotated[
        Uuid | None, Meta(description="The session that this one follows up; it may be gone.", examples=[None])
    ]
    models: fields.Models
    branding: BrandingShown


class QuestionList(Output):
    """The pre-session form."""

    data: Annotated[list[Question], Meta(description="The questions in their order.")]


def create_session(call: Call, given: fields.CreateSession) -> Done:
    """Create a session owned by the caller.

    It is open at once; a draft is opened later, by `status: active` or at `opens_at`, and nobody can take part until then. A
    draft may lack topic and goal, and its facilitation prompt is written when it is opened.
    """
    if given.project_id is not None:  # nobody has projects yet
        raise Invalid(f"project_id {given.project_id!r} does not exist")
    if given.follow_up_of is not None:
        _require_member(given.follow_up_of, call.user_id)
    blank = {"topic": given.topic or "", "goal": given.goal or "", "models": "stage"}
    named = msgspec.to_builtins(given) | blank
    new = msgspec.convert(named, creation.NewSession)
    announced = check_distribution(new.distribution, call.user_id, groups=container.telegram_groups())
    new = replace(new, distribution=announced, models=_models_of_new(call.user_id, given.models))
    session = creation.create_session(
        new, call.user_id, sessions=container.sessions(), now=call.now, new_id=call.new_id
    )
    return Done(_created(call, session, 0), {"session_id": session.id})


def _models_of_new(user_id: str, wanted: ModelSource | None) -> ModelSource:
    """Gives whose model a new session has: where nobody says it, the account's own, if it has one for each tier."""
    if wanted == "account":
        require_own_models(user_id)
    if wanted is not None or not container.has_own_models():
        return wanted or "stage"
    return "account" if container.own_models().get(user_id).tiers else "stage"


def get_session(call: Call, _: SessionInput, view: SessionView) -> Session:
    """Everything about a session; a summary that lacks something is written from now on."""
    return _shown(call, read_current(view, call.now))


def read_current(view: SessionView, now: datetime) -> SessionView:
    """Have a summary that lacks something written, since somebody reads it; gives the view as it is then."""
    return want_where_stale(view, now, summaries=container.summaries(), jobs=container.jobs())


def edit_session(call: Call, given: tuple[dict[str, Any], datetime | None], view: SessionView) -> Session:
    """Change what the body names; gives the session as it is then."""
    changes, unchanged_since = given
    if changes.get("models", view.session.models) != view.session.models == "stage":
        require_own_models(view.session.owner_id)
    edited = editing.edit_session(
        view,
        call.user_id,
        changes,
        unchanged_since=unchanged_since,
        sessions=container.sessions(),
        groups=container.telegram_groups(),
        clock=container.clock(),
        new_id=call.new_id,
    )
    return _shown(call, edited)


def delete_session(call: Call, _: SessionInput, view: SessionView) -> None:
    """Remove a session for good."""
    deletion.delete_session(
        view.session.id, call.user_id, deletions=container.deletions(), jobs=container.jobs(), now=call.now
    )


def get_questions(_: Call, __: SessionInput, view: SessionView) -> QuestionList:
    """The pre-session form."""
    return QuestionList(show_questions(view.questions))


def join_url(public_url: str, session_id: str) -> str:
    """Where participants join."""
    return f"{public_url}/chat?s={session_id}"


def _require_member(session_id: str, user_id: str) -> None:
    """Raises Invalid unless there is such a session, and this user has a role in it."""
    with suppress(NotFound):
        if has_role(container.sessions().view(session_id, (), user_id), "viewer"):
            return
    raise Invalid(f"follow_up_of {session_id!r} is no session that you are a member of")


def _created_again(call: Call, _: dict[str, Any], view: SessionView) -> SessionCreated:
    return _created(call, view.session, view.tally.participants)


def _checked(call: Call, given: SessionChanges) -> tuple[dict[str, Any], datetime | None]:
    return editing.check_changes(changes_of(given), call.now), given.unchanged_since or None


def _created(call: Call, of: StoredSession, participants: int) -> SessionCreated:
    shown = listed(of, of.id, None, participants)
    return SessionCreated(**shown, join_url=join_url(call.public_url, of.id))


def listed(of: StoredSession | Card, session_id: str, now: datetime | None, participants: int = 0) -> dict[str, Any]:
    """Gives what lists show. `now`: None for a session that has just begun."""
    return {
        "id": session_id,
        "topic": of.topic,
        "goal": of.goal,
        "status": of.status_at(now) if now else of.status,
        "participant_count": of.participant_count if isinstance(of, Card) else participants,
        "created_at": moment(of.created_at),
        "updated_at": moment(of.updated_at),
    }


# Settings that are shown as they are stored.
_AS_STORED = [name for name in Session.__struct_fields__ if name in StoredSession.__struct_fields__]


def _shown(call: Call, view: SessionView) -> Session:
    of, tally, prompt = view.session, view.tally, view.prompt
    stored = {name: getattr(of, name) for name in _AS_STORED}
    shown = {
        **listed(of, of.id, call.now, tally.participants),
        "context": view.context,
        "prompt": prompt.text if prompt else None,
        "summary": view.summary.markdown if view.summary else None,
        "session_md": read_brief(view, call.now),
        "join_url": join_url(call.public_url, of.id),
        "results_url": _results_url(call, of.id),
        "questions": show_questions(view.questions),
        "distribution": [_distribution(it) for it in of.distribution],
        "prompt_status": creation.prompt_status(view),
        "summary_status": summary_status(view, call.now),
        "prompt_summary": prompt.summary if prompt else None,
        "prompt_generated_from": shown_origin(view),
        "opens_at": moment_or_null(of.opens_at),
        "closes_at": moment_or_null(of.closes_at),
        "completed_count": tally.completed,
        "branding": show_branding(of, call.public_url),
        "usage": _usage(view),
        "cost": _cost(view),
    }
    return Session(**stored | shown)


def _usage(view: SessionView) -> Usage:
    """Gives all that was asked; of sessions from before that was kept, and of models that cost nothing, what the replies took."""
    found = view.spending if view.spending and view.spending.output_tokens else view.tally
    return Usage(view.tally.turns, found.input_tokens, found.cached_tokens, found.output_tokens)


def _cost(view: SessionView) -> Cost:
    prices = container.model_prices()
    estimated = estimate_session(view.session, prices) if prices else 0
    spent = view.spending.cost if view.spending else 0
    return Cost(None if estimated is None else round(estimated / DOLLAR, 2), round(spent / DOLLAR, 4))


def _distribution(entry: StoredDistribution) -> Distribution:
    if entry.error is None:
        return Distribution(entry.channel, entry.group_id, entry.status, None)
    from chalicelib.services.delivery.announcement_texts import explain_failure

    error = f"{entry.error}: {explain_failure(entry.error, DEFAULT)}"
    return Distribution(entry.channel, entry.group_id, entry.status, error)


def _results_url(call: Call, session_id: str) -> str:
    """Gives the page of a session's results, opened with what the caller may see of it."""
    secret = container.deployment_secret()
    return members_url(call.public_url, session_id, call.principal, secret=secret, now=call.now)


OPERATIONS = (
    Operation(
        create_session,
        "user",
        fields.CreateSession,
        SessionCreated,
        again=Repeat(_created_again, session_with(parts.FOR_COUNT), "viewer"),
        creates=True,
    ),
    Operation(get_session, "viewer", SessionInput, Session, reads=session_with((*parts.EVERYTHING, *parts.FOR_COST))),
    Operation(
        edit_session,
        "editor",
        EditSession,
        Session,
        reads=session_with((*parts.FOR_EDIT, *parts.FOR_COST)),
        check=_checked,
        fails=(Conflict,),
    ),
    Operation(delete_session, "admin", SessionInput, reads=session_with()),
    Operation(get_questions, "questions", SessionInput, QuestionList, reads=session_with(parts.FOR_QUESTIONS)),
)
