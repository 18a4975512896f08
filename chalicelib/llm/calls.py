"""Calls of models, whatever provider stands behind: deadlines, second tries, the small tier in need, what it all cost.

One rule for time: a chat turn gets 15 s for its first try, and a failure that comes fast (under 3 s) goes once to the
small tier with what remains of the deadline; everything else has its whole deadline and is tried again by its queue. No
call takes longer than its time, not even one that drips.

A reply that was cut off, says nothing that can be used, shows its reasoning or lacks the call it had to make is asked for once
more, with a line about what was wrong; half a reply is never handed on. What a model declined, it is not asked again: a turn goes to
the small tier, once, and is declined where that declines it too. Where the small tier alone declines, in the place of a model that had
no time, that model may be asked again.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, TypeVar

from msgspec import Struct, field, json
from msgspec.structs import replace

from chalicelib.background import begin
from chalicelib.clock import Deadline
from chalicelib.errors import Unavailable
from chalicelib.llm.exchange import Answer, Effort, Provider, ProviderFailure, Question
from chalicelib.llm.interface import (
    Block,
    ChatMessage,
    ModelCutOff,
    ModelDeclined,
    ModelRefused,
    ModelUnavailable,
    Reply,
    Request,
    RequestRefused,
    Tier,
    ToolCall,
    Usage,
)
from chalicelib.llm.leaked import is_leaking, take_off_reasoning
from chalicelib.llm.prices import estimate_usage, most_of, tokens_of
from chalicelib.observability import logger
from chalicelib.settings import SettingMissing

T = TypeVar("T")

FIRST_TRY: Final = 15.0
FAST: Final = 3.0
LEAST: Final = 0.5  # with less time than this a call is not worth starting
MOST_CHARACTERS: Final = 100_000  # of a reply; more than its tokens can be, and less than an item of DynamoDB holds
MOST_TOKENS: Final = 21_000  # of an answer that is not streamed, as the SDK has it
MOST_PAUSES: Final = 2  # of one answer
IN_NEED: Final[Effort] = "medium"  # of the small tier in another's place: with less, it lets its reasoning out

_REFUSED_FORM = (400, 422)  # the latter by servers of one's own
_REFUSED_REQUEST = (*_REFUSED_FORM, 413)  # for what it holds; the others for who asks, or for which model


class ProvidedModel:
    """A Model behind a provider, one model of that for each tier."""

    understands = True

    def __init__(self, name: str, provider: Provider, models: Mapping[Tier, str], *, is_hosts: bool = False) -> None:
        self.name = name
        self._is_hosts = is_hosts  # what it refuses is no matter of the operator's, whom alarms would call
        self._provider = provider
        self._models = models
        self._plain: set[str] = set()  # models that took a request in its plain form only
        provider.prepare()

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer before the deadline, with one successful call."""
        self._wait_until_prepared(request, deadline)
        self._connect(request)
        attempt = Attempt(self._models[request.tier], request.max_tokens, FIRST_TRY if request.task == "turn" else None)
        try:
            return self._reply(request, attempt, deadline)
        except ModelUnavailable as error:
            if attempt.declined is None:
                error.usage = attempt.usage
                raise
            # Whatever came after that: the model itself would decline again.
            declined = ModelDeclined("The language model declined to answer", attempt.declined)
            declined.usage = attempt.usage
            raise declined from error

    def most_of(self, request: Request) -> int:
        """What a request may cost at most, in millionths of a dollar: two answers of its own model, and a turn's third of the small one."""
        again = _again(request.max_tokens)
        most = most_of(request, self._models[request.tier], request.max_tokens + again)
        return most + most_of(request, self._models["small"], again, times=1) if request.task == "turn" else most

    def _reply(self, asked: Request, attempt: "Attempt", deadline: Deadline) -> Reply:
        """A whole reply, asked for twice at most of one model, and once more of the small tier."""
        request = asked
        while True:
            answer = self._whole_answer(request, attempt, deadline)
            if answer.ending == "declined":
                self._decline(request, answer, attempt)
                continue
            reply, wrong = _read(request, answer, attempt)
            if reply:
                return reply
            logger.warning(
                "model reply unusable", extra={"model": attempt.model, "task": request.task, "ending": answer.ending}
            )
            if attempt.asked_again:
                raise _unavailable(request, kind=ModelCutOff if answer.ending == "cut_off" else ModelUnavailable)
            attempt.again(_again(attempt.tokens))
            request = _with_note(asked, wrong)

    def _decline(self, request: Request, answer: Answer, attempt: "Attempt") -> None:
        """Note it, and go to the small tier with a turn that its own model declined. Raises ModelUnavailable where there is nobody else."""
        asked = {"task": request.task, "model": attempt.model}
        log = logger.warning if self._is_hosts else logger.error
        log("model declined", extra={"event": "model_declined", "category": answer.category, **asked})
        other = self._models["small"]
        if attempt.model == self._models[request.tier]:
            attempt.declined = answer.category  # by the small tier in its place, it would not be for good
        if request.task != "turn" or attempt.fell_back or other == attempt.model:
            raise _unavailable(request)
        attempt.fall_back(other)

    def _whole_answer(self, request: Request, attempt: "Attempt", deadline: Deadline) -> Answer:
        """What the model says; one that paused goes on with what it had, as often as it may."""
        said, begun = "", ()
        for _ in range(MOST_PAUSES + 1):
            answer = self._answer(request, attempt, deadline, begun)
            attempt.usage += answer.usage if answer.usage.total else _estimated(request, attempt.model, answer)
            said += answer.text
            if answer.ending != "paused":
                break
            begun = answer.begun
        return replace(answer, text=said)

    def _answer(self, request: Request, attempt: "Attempt", deadline: Deadline, begun: tuple[object, ...]) -> Answer:
        """What one call gives, from the small tier where a turn's own model failed fast."""
        while True:
            before = deadline.remaining()
            if before < LEAST:
                raise _unavailable(request)
            question = attempt.question(request, begun, plain=attempt.model in self._plain)
            try:
                answer = self._send(question, min(before, attempt.limit or before))
            except ProviderFailure as failure:
                if failure.refuses_key:
                    self._provider.forget()
                if failure.timed_out:
                    # What was begun goes on there, and is paid for, however long it gets; nobody will tell how long that was.
                    attempt.usage += estimate_usage(request, attempt.model, written=question.max_tokens)
                if self._loosens(question, attempt, failure):
                    continue
                fast = before - deadline.remaining() < FAST
                if request.task != "turn" or attempt.fell_back or begun or not fast or not failure.passes:
                    raise _failure(request, failure, is_hosts=self._is_hosts) from failure
                logger.warning(
                    "model failed fast, going to the small tier", extra={"model": attempt.model, "error": failure.name}
                )
                attempt.fall_back(self._models["small"])
                continue
            if attempt.plain:
                self._plain.add(attempt.model)
            return answer

    def _send(self, question: Question, seconds: float) -> Answer:
        try:
            return _within(seconds, lambda: self._provider.send(question, seconds))
        except TimeoutError as error:
            raise ProviderFailure(type(error).__name__, timed_out=True) from error

    def _loosens(self, question: Question, attempt: "Attempt", failure: ProviderFailure) -> bool:
        """Whether a refused request has anything that only some models take, to be sent without from now on."""
        if failure.status not in _REFUSED_FORM or question.plain or self._provider.is_plain(question):
            return False
        logger.warning("request refused, sent again in its plain form", extra={"model": attempt.model})
        attempt.plain = True
        return True

    def _wait_until_prepared(self, request: Request, deadline: Deadline) -> None:
        """Return when the client can be made. Raises ModelUnavailable at the deadline; what was begun goes on for the next request."""
        preparing = self._provider.prepare()
        if preparing is None:
            return
        try:
            preparing.result(max(0.0, deadline.remaining() - LEAST))
        except TimeoutError as error:
            logger.warning("model's client not prepared in time", extra={"event": "model_failed", "task": request.task})
            raise _unavailable(request) from error

    def _connect(self, request: Request) -> None:
        """Have a client with a key. A missing one is the operator's to set: an alarm counts this event."""
        try:
            self._provider.connect()
        except SettingMissing as error:
            logger.error(
                "model key missing", extra={"event": "model_key_missing", "task": request.task, "reason": str(error)}
            )
            message = "The facilitator has no API key: the operator of this server has to set it"
            raise ModelUnavailable(message, retry_after=60) from error
        except Unavailable as error:
            logger.warning("model key unreadable", extra={"event": "model_failed", "task": request.task})
            raise _unavailable(request) from error


class Attempt(Struct):
    """How far a request has come: whom it asks, for how many tokens and seconds, and what has been tried."""

    model: str
    tokens: int
    limit: float | None
    fell_back: bool = False
    asked_again: bool = False
    declined: str | None = None  # why the request's own model declined; empty where that was not told
    plain: bool = False
    usage: Usage = field(default_factory=Usage)

    def question(self, request: Request, begun: tuple[object, ...], *, plain: bool) -> Question:
        """What is asked now; `plain` where the model is known to take nothing else."""
        effort: Effort | None = IN_NEED if self.fell_back else None
        return Question(request, self.model, self.tokens, self.plain or plain, effort, begun)

    def fall_back(self, model: str) -> None:
        """Ask another model, with all the time that is left."""
        self.model, self.limit, self.fell_back, self.plain = model, None, True, False

    def again(self, tokens: int) -> None:
        """Ask once more, with more room and all the time that is left."""
        self.tokens, self.limit, self.asked_again = tokens, None, True


def _again(tokens: int) -> int:
    """For how many tokens a reply is asked for once more."""
    return min(2 * tokens, MOST_TOKENS)


def _within(seconds: float, call: Callable[[], T]) -> T:
    """What the call gives, or TimeoutError after so many seconds from the start.

    A client's time-outs are those of a socket: they begin anew with every byte that comes. So the call has a thread of
    its own, which is left behind with its connection when the time is over, and ends with them.
    """
    return begin(call).result(seconds)


_NOTHING: Final = "Your last answer could not be used: it had nothing in it. Answer again."
_CUT_OFF: Final = "Your last answer was cut off, since it was too long. Answer again, in fewer words."
_LEAKED: Final = (
    "Your last answer showed your reasoning, or had a call of a tool written out as text. Answer again with nothing but the words that "
    "are meant for the reader, and call a tool only as a tool."
)
_NOT_CALLED: Final = (
    "Your last answer did not call the tool `{name}`. Call `{name}` now, with everything that it requires."
)


def _read(request: Request, answer: Answer, attempt: Attempt) -> tuple[Reply | None, str]:
    """The reply; or None, and what the model is told: where it is cut off, too long to be kept, says nothing that can be used, shows
    its reasoning, or lacks the call it had to make. Any server may send anything: what is of no known form says nothing."""
    if answer.ending == "cut_off":
        return None, _CUT_OFF
    if answer.ending != "whole":
        return None, _NOTHING
    text = take_off_reasoning(answer.text)
    calls = tuple(ToolCall(_name_of(request, call.name), call.input) for call in answer.calls)
    reply = Reply(text, attempt.model, calls, attempt.usage)
    size = _size_of(text, answer.calls)
    if size is None:
        return None, _NOTHING
    if size > MOST_CHARACTERS:
        return None, _CUT_OFF
    filled = tuple(call for call in calls if _is_filled(request, call))
    if request.must_call is not None:
        called = replace(reply, tool_calls=filled)
        is_there = called.call(request.must_call) is not None
        return (called, "") if is_there else (None, _NOT_CALLED.format(name=request.must_call))
    if is_leaking(text):
        return None, _LEAKED
    return (reply, "") if text.strip() or filled else (None, _NOTHING)


def _size_of(text: str, calls: Iterable[ToolCall]) -> int | None:
    """How long words and calls are, in bytes; None where they cannot be stored: halves of characters, values within values without end."""
    try:
        return len(text.encode()) + sum(len(json.encode(call.input)) for call in calls)
    except (UnicodeEncodeError, RecursionError):
        return None


def _estimated(request: Request, model: str, answer: Answer) -> Usage:
    """What an answer cost of which the server tells no tokens, as some do: it is not free for that. One of no form is no answer."""
    if answer.ending == "malformed":
        return Usage()
    written = tokens_of(_size_of(answer.text, answer.calls) or 0)
    return estimate_usage(request, model, written=written)


def _name_of(request: Request, called: str) -> str:
    """The tool that a model means: some write a tool's name in another letter case."""
    names = [tool.name for tool in request.tools]
    meant = [name for name in names if name.casefold() == called.casefold()]
    return meant[0] if called not in names and len(meant) == 1 else called


def _is_filled(request: Request, call: ToolCall) -> bool:
    """Whether a call is one of an offered tool, with everything that this requires."""
    offered = (tool for tool in request.tools if tool.name == call.name)
    return any(call.input.keys() >= set(tool.schema.get("required", ())) for tool in offered)


def _with_note(request: Request, note: str) -> Request:
    """The request with a line about what was wrong: the same request once more would have the same answer."""
    return replace(request, messages=(*request.messages, ChatMessage("system", (Block(note),))))


def _failure(request: Request, failure: ProviderFailure, *, is_hosts: bool) -> ModelUnavailable:
    """The failure for the caller. One that will not pass by itself is the operator's to look at, and logged as an error, where the
    model is not a host's."""
    log = logger.error if failure.lasts and not is_hosts else logger.warning
    event = "model_key_rejected" if failure.refuses_key else "model_failed"
    extra = {"event": event, "task": request.task, "status": failure.status, "error": failure.name}
    log("model call failed", extra=extra)
    refused = RequestRefused if failure.status in _REFUSED_REQUEST else ModelRefused
    return _unavailable(request, failure.retry_after, refused if failure.lasts else ModelUnavailable)


def _unavailable(
    request: Request, retry_after: float | None = None, kind: type[ModelUnavailable] = ModelUnavailable
) -> ModelUnavailable:
    turns = "The facilitator is unavailable; send the same message again"
    message = turns if request.task == "turn" else "The language model is unavailable; try again later"
    return kind(message) if retry_after is None else kind(message, retry_after)
