"""The digest of one thread: what its participant holds, point by point, each tied to the message that says so.

The model proposes, code verifies: a point has to name one of the participant's own messages, its quote is cut from what
is stored, and its theme is one that the session's registry knows, or a new one there.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Block, ChatMessage, Model, ModelUnavailable, Request, Tool
from chalicelib.model import STANCES, Answer, Digest, Message, Point, SessionView, Thread
from chalicelib.model.synthesis import KINDS
from chalicelib.services.facilitation.withheld_words import withhold_declined
from chalicelib.services.participants.question_roles import role_of
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.setup import render_setup
from chalicelib.services.safety import danger_in
from chalicelib.services.synthesis.own_words import OwnWords
from chalicelib.services.synthesis.quotes import cut_quote
from chalicelib.services.synthesis.shared_registry import MAX_LABEL, MAX_QUESTION, SharedRegistry
from chalicelib.services.synthesis.unquotable import UnquotableWords, list_written
from chalicelib.services.synthesis.withheld import join_hosts_texts
from chalicelib.text.normalise import one_line

MAX_TOKENS = 8_000
MAX_POINTS = 60
MAX_ANSWERS = 100  # of a script's: a point for each question that it puts at most
MAX_TEXT = 300
MAX_GROUP = 60

RECORD_DIGEST = Tool(
    name="record_digest",
    description="Record the participant's new points.",
    schema={
        "type": "object",
        "properties": {
            "points": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "message_id": {
                            "type": "string",
                            "description": "The id of the participant's message that makes the point.",
                        },
                        "quote": {
                            "type": "string",
                            "description": "One whole clause, copied exactly from that message.",
                        },
                        "text": {"type": "string", "description": "The point in one self-contained sentence."},
                        "theme": {"type": "string", "description": "The id of the theme; empty where none fits."},
                        "kind": {"type": "string", "enum": list(KINDS)},
                        "topic": {"type": "string", "description": "What is at stake, in two to four words."},
                        "stance": {"type": "string", "enum": list(STANCES)},
                        "group": {
                            "type": "string",
                            "description": "How the person stands to the matter, in words that fit many; else empty.",
                        },
                    },
                    "required": ["message_id", "quote", "text", "kind", "theme", "topic", "stance", "group"],
                    "additionalProperties": False,
                },
            },
            "gist": {
                "type": "string",
                "description": "What the participant holds in all, known points included, in one sentence.",
            },
        },
        "required": ["points"],
        "additionalProperties": False,
    },
)


def digest_thread(
    view: SessionView,
    thread: Thread,
    previous: Digest | None,
    messages: Sequence[Message],
    *,
    shared: SharedRegistry,
    model: Model,
    deadline: Deadline,
    now: datetime,
    context: Sequence[Message] = (),
    answers: Sequence[Answer] = (),
) -> Digest:
    """The thread's digest after these messages, which follow those that `previous` covers.

    `context` are the messages just before these: what the facilitator asked in them may be what these answer; `answers` are those
    of the form. What no model is shown since one declined to answer it is in no point, and counted. One model call, none where the
    participant said nothing new. Points of before are kept, new ones are added. ModelUnavailable where the model's answer has not the
    shape it was asked for: the digest then stays as it was, and the messages are digested another time.
    """
    before = previous or Digest(thread.id, 0, (), 0, "", now)
    spoken = [message for message in messages if message.role == "user"]
    if not spoken:
        return replace(before, to_sequence=_last_of(before, messages))
    told = withhold_declined([*context, *messages])[len(context) :]
    said = {message.id: message for message in told if message.role == "user" and message in spoken}
    if not said:
        return pass_over(thread, before, messages, now)
    shown = [message for message in context if message.role == "assistant"]
    shown += [message for message in told if model.understands or not _is_private(message)]
    given, written_by = _ask(_request(view, before, shown, shared.show(), answers), model, deadline)
    longest = MAX_LABEL if model.understands else MAX_QUESTION
    written = [*(it.content for it in said.values()), *list_written(answers)]
    own = OwnWords(written)
    found = [point for item in given["points"] if (point := _verified(item, said, longest, own))]
    unquotable = UnquotableWords(() if thread.quotable else written, [join_hosts_texts(view)])
    new = shared.settle(thread.id, found, before.points, may_name=lambda label: not unquotable.are_in(label))
    points = _joined(
        before.points, new, by_topic=not model.understands
    )  # of a script, one answer to two questions is two
    kept = _bounded(points, MAX_POINTS if model.understands else MAX_ANSWERS)
    gist = _folded(tags.unescape(given.get("gist")), MAX_TEXT) or before.gist
    withheld = before.withheld + len(spoken) - len(said)
    made = (thread.id, _last_of(before, messages), kept, before.messages + len(spoken), written_by, now)
    return Digest(*made, gist=gist if kept else "", withheld=withheld)


def _ask(request: Request, model: Model, deadline: Deadline) -> tuple[Mapping[str, Any], str]:
    """What the model hands in, with a list of points, and its name; ModelUnavailable for anything else."""
    reply = model.complete(request, deadline)
    call = reply.call(RECORD_DIGEST.name)
    if call is None or not isinstance(call.input.get("points"), list):
        raise ModelUnavailable("The model wrote no usable digest")
    return call.input, reply.model


def pass_over(thread: Thread, previous: Digest | None, messages: Sequence[Message], now: datetime) -> Digest:
    """The thread's digest after these messages, which no model would read: they count as said, and nothing is known of them."""
    before = previous or Digest(thread.id, 0, (), 0, "", now)
    said = sum(message.role == "user" for message in messages)
    return replace(
        before,
        to_sequence=_last_of(before, messages),
        messages=before.messages + said,
        created_at=now,
        withheld=before.withheld + said,
    )


def _last_of(before: Digest, messages: Sequence[Message]) -> int:
    return max([before.to_sequence, *(message.sequence for message in messages)])


def _is_private(message: Message) -> bool:
    """Whether these words show a sign of danger: a script would list them as an answer, and only the host is to read them."""
    return message.role == "user" and danger_in([message.content]) is not None


def _request(
    view: SessionView, before: Digest, messages: Sequence[Message], themes: str, answers: Sequence[Answer]
) -> Request:
    """The themes come last of what is cached: they change with new ones, the rest with the session only."""
    form = [tags.data("answer", it.answer, question=it.text) for it in answers if _tells_how_one_stands(view, it)]
    known = [
        tags.data("known", point.text, topic=point.topic, **({"group": point.group} if point.group else {}))
        for point in before.points
    ]
    new = [
        tags.data("said", message.content, id=message.id)
        if message.role == "user"
        else tags.data("asked", message.content)
        for message in messages
    ]
    spoken = view.session.language
    language = f"the language {tags.data('language', spoken)}" if spoken else "the language of the session's topic"
    system = (Block(fill("digest", setup=render_setup(view), language=language), cached=True),)
    return Request(
        task="digest",
        tier="small",
        system=(*system, Block(themes, cached=True)) if themes else system,
        messages=(ChatMessage("user", (Block("\n".join([*form, *known, *new])),)),),
        max_tokens=MAX_TOKENS,
        tools=(RECORD_DIGEST,),
        must_call=RECORD_DIGEST.name,
    )


def _tells_how_one_stands(view: SessionView, answer: Answer) -> bool:
    """Whether an answer of the form is neither empty nor a name nor an address."""
    asked = next((it for it in view.questions if it.id == answer.question_id), None)
    return bool(answer.answer.strip()) and answer.role == "other" and (asked is None or role_of(asked) == "other")


def _verified(item: object, said: Mapping[str, Message], longest: int, own: OwnWords) -> Point | None:
    """The point as it may be settled, or None where it has no text or names none of the participant's messages."""
    given: Mapping[str, Any] = item if isinstance(item, dict) else {}
    fields = tags.unescape(given)
    message = said.get(str(fields.get("message_id")))
    text = _folded(fields.get("text"), MAX_TEXT)
    if message is None or not text:
        return None
    claimed, theme = fields.get("quote"), fields.get("theme")
    copied = (it for it in (given.get("quote"), claimed) if isinstance(it, str))
    quote = next(filter(None, (cut_quote(it, message.content) for it in copied)), "")
    topic, group = _folded(fields.get("topic"), longest), _folded(fields.get("group"), MAX_GROUP)
    return Point(
        text=text,
        quote=quote,
        message_id=message.id,
        topic=topic,
        stance=stance if (stance := fields.get("stance")) in STANCES else "neutral",
        theme=theme if isinstance(theme, str) else None,
        is_cut=isinstance(claimed, str) and 0 < len(one_line(quote)) < len(one_line(claimed)),
        own=own.of_point(f"{text}\n{group}" if group else text, topic, quote),
        kind=kind if (kind := fields.get("kind")) in KINDS else "",
        group=group,
    )


def _folded(value: object, limit: int) -> str:
    """One line of at most `limit` characters; empty for anything that is no text."""
    return one_line(value, limit) if isinstance(value, str) else ""


def _joined(old: Sequence[Point], new: Sequence[Point], *, by_topic: bool) -> list[Point]:
    """Old points and then new ones; what a participant says twice in the same words (`by_topic`: of one matter) is one point."""
    points: dict[tuple[str, str], Point] = {}
    for point in (*old, *new):
        points.setdefault((point.text.casefold(), point.topic.casefold() if by_topic else ""), point)
    return list(points.values())


def _bounded(points: list[Point], most: int) -> tuple[Point, ...]:
    """At most so many: beyond that, the theme with the most points gives up its oldest, so that nothing a person spoke of disappears."""
    while len(points) > most:
        fullest = Counter(map(_matter, points)).most_common(1)[0][0]
        points.remove(next(point for point in points if _matter(point) == fullest))
    return tuple(points)


def _matter(point: Point) -> str:
    return point.theme or point.topic.casefold()
