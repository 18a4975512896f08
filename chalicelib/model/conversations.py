"""Records of what participants say."""

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.model.own_models import ModelSource
from chalicelib.model.sessions import QuestionRole
from chalicelib.model.synthesis import DigestCounts

Speaker = Literal["user", "assistant"]


class Answer(Struct, frozen=True, omit_defaults=True):
    """What a participant entered for one question of the form; the question's text is kept as it was asked.

    `choices` are the options that were chosen where several could be; `answer` has them in a row. `role` is the question's.
    """

    question_id: str
    text: str
    answer: str
    choices: tuple[str, ...] = ()
    role: QuestionRole = "other"


class Thread(Struct, frozen=True):
    """The head of one participant's conversation.

    `last_sequence` counts stored messages; `last_said` is the last one by the participant, `answered_to` the last one
    the facilitator has dealt with, `digested_to` the last one in the digest. A lease (`turn_id` until `leased_until`)
    is held while a reply is being made. `starts_after` is the last sequence number of a thread of the same participant
    that was deleted before: what is stored up to there is none of this one's. `generation` counts how often the participant
    ended all that had been given out to them: links and cookies of an earlier one open nothing. `source` is the fingerprint
    of the network address where it began, on that day; in a day's first hour two, with that of the day before, joined by a `+`.
    It was concluded at `concluded_at`, and rated last at `rated_at`: of those that were before these were kept, nothing tells when.
    `edits` counts how often the participant changed a message that nobody had read yet.
    `invitation_id` is the personal invitation that it began with, where the session was not anonymous then.
    `models` says whose answer in it: those that its session had when it began.
    What the participant allows: `quotable`, that their words are quoted in anything made of the conversations; `passed_on`, that
    what they say counts among what other participants are told.
    `receipt` is the hash of the code by which the participant comes to what is stored of them, once there is one.
    A `test` is an editor's test run: it counts nowhere, and is left out of the results unless somebody includes it by hand.
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
    counts: DigestCounts | None = None  # what it counts for, by its digest
    rating: int | None = None  # 1 to 5, where the participant gave one
    digest_tries: int | None = None  # that failed in a row, at words up to `digest_tried_to`
    digest_tried_to: int | None = None
    digest_after: datetime | None = None  # not before, unless there are new words
    generation: int = 0
    source: str | None = None
    test: bool = False
    concluded_at: datetime | None = None
    rated_at: datetime | None = None
    edits: int = 0
    invitation_id: str | None = None
    models: ModelSource = "stage"
    quotable: bool = True
    passed_on: bool = True
    receipt: str | None = None

    @property
    def is_untouched_test(self) -> bool:
        """Whether it is a test run that never was part of the results."""
        return self.test and not self.included and not self.digested_to

    @property
    def is_empty(self) -> bool:
        """Whether nobody has said anything yet, the facilitator included."""
        return self.last_sequence <= self.starts_after

    @property
    def is_completed(self) -> bool:
        """Whether somebody had a conversation to its end: one that ended without a word of theirs counts for nothing."""
        return self.concluded and self.message_count > 0

    @property
    def completed_at(self) -> datetime | None:
        """When it was completed: when it ended, or with the first words where it had ended without any. None where nothing tells."""
        if not self.is_completed or self.concluded_at is None or self.first_message_at is None:
            return None
        return max(self.concluded_at, self.first_message_at)

    @property
    def themes(self) -> tuple[str, ...]:
        """The themes that its digest speaks of, by id as they were then."""
        return tuple(self.counts.stances) if self.counts else ()

    @property
    def is_stale(self) -> bool:
        """Whether the participant said something that the digest does not know."""
        return self.last_said > self.digested_to

    def with_said(self, message: "Message") -> "Thread":
        """The head when the participant has said this."""
        now = message.created_at
        return replace(
            self,
            last_sequence=message.sequence,
            last_said=message.sequence,
            message_count=self.message_count + 1,
            first_message_at=self.first_message_at or now,
            last_message_at=now,
        )

    def digest_rests(self, now: datetime) -> bool:
        """Whether a digest of these words failed so often that it is not to be tried now."""
        after = self.digest_after
        return after is not None and after > now and self.digest_tried_to == self.last_said

    def is_leased(self, now: datetime) -> bool:
        """Whether a reply is being made right now."""
        return self.turn_id is not None and self.leased_until is not None and self.leased_until > now

    def with_reply(self, message: "Message") -> "Thread":
        """Returns the head after this reply of the facilitator's."""
        return replace(
            self,
            last_sequence=message.sequence,
            answered_to=message.sequence,
            concluded=self.concluded or message.is_final,
            concluded_at=message.created_at if message.is_final and not self.concluded else self.concluded_at,
            turn_id=None,
            leased_until=None,
        )


class Message(Struct, frozen=True):
    """One entry of a thread. `message_id` is the channel's own id for what a participant sent.

    `widget_spec` is the widget that a facilitator's message presents; `widget_value` what a participant chose in one.
    `themes` are those of other conversations that the facilitator was given for this message. `is_replied_to_later`: the channel
    stored it without a reply, which comes by itself a moment later. `is_declined`: no model would answer, so that code wrote this
    reply; what it replies to is shown to no model any more.
    """

    id: str
    sequence: int
    role: Speaker
    content: str
    created_at: datetime
    message_id: str | None = None
    is_final: bool = False
    model: str | None = None
    usage: dict[str, int] | None = None  # of a reply: input_tokens, cached_tokens, output_tokens
    widget_spec: dict[str, Any] | None = None
    widget_value: Any = None
    themes: tuple[str, ...] = ()
    is_replied_to_later: bool = False
    is_declined: bool = False


class TranscriptRequest(Struct, frozen=True):
    """A participant asks for their conversation by mail, in this language; until it `expires_at`.

    `sealed` is what only the worker reads: the address, and what their private link carries.
    """

    id: str
    session_id: str
    thread_id: str
    sealed: str
    language: str
    expires_at: datetime


class WidgetUse(Struct, frozen=True):
    """What one message has to do with a widget, by its sequence number: it presents the one of `spec`, or answers the one that was
    presented last before it, with `value`."""

    sequence: int
    spec: dict[str, Any] | None = None
    value: Any = None


class CondensedHistory(Struct, frozen=True):
    """The earlier part of a long thread, shortened by code: everything up to `to_sequence`.

    `message_ids` are the channel's ids of the messages in it, as fingerprints, each with the sequence number of the reply
    to that message. `themes` are those of the messages in it.
    """

    to_sequence: int
    text: str
    message_ids: dict[str, int]
    themes: tuple[str, ...] = ()


class ThreadView(Struct, frozen=True):
    """A thread with its form and messages, oldest first."""

    thread: Thread
    answers: tuple[Answer, ...] = ()
    messages: tuple[Message, ...] = ()
