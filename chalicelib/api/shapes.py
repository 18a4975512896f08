"""What answers carry: the shapes of the documentation, with exactly the keys that `present.py` gives.

They document and are checked against in tests; nothing is built from them at run time.
"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

Count = Annotated[int, Meta(ge=0)]
Status = Literal["active", "completed"]
SummaryStatus = Literal["current", "updating", "stale", "none"]


class Shape(Struct, forbid_unknown_fields=True):
    """Base of all: these keys and no others."""


class Error(Shape):
    """What went wrong: a code to branch on and a sentence that names the field and the limit."""

    code: Literal[
        "unauthorized",
        "forbidden",
        "not_found",
        "validation_error",
        "unprocessable",
        "rate_limited",
        "method_not_allowed",
        "conflict",
        "payload_too_large",
        "internal_error",
    ]
    message: str


class ErrorEnvelope(Shape):
    """Every failure looks like this."""

    error: Error


class SessionListItem(Shape):
    """A session in a list."""

    id: UUID
    topic: str
    goal: str
    status: Status
    participant_count: Count
    created_at: datetime
    updated_at: datetime


class SessionCreated(SessionListItem):
    """A new session, and the link for its participants."""

    join_url: str


class PublicSessionListItem(SessionListItem):
    """A public session; always an active one."""

    join_url: str


class Question(Shape):
    """A field of the pre-session form."""

    id: UUID
    text: str
    position: Count
    type: Literal["Short field", "Email", "Options"]
    required: bool
    options: list[str]


class Distribution(Shape):
    """A channel where the session is announced, and how that went."""

    channel: Literal["telegram"]
    group_id: str
    status: Literal["pending", "announced", "closed", "failed", "unconfirmed"]
    error: str | None


class Reminders(Shape):
    """Nudges to people who joined and did not finish."""

    enabled: bool
    after_hours: list[int]
    text: str | None


class Usage(Shape):
    """What the facilitator's replies in a session cost in tokens; prompts, digests and summaries are not among them."""

    turns: Count
    input_tokens: Count
    cached_tokens: Count
    output_tokens: Count


class GeneratedFrom(Shape):
    """What of the brief a facilitation prompt was written from; the context in its first 20,000 characters."""

    topic: str
    goal: str
    critical: str | None
    context: str | None


class Session(SessionListItem):
    """Everything about a session."""

    critical: str | None
    context: str | None
    prompt: str | None
    summary: str | None
    session_md: str | None
    join_url: str
    results_url: str
    questions: list[Question]
    cross_pollination: bool
    widgets_enabled: bool
    results_visibility: Literal["host", "participants", "public"]
    is_public: bool
    distribution: list[Distribution]
    prompt_status: Literal["host", "writing", "tailored", "basic"]
    summary_prompt: str | None
    summary_status: SummaryStatus
    template_id: UUID | None
    welcome_message: str | None
    meta_description: str | None
    prompt_summary: str | None
    prompt_generated_from: GeneratedFrom | None
    language: str | None
    time_zone: str
    duration_minutes: int
    closes_at: datetime | None
    anonymous: bool
    max_participants: int | None
    completed_count: Count
    reminders: Reminders
    usage: Usage
    is_example: bool


class Pagination(Shape):
    """Which part of how long a list."""

    total: Count
    limit: int
    offset: int


class SessionList(Shape):
    """A page of sessions."""

    data: list[SessionListItem]
    pagination: Pagination


class PublicSessionList(Shape):
    """A page of public sessions."""

    data: list[PublicSessionListItem]
    pagination: Pagination


class QuestionList(Shape):
    """The pre-session form."""

    data: list[Question]


class Message(Shape):
    """One entry of a thread."""

    id: UUID
    role: Literal["user", "assistant"]
    content: str
    created_at: datetime
    widget_spec: dict[str, Any] | UnsetType = UNSET
    widget_value: Any = UNSET


class Answer(Shape):
    """What a participant entered for a question; the text is kept as it was asked."""

    question_id: UUID
    text: str
    answer: str


class Participant(Shape):
    """One participant's thread. `participant_id` is the thread's id, `external_id` what the channel sent."""

    participant_id: UUID
    participant_name: str | None
    active: bool
    messages: list[Message]
    external_id: str
    channel: Literal["web", "telegram", "api"]
    message_count: Count
    first_message_at: datetime | None
    last_message_at: datetime | None
    answers: list[Answer]
    included: bool
    rating: int | None


class ParticipantList(Shape):
    """Participants by their first message; `next_cursor` while a `limit` leaves some out."""

    data: list[Participant]
    next_cursor: str | UnsetType | None = UNSET


class Response(Shape):
    """The caller's own response."""

    id: UUID
    session_id: UUID
    content: str
    created_at: datetime


class Quote(Shape):
    """Words of a participant, cut from the message with this id; white space may be folded."""

    text: str
    message_id: UUID


class Stances(Shape, rename={"favour": "for"}):
    """How many of the participants who speak of a theme stand where."""

    favour: Count
    against: Count
    mixed: Count
    neutral: Count


class Theme(Shape):
    """What participants speak of: each who does counts once. The id stays the theme's own in later summaries."""

    id: str
    label: str
    statement: str
    participants: Count
    stances: Stances
    quotes: list[Quote]


class Summary(Shape):
    """The summary, and how current it is; `quotes` are all quotes in it, those of the themes included."""

    session_id: UUID
    summary: str | None
    generated_at: datetime | None
    status: SummaryStatus
    themes: list[Theme]
    quotes: list[Quote]


class Reply(Shape):
    """What the facilitator says; `is_final` once the conversation is concluded."""

    role: Literal["assistant"]
    content: str
    is_final: bool
    widget_spec: dict[str, Any] | UnsetType = UNSET


class ChatResponse(Shape):
    """The facilitator's turn.

    The final one has `results_url` where participants may see the results: a link of this participant's own, for 30 days.
    """

    message: Reply
    thread_id: UUID
    results_url: str | UnsetType = UNSET
