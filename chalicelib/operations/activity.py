"""What can be done while a session runs: see how far people are, what they say, and whether more of them would say anything new."""

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from msgspec import UNSET, Meta, UnsetType
from msgspec.structs import asdict

from chalicelib import container
from chalicelib.model import Session, SessionView, ThemeRegistry, Thread
from chalicelib.operations.fields import Count, MessageId, SessionId, SessionInput, ThreadId, Time, moment, read_moment
from chalicelib.operations.operation import Call, Operation, Output
from chalicelib.operations.session_output import SummaryStatus
from chalicelib.operations.subject import session_with
from chalicelib.services.results.participation import EventKind, progress_of
from chalicelib.services.synthesis.state import summary_status
from chalicelib.store.sessions import FOR_ACTIVITY

if TYPE_CHECKING:
    from chalicelib.services.results.activity import Event as FoundEvent


class Event(Output):
    """What somebody did."""

    at: Annotated[Time, Meta(description="When.")]
    kind: Annotated[
        EventKind,
        Meta(
            description="What: joined, said something, came to the end, rated the conversation.", examples=["message"]
        ),
    ]
    participant_id: Annotated[ThreadId, Meta(description="The id of the participant's thread.")]
    participant_name: Annotated[str | None, Meta(description="The name that was given.", examples=["Ada"])]
    message_id: Annotated[MessageId, Meta(description="Of the newest messages, the id.")] | UnsetType = UNSET
    content: Annotated[str, Meta(description="The words.", examples=["It is too loud to concentrate."])] | UnsetType = (
        UNSET
    )


class AskedQuestion(Output):
    """Something that the host asks."""

    question: Annotated[str, Meta(description="The question.", examples=["What keeps you from coming in?"])]
    covered: Annotated[
        bool,
        Meta(
            description="Whether it has been spoken to: what must be learnt by the summary, a question of the prompt by at least half "
            "of the people; without a language model by anybody.",
            examples=[True],
        ),
    ]
    participants: Annotated[int | None, Meta(description="How many people spoke to it, where that was counted.")]


class Saturation(Output):
    """Whether new themes still come up."""

    conversations: Annotated[Count, Meta(description="The conversations it is told from.", examples=[12])]
    themes: Annotated[Count, Meta(description="The themes they speak of.", examples=[9])]
    last: Annotated[Count, Meta(description="How many of the last conversations are looked at.", examples=[5])]
    new_themes: Annotated[
        Count, Meta(description="The themes that those were the first to bring up: few, where more people add little.")
    ]
    tells: Annotated[
        bool, Meta(description="Whether these are conversations enough to tell anything.", examples=[True])
    ]
    step: Annotated[Count, Meta(description="How many conversations are a step.", examples=[5])]
    new_by_step: Annotated[
        list[Count],
        Meta(
            description="The themes that each step of conversations was the first to bring up, in the order in which people began "
            "to speak; the last step may be shorter.",
            examples=[[7, 2, 0]],
        ),
    ]


class RemindersSent(Output):
    """What came of the reminders of a session: numbers, and nothing of anybody."""

    sent: Annotated[Count, Meta(description="How many reminders were sent.", examples=[3])]
    opened: Annotated[
        Count,
        Meta(
            description="How many people asked for the page of the link in one; programs that check mails do that, too.",
            examples=[2],
        ),
    ]
    came_back: Annotated[
        Count, Meta(description="How many people said something, or concluded, after one.", examples=[1])
    ]
    undeliverable: Annotated[
        Count,
        Meta(description="How many people get no more, since no mail arrives at the address they gave.", examples=[0]),
    ]


class Activity(Output):
    """How a session goes."""

    session_id: Annotated[SessionId, Meta(description="The id of the session.")]
    participant_count: Annotated[Count, Meta(description="How many people joined.", examples=[5])]
    completed_count: Annotated[Count, Meta(description="How many came to the end.", examples=[2])]
    joined_count: Annotated[Count, Meta(description="How many have said nothing yet.", examples=[0])]
    talking_count: Annotated[Count, Meta(description="How many are in the conversation.", examples=[2])]
    quiet_count: Annotated[
        Count,
        Meta(description="How many said nothing for 24 hours, or were not done when the session ended.", examples=[1]),
    ]
    left_count: Annotated[Count, Meta(description="How many ended the conversation without a word.", examples=[0])]
    excluded_count: Annotated[Count, Meta(description="How many of all are left out of the results.", examples=[0])]
    summary_status: SummaryStatus
    events: Annotated[
        list[Event],
        Meta(
            description="What people did, newest last: the last 100 things at most. Of each person's messages there is the latest; "
            "those of the six people who spoke last have their words, unless they are left out of the results, or not to be quoted."
        ),
    ]
    asked: Annotated[
        list[AskedQuestion], Meta(description="What the host asks, as far as it is known whether people spoke to it.")
    ]
    saturation: Annotated[
        Saturation | None,
        Meta(description="Whether new themes still come up; null without a language model, which finds themes."),
    ]
    reminders: Annotated[
        RemindersSent | None, Meta(description="What came of reminders; null while the session sends none.")
    ]


class GetActivity(SessionInput):
    """Since when."""

    since: (
        Annotated[
            str,
            Meta(
                description="Only events after this: a time, or a date, which is its midnight; UTC without a zone.",
                extra_json_schema={"anyOf": [{"format": "date"}, {"format": "date-time"}]},
            ),
        ]
        | UnsetType
    ) = UNSET


def get_activity(call: Call, since: datetime | None, view: SessionView) -> Activity:
    """How a session goes: what people did and said last, and whether more of them would say anything new.

    Ask again with the ETag, every ten seconds or less often.
    """
    from chalicelib.services.results.activity import list_events
    from chalicelib.services.results.coverage import is_of_script, list_coverage

    of, conversations = view.session, container.conversations()
    heads = conversations.heads(of.id)
    people = [head for head in heads if not head.test]
    far = Counter(progress_of(head, of.status_at(call.now), call.now) for head in people)
    registry = container.synthesis_deps().themes.get(of.id, view.synthesis)
    scripted = is_of_script(view, understands=container.model_of(view.session).understands)
    return Activity(
        session_id=of.id,
        participant_count=view.tally.participants,
        completed_count=view.tally.completed,
        joined_count=far["joined"],
        talking_count=far["talking"],
        quiet_count=far["quiet"],
        left_count=far["left"],
        excluded_count=sum(not head.included for head in people),
        summary_status=summary_status(view, call.now),
        events=[_event(it) for it in list_events(heads, since, conversations)],
        asked=[
            AskedQuestion(it.question, it.covered, it.participants)
            for it in list_coverage(view, heads, registry, scripted=scripted)
        ],
        saturation=None if scripted else _saturation(view, heads, registry),
        reminders=_reminders(of, heads),
    )


def _event(of: "FoundEvent") -> Event:
    said = (of.message.id, of.message.content) if of.message else ()
    return Event(moment(of.at), of.kind, of.thread.id, of.thread.name, *said)


def _reminders(of: Session, heads: list[Thread]) -> RemindersSent | None:
    if not of.reminders["enabled"]:
        return None
    from chalicelib.services.participants.reminders import count_reminders

    return RemindersSent(**asdict(count_reminders(container.reminders().all_of(of.id), heads)))


def _saturation(view: SessionView, heads: list[Thread], registry: ThemeRegistry) -> Saturation:
    from chalicelib.services.results.coverage import measure_saturation

    found = measure_saturation(view, heads, registry)
    return Saturation(**asdict(found) | {"new_by_step": list(found.new_by_step), "tells": found.tells})


def _since(_: Call, given: GetActivity) -> datetime | None:
    return None if given.since is UNSET else read_moment("since", given.since)


OPERATIONS = (Operation(get_activity, "viewer", GetActivity, Activity, reads=session_with(FOR_ACTIVITY), check=_since),)
