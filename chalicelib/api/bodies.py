"""What requests may carry: the structs that validate, document and type the bodies."""

from datetime import datetime
from typing import Annotated, Literal

from msgspec import Meta, Struct, field

from chalicelib.services.access.limits import CONTENT_LIMIT

Topic = Annotated[str, Meta(min_length=1, max_length=300)]
Text5k = Annotated[str, Meta(max_length=5_000)]
Required5k = Annotated[str, Meta(min_length=1, max_length=5_000)]
Text100k = Annotated[str, Meta(max_length=100_000)]
Name = Annotated[str, Meta(max_length=200)]
ID_LIMIT = 200
Id = Annotated[str, Meta(min_length=1, max_length=ID_LIMIT)]
Content = Annotated[str, Meta(min_length=1, max_length=CONTENT_LIMIT)]
Option = Annotated[str, Meta(min_length=1, max_length=200)]
QuestionText = Annotated[str, Meta(min_length=1, max_length=1_000)]
Moment = Annotated[datetime, Meta(tz=True)]
Hours = Annotated[int, Meta(ge=1, le=720)]


class ScratchpadBody(Struct):
    """POST …/scratchpad."""

    mode: Literal["seed", "update", "status"] = "seed"


class QuestionBody(Struct):
    """A question of the pre-session form."""

    text: QuestionText
    type: Literal["Short field", "Email", "Options"] = "Short field"
    required: bool = False
    options: Annotated[tuple[Option, ...], Meta(max_length=50)] = ()


class RemindersBody(Struct):
    """Nudges to people who joined and did not finish."""

    enabled: bool = False
    after_hours: Annotated[tuple[Hours, ...], Meta(max_length=5)] = ()
    text: Text5k | None = None

    def __post_init__(self) -> None:
        self.text = self.text or None


class DistributionBody(Struct):
    """A channel where the session is announced."""

    group_id: Id
    channel: Literal["telegram"] = "telegram"


class CreateSessionBody(Struct):
    """POST /sessions."""

    topic: Topic
    goal: Required5k
    critical: Text5k | None = None
    context: Text100k | None = None
    prompt: Text100k | None = None
    template_id: Id | None = None
    project_id: Id | None = None
    questions: Annotated[tuple[QuestionBody, ...], Meta(max_length=50)] | None = None
    cross_pollination: bool = False
    widgets_enabled: bool = False
    results_visibility: Literal["host", "participants", "public"] = "host"
    distribution: Annotated[tuple[DistributionBody, ...], Meta(max_length=20)] = ()
    is_public: bool = False
    summary_prompt: Text100k | None = None
    welcome_message: Text5k | None = None
    meta_description: Text5k | None = None
    language: Annotated[str, Meta(max_length=35)] | None = None
    time_zone: Annotated[str, Meta(min_length=1, max_length=64)] = "UTC"
    duration_minutes: Annotated[int, Meta(ge=1, le=240)] = 10
    closes_at: Moment | None = None
    anonymous: bool = False
    max_participants: Annotated[int, Meta(ge=1, le=100_000)] | None = None
    reminders: RemindersBody = field(default_factory=RemindersBody)


class AnswerBody(Struct):
    """An answer to one question of the form."""

    question_id: Id
    answer: Text5k


class JoinBody(Struct):
    """POST /sessions/{id}/chat/questions."""

    participant_id: Id
    participant_name: Name
    answers: Annotated[tuple[AnswerBody, ...], Meta(max_length=50)]


# Which of these it has to be, and with what in it, depends on the widget that is open.
WidgetValue = str | list[str] | int


class ChatBody(Struct):
    """POST /sessions/{id}/chat."""

    content: Content
    participant_id: Id
    participant_name: Name
    message_id: Id | None = None
    widget_value: WidgetValue | None = None


class ResponseBody(Struct):
    """POST /sessions/{id}/responses."""

    content: Content


class IncludedBody(Struct):
    """PATCH /sessions/{id}/participants/{participant_id}."""

    included: bool


class GroupBody(Struct):
    """POST /integrations/telegram/groups."""

    group_id: Id
    group_name: Name | None = None
    topic_id: Annotated[int, Meta(ge=-(2**53), le=2**53)] | None = None
