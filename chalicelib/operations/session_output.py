"""What operations show of a session, in lists and by itself."""

from datetime import datetime
from typing import Annotated, Any, Literal

from msgspec import UNSET, Meta, UnsetType

from chalicelib import container
from chalicelib.model import Card, PromptStatus, SessionView
from chalicelib.model import Distribution as StoredDistribution
from chalicelib.model import Session as StoredSession
from chalicelib.operations import session_fields as fields
from chalicelib.operations.branding import BrandingShown, show_branding
from chalicelib.operations.fields import Count, SessionId, Status, Time, Uuid, moment, moment_or_null
from chalicelib.operations.operation import Call, Output
from chalicelib.operations.questions import Question, show_questions
from chalicelib.operations.template_fields import ChainOutcome
from chalicelib.services.access.results_links import members_url
from chalicelib.services.sessions import creation
from chalicelib.services.sessions.host_prompt import shown_origin
from chalicelib.services.synthesis.state import summary_status
from chalicelib.services.synthesis.stored_results import read_brief
from chalicelib.services.usage.budget import DOLLAR
from chalicelib.services.usage.estimate import estimate_session
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


class NewSession(SessionCreated):
    """A new session, the link for its participants, and what came of the chain that it was to begin."""

    chain: (
        Annotated[
            ChainOutcome,
            Meta(description="What came of its chain, where the template is one: there is none without it."),
        ]
        | UnsetType
    ) = UNSET


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
            "be; null where it takes everybody, or where its models are in no table of prices. 0 without a model.",
            examples=[14.5],
        ),
    ]
    spent: Annotated[
        float,
        Meta(
            description="What it has cost so far, all that counts in `usage`; a model that is in no table of prices counts as the "
            "dearest that is.",
            examples=[1.24],
        ),
    ]


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
    usage: Annotated[
        Usage,
        Meta(description="What models were asked, in tokens, test runs included; estimated where nobody tells them."),
    ]
    cost: Annotated[Cost, Meta(description="What that comes to in dollars, and what it is expected to.")]
    is_example: Annotated[bool, Meta(description="Whether the people of this session, and all they say, are made up.")]
    follow_up_of: Annotated[
        Uuid | None, Meta(description="The session that this one follows up; it may be gone.", examples=[None])
    ]
    models: fields.Models
    project_ids: Annotated[list[Uuid], Meta(description="The projects that the session is in.", examples=[[]])]
    branding: BrandingShown


class QuestionList(Output):
    """The pre-session form."""

    data: Annotated[list[Question], Meta(description="The questions in their order.")]


def join_url(public_url: str, session_id: str) -> str:
    """Where participants join."""
    return f"{public_url}/chat?s={session_id}"


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


def show_session(call: Call, view: SessionView) -> Session:
    """Gives everything about a session, as this caller may see it."""
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
        "project_ids": sorted(of.projects),
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
    prices = container.model_prices(view.session)
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
