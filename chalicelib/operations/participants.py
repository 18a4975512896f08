"""What can be done with the people of a session: read what they said, take them out of the results, remove them; and one's own response."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from chalicelib import container
from chalicelib.errors import Conflict, Forbidden, NotFound, TooLarge
from chalicelib.model import Message as StoredMessage
from chalicelib.model import SessionView, ThreadView
from chalicelib.operations.answer_size import fits, rendered
from chalicelib.operations.fields import (
    Content,
    Count,
    MessageId,
    QuestionId,
    SessionId,
    SessionInput,
    ThreadId,
    Time,
    moment,
    moment_or_null,
    read_moment,
)
from chalicelib.operations.operation import Call, Done, Operation, Output, Repeat
from chalicelib.operations.subject import session_with
from chalicelib.services.access.principal import Principal
from chalicelib.services.access.roles import has_role
from chalicelib.services.conversations.messages import NewMessage
from chalicelib.services.conversations.own_response import find_own, find_response
from chalicelib.services.conversations.own_response import respond as store_response
from chalicelib.services.participants import decisions, responses
from chalicelib.services.participants.identity import respondent_of
from chalicelib.services.participants.scopes import Channel, rules_of
from chalicelib.services.results.participation import Progress, progress_of
from chalicelib.store.conversations import TurnView

Words = Annotated[str, Meta(description="The words.", examples=["It is too loud to concentrate."])]

Found = tuple[SessionView, ThreadView | None]  # a session, and somebody's thread in it


class Message(Output):
    """One entry of a thread."""

    id: Annotated[MessageId, Meta(description="The id that quotes and evidence name.")]
    role: Annotated[
        Literal["user", "assistant"],
        Meta(description="Who speaks: the participant is `user`, the facilitator `assistant`."),
    ]
    content: Words
    created_at: Annotated[Time, Meta(description="When it was said.")]
    widget_spec: (
        Annotated[dict[str, Any], Meta(description="The widget that the facilitator offers with it.")] | UnsetType
    ) = UNSET
    widget_value: Annotated[Any, Meta(description="What the participant chose in a widget.")] = UNSET


class Answer(Output):
    """What a participant entered for a question; the text is kept as it was asked."""

    question_id: Annotated[QuestionId, Meta(description="The id of the question.")]
    text: Annotated[str, Meta(description="The question as it was asked.", examples=["How often do you come in?"])]
    answer: Annotated[str, Meta(description="What was entered; chosen options in a row.", examples=["Weekly"])]
    choices: (
        Annotated[list[str], Meta(description="The options that were chosen, where several could be.")] | UnsetType
    ) = UNSET


class Participant(Output):
    """One participant's thread."""

    participant_id: Annotated[ThreadId, Meta(description="The id of the participant's thread.")]
    participant_name: Annotated[str | None, Meta(description="The name that was given.", examples=["Ada"])]
    active: Annotated[
        bool, Meta(description="Whether the conversation goes on: it was not concluded.", examples=[True])
    ]
    messages: Annotated[list[Message], Meta(description="What was said, oldest first.")]
    external_id: Annotated[
        str,
        Meta(
            description="The id that the channel gave the participant; of an anonymous session, something else in its place "
            "that is the same for the same participant.",
            examples=["ada"],
        ),
    ]
    channel: Annotated[Channel, Meta(description="Where the conversation takes place.", examples=["api"])]
    another_account: Annotated[
        bool,
        Meta(
            description="Whether the participant came by the key of an account that has no role in this session: its "
            "`external_id` and its name are its own, whoever else has the same.",
            examples=[False],
        ),
    ]
    message_count: Annotated[Count, Meta(description="How many messages the participant sent.")]
    first_message_at: Annotated[Time | None, Meta(description="When the participant spoke first.")]
    last_message_at: Annotated[Time | None, Meta(description="When the participant spoke last.")]
    answers: Annotated[list[Answer], Meta(description="What was entered in the form.")]
    included: Annotated[
        bool, Meta(description="Whether the results are made from this conversation, too.", examples=[True])
    ]
    rating: Annotated[int | None, Meta(description="How the participant liked it, from 1 to 5.", examples=[None])]
    test: Annotated[
        bool,
        Meta(
            description="Whether this is a test run by an editor: never counted, and in the results only once it was included.",
            examples=[False],
        ),
    ]
    progress: Annotated[
        Progress,
        Meta(
            description="How far they are: `joined` has said nothing yet, `talking` is in the conversation, `quiet` has said nothing "
            "for 24 hours or was not done when the session ended, `completed` came to the end, `left` ended it without a word.",
            examples=["talking"],
        ),
    ]
    joined_at: Annotated[Time, Meta(description="When the conversation began.")]
    completed_at: Annotated[
        Time | None, Meta(description="When the conversation came to its end, as far as that was kept.")
    ]
    prompt_version: Annotated[
        Count, Meta(description="The version of the prompt that the conversation goes by; 0 for none.", examples=[1])
    ]
    quotable: Annotated[
        bool,
        Meta(
            description="Whether they let themselves be quoted. Of somebody who does not, please repeat no words outside this session.",
            examples=[True],
        ),
    ]
    comment: (
        Annotated[
            str | None,
            Meta(
                description="What they wrote beside the rating; only where one participant is asked for.",
                examples=["That was easy."],
            ),
        ]
        | UnsetType
    ) = UNSET


class ParticipantList(Output):
    """Participants by their first message."""

    data: Annotated[list[Participant], Meta(description="The participants.")]
    next_cursor: (
        Annotated[str | None, Meta(description="Where to go on, while a `limit` leaves some out.")] | UnsetType
    ) = UNSET


class Response(Output):
    """The caller's own response."""

    id: Annotated[MessageId, Meta(description="The id of the message.")]
    session_id: Annotated[SessionId, Meta(description="The id of the session.")]
    content: Words
    created_at: Annotated[Time, Meta(description="When it was said.")]


class ListResponses(SessionInput):
    """Which of a session's participants to give, and how much of them."""

    limit: Annotated[int, Meta(ge=1, le=10**15, description="How many participants to give at most.")] | UnsetType = (
        UNSET
    )
    cursor: Annotated[str, Meta(description="The `next_cursor` of the page before.")] | UnsetType = UNSET
    mode: Annotated[Literal["list"], Meta(description="Leave the messages out.")] | UnsetType = UNSET
    since: (
        Annotated[
            str,
            Meta(
                description="Only participants who first spoke after this: a time, or a date, which is its midnight; UTC without a zone.",
                extra_json_schema={"anyOf": [{"format": "date"}, {"format": "date-time"}]},
            ),
        ]
        | UnsetType
    ) = UNSET
    name: Annotated[str, Meta(max_length=200, description="Only participants whose name has these letters.")] = ""
    min_messages: Annotated[int, Meta(ge=0, le=10**15, description="Only participants who sent as many messages.")] = 0
    sort: Annotated[Literal["oldest", "newest"], Meta(description="By first message, or by last message.")] = "oldest"
    include: (
        Annotated[
            Literal["all", "excluded"],
            Meta(
                description="`all` gives people who were taken out of the results, too, and test runs; `excluded` gives these people alone."
            ),
        ]
        | UnsetType
    ) = UNSET
    progress: (
        Annotated[Progress, Meta(description="Only people who are so far, as a `Participant` tells.")] | UnsetType
    ) = UNSET


class AddResponse(SessionInput):
    """A response of one's own."""

    content: Annotated[Content, Meta(description="The words.", examples=["Quiet rooms would help."])]


class ParticipantInput(SessionInput):
    """Names a participant of a session."""

    participant_id: Annotated[ThreadId, Meta(description="The `participant_id` of a `Participant`.")]


class IncludeParticipant(ParticipantInput):
    """Whether somebody counts in the results."""

    included: Annotated[
        bool, Meta(description="Whether the results are made from this conversation, too.", examples=[False])
    ]


def list_responses(call: Call, wanted: responses.ResponseFilter, view: SessionView) -> Done:
    """Every included thread with its messages, by first message."""
    wanted = msgspec.structs.replace(wanted, status=view.session.status_at(call.now), now=call.now)
    found = responses.list_responses(view.session.id, wanted, participants=container.participants())
    people = [_participant(it, view, call.now) for it in found.people]
    answer = ParticipantList(people, UNSET if wanted.limit is None else found.next_cursor)
    return Done(answer, too_large=responses.refuse_too_large(wanted))


def add_response(call: Call, given: AddResponse, turn_view: TurnView) -> Done:
    """The caller's own response; no facilitator replies."""
    said, who = NewMessage(given.content, call.repeat_id), respondent_of(call.principal)
    message = store_response(turn_view, who, said, deps=container.conversation_deps(), new_id=call.new_id)
    return Done(_response(given.session_id, message), {"sequence": message.sequence, "message_id": message.id})


def get_participant(call: Call, _: ParticipantInput, found: Found) -> Participant:
    """One participant's conversation, whether the results are made from it or not: the form, every message, the rating."""
    view, thread = found
    if thread is None:
        raise NotFound("Participant not found")
    of = thread.thread
    read = msgspec.structs.replace(thread, messages=tuple(container.conversations().messages(of)))
    person = _participant(read, view, call.now)
    comment = container.feedback().comment(of) if of.rating else None
    return msgspec.structs.replace(person, comment=comment or None)


def include_participant(call: Call, given: IncludeParticipant, found: Found) -> Participant:
    """Take somebody out of the results, or in again; the summary follows.

    Where the messages are more than one answer can carry, there are none in it; `message_count` says how many there are.
    """
    deps = container.participant_deps()
    thread = decisions.set_included(given.session_id, found[1], given.included, deps=deps)
    person = _participant(thread, found[0], call.now)
    return person if fits(rendered(person)) else msgspec.structs.replace(person, messages=[])


def remove_participant(_: Call, __: ParticipantInput, found: Found) -> None:
    """Remove somebody's data for good; the summary follows. It takes the owner, and for a test run an editor."""
    view, thread = found
    if not (has_role(view, "owner") or (thread and thread.thread.test)):
        raise Forbidden
    decisions.remove_participant(view.session, thread, deps=container.participant_deps())


def _participant_read(principal: Principal, session_id: str, participant_id: str) -> tuple[SessionView, Found]:
    found = container.participants().find(session_id, participant_id, principal.require_user())
    return found[0], found


def _own_thread_read(principal: Principal, session_id: str) -> tuple[SessionView, TurnView]:
    turn_view = find_own(session_id, respondent_of(principal), deps=container.conversation_deps())
    return turn_view.view, turn_view


def _response_again(_: Call, kept: dict[str, Any], turn_view: TurnView) -> Response:
    return _response(turn_view.view.session.id, find_response(turn_view, **kept, deps=container.conversation_deps()))


def _wanted(_: Call, given: ListResponses) -> responses.ResponseFilter:
    """Puts the input into the words of the rules. Raises Invalid for a `since` that is no time, and a `cursor` that is none of ours."""
    return responses.ResponseFilter(
        limit=None if given.limit is UNSET else given.limit,
        cursor=None if given.cursor is UNSET else given.cursor,
        messages=given.mode is UNSET,
        since=None if given.since is UNSET else read_moment("since", given.since),
        name=given.name.strip(),
        min_messages=given.min_messages,
        newest_first=given.sort == "newest",
        excluded_too=given.include is not UNSET,
        excluded_only=given.include == "excluded",
        progress=None if given.progress is UNSET else given.progress,
    )


def _participant(of: ThreadView, view: SessionView, now: datetime) -> Participant:
    thread = of.thread
    return Participant(
        participant_id=thread.id,
        participant_name=thread.name,
        active=not thread.concluded,
        messages=[_message(entry) for entry in of.messages],
        external_id=thread.external_id,
        channel=rules_of(thread.scope).channel,
        another_account=rules_of(thread.scope).is_strangers,
        message_count=thread.message_count,
        first_message_at=moment_or_null(thread.first_message_at),
        last_message_at=moment_or_null(thread.last_message_at),
        answers=[Answer(it.question_id, it.text, it.answer, list(it.choices) or UNSET) for it in of.answers],
        included=thread.included,
        rating=thread.rating,
        test=thread.test,
        progress=progress_of(thread, view.session.status_at(now), now),
        joined_at=moment(thread.created_at),
        completed_at=moment_or_null(thread.completed_at),
        prompt_version=thread.prompt_version,
        quotable=thread.quotable,
    )


def _message(of: StoredMessage) -> Message:
    spec = UNSET if of.widget_spec is None else of.widget_spec
    value = UNSET if of.widget_value is None else of.widget_value
    return Message(of.id, of.role, of.content, moment(of.created_at), spec, value)


def _response(session_id: str, of: StoredMessage) -> Response:
    return Response(of.id, session_id, of.content, moment(of.created_at))


OPERATIONS = (
    Operation(
        list_responses,
        "viewer",
        ListResponses,
        ParticipantList,
        reads=session_with(),
        check=_wanted,
        fails=(TooLarge,),
    ),
    Operation(
        add_response,
        "editor",
        AddResponse,
        Response,
        reads=_own_thread_read,
        again=Repeat(_response_again),
        creates=True,
    ),
    Operation(get_participant, "viewer", ParticipantInput, Participant, reads=_participant_read),
    Operation(
        include_participant, "editor", IncludeParticipant, Participant, reads=_participant_read, fails=(Conflict,)
    ),
    Operation(remove_participant, "editor", ParticipantInput, reads=_participant_read, fails=(Conflict,)),
)
