"""The records that repositories take and return: plain, frozen, free of DynamoDB. Times are aware datetimes in UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Status = Literal["active", "completed"]
Role = Literal["viewer", "editor", "admin", "owner"]
Visibility = Literal["host", "participants", "public"]
PromptOrigin = Literal["host", "tailored", "basic"]
Speaker = Literal["user", "assistant"]
DistributionStatus = Literal["pending", "announced", "closed", "failed", "unconfirmed"]
GroupStatus = Literal["unconfirmed", "confirmed", "removed"]


@dataclass(frozen=True, slots=True)
class User:
    """A host's account."""

    id: str
    email: str
    name: str | None
    subscription_status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Caller:
    """Who an API key belongs to, and what this request did to the key's allowance."""

    user_id: str
    key_id: str
    key_name: str | None
    key_prefix: str
    key_created_at: datetime
    key_last_used_at: datetime | None
    limit: int
    used: int


@dataclass(frozen=True, slots=True)
class Question:
    """A field of the pre-session form."""

    id: str
    text: str
    position: int
    type: str = "Short field"
    required: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prompt:
    """A version of the facilitation prompt. Version 0 is never stored: it is the basic one, rendered from the brief fields."""

    version: int
    text: str
    origin: PromptOrigin


@dataclass(frozen=True, slots=True)
class Distribution:
    """A channel where the session is announced, and how far that has come."""

    channel: str
    group_id: str
    status: DistributionStatus = "pending"
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Session:
    """A session's short fields and settings (the `session` item)."""

    id: str
    owner_id: str
    topic: str
    goal: str
    critical: str | None
    status: Status
    created_at: datetime
    updated_at: datetime
    cross_pollination: bool = False
    widgets_enabled: bool = False
    results_visibility: Visibility = "host"
    is_public: bool = False
    summary_prompt: str | None = None
    template_id: str | None = None
    welcome_message: str | None = None
    meta_description: str | None = None
    language: str | None = None
    time_zone: str = "UTC"
    duration_minutes: int = 10
    closes_at: datetime | None = None
    anonymous: bool = False
    max_participants: int | None = None
    reminders: dict[str, Any] = field(default_factory=lambda: {"enabled": False, "after_hours": [], "text": None})
    distribution: tuple["Distribution", ...] = ()
    has_questions: bool = False  # whether the host set any list of questions, an empty one included

    def status_at(self, now: datetime) -> Status:
        """The status that counts: past `closes_at` a session is completed, whatever is stored."""
        return "completed" if self.closes_at is not None and self.closes_at <= now else self.status


@dataclass(frozen=True, slots=True)
class Card:
    """What lists show of a session, and search in it; `groups` are the channel and group id of each distribution."""

    session_id: str
    topic: str
    goal: str
    status: Status
    participant_count: int
    created_at: datetime
    updated_at: datetime
    closes_at: datetime | None = None
    groups: tuple[tuple[str, str], ...] = ()

    def status_at(self, now: datetime) -> Status:
        """The status that counts, as for the session itself."""
        return "completed" if self.closes_at is not None and self.closes_at <= now else self.status


@dataclass(frozen=True, slots=True)
class Tally:
    """The exact counters of a session, summed over their shards."""

    participants: int = 0
    completed: int = 0
    turns: int = 0
    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Synthesis:
    """Where the synthesis of a session stands.

    `epoch` counts how often somebody's words were taken out; a summary of an earlier epoch must not be stored. Since
    `withdrawn_at` the summary is offline, until one without those words is there.
    """

    stale_since: datetime | None = None
    updating_until: datetime | None = None
    epoch: int = 0
    withdrawn_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of one participant, cut from a stored message."""

    text: str
    thread_id: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Theme:
    """What several participants talk about; `participants` is counted by code from the threads that carry it."""

    label: str
    statement: str
    participants: int
    quotes: tuple[Quote, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """A finished summary: the markdown shown to the host, and the parts that other documents are made of."""

    markdown: str
    generated_at: datetime
    model: str
    participants: int
    messages: int
    overview: str
    themes: tuple[Theme, ...] = ()
    agreements: tuple[str, ...] = ()
    tensions: tuple[str, ...] = ()
    minority_views: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    critical_answer: str | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """SESSION.md, made from the summary that was generated at `summary_at`."""

    markdown: str
    summary_at: datetime


@dataclass(frozen=True, slots=True)
class SessionView:
    """A session with the parts that were asked for; a part that was not read, or does not exist, is empty."""

    session: Session
    role: Role | None = None
    context: str | None = None
    questions: tuple[Question, ...] = ()
    prompt: Prompt | None = None
    prompt_version: int = 0  # the last one there has been, whether it is in force or not
    prompt_due_at: datetime | None = None  # since when a tailored prompt is to be written
    tally: Tally = Tally()
    synthesis: Synthesis = Synthesis()
    summary: Summary | None = None
    brief: Brief | None = None

    @property
    def prompt_due(self) -> bool:
        """Whether a tailored prompt is being written."""
        return self.prompt_due_at is not None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a participant entered for one question of the form; the question's text is kept as it was asked."""

    question_id: str
    text: str
    answer: str


@dataclass(frozen=True, slots=True)
class Thread:
    """The head of one participant's conversation.

    `last_sequence` counts stored messages; `last_said` is the last one by the participant, `answered_to` the last one
    the facilitator has dealt with, `digested_to` the last one in the digest. A lease (`turn_id` until `leased_until`)
    is held while a reply is being made. `starts_after` is the last sequence number of a thread of the same participant
    that was deleted before: what is stored up to there is none of this one's.
    """

    session_id: str
    id: str
    scope: str
    external_id: str
    name: str | None
    created_at: datetime
    prompt_version: int
    starts_after: int = 0
    last_sequence: int = 0
    last_said: int = 0
    answered_to: int = 0
    digested_to: int = 0
    message_count: int = 0
    first_message_at: datetime | None = None
    last_message_at: datetime | None = None
    concluded: bool = False
    included: bool = True
    turn_id: str | None = None
    leased_until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nobody has said anything yet, the facilitator included."""
        return self.last_sequence <= self.starts_after

    @property
    def is_stale(self) -> bool:
        """Whether the participant said something that the digest does not know."""
        return self.last_said > self.digested_to

    def is_leased(self, now: datetime) -> bool:
        """Whether a reply is being made right now."""
        return self.turn_id is not None and self.leased_until is not None and self.leased_until > now


@dataclass(frozen=True, slots=True)
class Message:
    """One entry of a thread. `message_id` is the channel's own id for what a participant sent."""

    id: str
    sequence: int
    role: Speaker
    content: str
    created_at: datetime
    message_id: str | None = None
    is_final: bool = False
    model: str | None = None
    usage: dict[str, int] | None = None  # of a reply: input_tokens, cached_tokens, output_tokens


@dataclass(frozen=True, slots=True)
class Point:
    """One thing a participant holds. `quote` is cut by code from the message that says so, empty where nothing matched.

    `topic` is a short label of what it is about; `stance` is towards that: for, against, mixed or neutral.
    """

    text: str
    quote: str
    message_id: str
    topic: str
    stance: str = "neutral"


@dataclass(frozen=True, slots=True)
class Digest:
    """What one thread says, in points; it covers the messages up to `to_sequence`."""

    thread_id: str
    to_sequence: int
    points: tuple[Point, ...]
    messages: int
    model: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ThreadView:
    """A thread with its form and messages, oldest first."""

    thread: Thread
    answers: tuple[Answer, ...] = ()
    messages: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a request ended: the status, and what its answer is rendered from again.

    That is the ids of what it made; or, for a refusal, its code and message (no message where that quotes what others
    may delete).
    """

    status: int
    ids: dict[str, Any] = field(default_factory=dict)
    code: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class PastRequest:
    """What is known of an earlier request; `running_until` in seconds since 1970, no outcome while it is being done."""

    content: str
    running_until: float
    outcome: Outcome | None


@dataclass(frozen=True, slots=True)
class TelegramGroup:
    """A Telegram group that a user registered; the bot confirms it once it is in there."""

    group_id: str
    name: str | None
    topic_id: int | None
    created_at: datetime
    status: GroupStatus = "unconfirmed"
