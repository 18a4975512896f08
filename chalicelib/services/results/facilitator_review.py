"""A review of the facilitator: what goes wrong in several conversations, each time with what was said, and a rule for the prompt.

A language model names the messages; code finds the words in them, with what the facilitator asked just before. What is not found
is no evidence, and without evidence from two conversations there is no finding.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from chalicelib.clock import Deadline
from chalicelib.errors import Invalid
from chalicelib.llm import tags
from chalicelib.llm.interface import Block, ChatMessage, Model, ModelUnavailable, Request, Tool
from chalicelib.model import Message, SessionView, Thread
from chalicelib.services.facilitation.tailored_prompt import strict_schema
from chalicelib.services.facilitation.withheld_words import withhold_declined
from chalicelib.services.prompts import fill
from chalicelib.services.prompts.setup import render_setup
from chalicelib.services.results.counted import list_counted
from chalicelib.services.results.names_of_few import NamesOfFew
from chalicelib.services.sessions.prompt_versions import current_version
from chalicelib.services.synthesis.quotes import MAX_LENGTH, cut_quote
from chalicelib.store.conversations import Conversations
from chalicelib.text.contact_details import has_address, has_telephone
from chalicelib.text.sentences import find_spans
from chalicelib.text.shared_runs import cut_runs

LEAST_MESSAGES = 3  # of a participant, in a conversation that is read
LEAST_THREADS = 2  # in which a habit is seen
MOST_THREADS = 12  # that are read
LOW = 3  # a rating that is no higher is a low one
MOST_FINDINGS, MOST_EVIDENCE = 4, 4
LIMITS = {"title": 150, "rule": 500}  # characters
MAX_TOKENS = 2_500
_MESSAGES, _CHARACTERS, _OF_MESSAGE = (
    40,
    6_000,
    700,
)  # of one conversation, and of each message, that the model is shown
_HEADING = "# Rules"  # of the section that rules are put under

RECORD_REVIEW = Tool(
    name="record_review",
    description="Hand in the findings.",
    schema=strict_schema(
        {
            "findings": {
                "type": "array",
                "items": strict_schema(
                    {
                        "title": {"type": "string"},
                        "evidence": {
                            "type": "array",
                            "items": strict_schema({"message": {"type": "string"}, "quote": {"type": "string"}}),
                        },
                        "rule": {"type": "string"},
                    }
                ),
            }
        }
    ),
)


class Evidence(Struct, frozen=True):
    """A participant's words, what the facilitator said just before, and where they stand."""

    quote: str
    before: str
    message_id: str
    thread_id: str


class Finding(Struct, frozen=True):
    """A habit of the facilitator's, where it is seen, and the rule that would mend it."""

    title: str
    evidence: tuple[Evidence, ...]
    rule: str

    @property
    def threads(self) -> int:
        """In how many conversations it is seen."""
        return len({it.thread_id for it in self.evidence})


class Review(Struct, frozen=True):
    """What was found, in which conversations, and how many there are that could be read."""

    findings: tuple[Finding, ...]
    read: tuple[str, ...]
    eligible: int


class _Said(Struct, frozen=True):
    """A participant's message, and what the facilitator said before it."""

    message: Message
    before: str
    thread_id: str


def choose_threads(heads: Iterable[Thread]) -> list[Thread]:
    """Returns the conversations that can be read, those first that are: rated low, the lowest first, then the newest. Who does not
    count in the results is left out here, too, and who is not to be quoted: a review is made of what was said."""
    found = [it for it in list_counted(heads) if it.quotable and it.message_count >= LEAST_MESSAGES]
    newest = sorted(found, key=lambda it: (it.last_message_at or it.created_at, it.id), reverse=True)
    return sorted(newest, key=lambda it: it.rating if it.rating is not None and it.rating <= LOW else LOW + 1)


def review_facilitator(view: SessionView, *, conversations: Conversations, model: Model, deadline: Deadline) -> Review:
    """Returns a review of some conversations, by one call of the model.

    Raises Invalid where there are too few, ModelUnavailable where the model gives no review in time.
    """
    eligible = choose_threads(conversations.heads(view.session.id))
    if len(eligible) < LEAST_THREADS:
        raise Invalid(
            f"A review needs {LEAST_THREADS} conversations with {LEAST_MESSAGES} messages of the participant each; "
            f"there are {len(eligible)}"
        )
    read = eligible[:MOST_THREADS]
    talks = [(thread, _shortened(withhold_declined(conversations.history(thread, _MESSAGES)))) for thread in read]
    reply = model.complete(_request(view, talks), deadline)
    call = reply.call(RECORD_REVIEW.name)
    given = call.input.get("findings") if call else None
    if not isinstance(given, list):
        raise ModelUnavailable("The language model wrote no usable review; try again later")
    known = _Known(view, talks)
    found = [finding for item in given if (finding := known.check(item))]
    return Review(tuple(found[:MOST_FINDINGS]), tuple(it.id for it in read), len(eligible))


def append_rules(prompt: str, rules: Sequence[str]) -> str:
    """Returns a prompt with these rules at its end, under a heading of their own."""
    text = prompt.rstrip()
    section = text.rpartition(f"\n{_HEADING}\n")[2]
    is_last = section != text and "\n# " not in section
    listed = "\n".join(f"- {rule}" for rule in rules if f"\n- {rule}" not in text)
    if not listed:
        return prompt
    return f"{text}\n{listed}" if is_last else f"{text}\n\n{_HEADING}\n{listed}"


def _shortened(messages: Sequence[Message]) -> list[Message]:
    """Returns the last messages that there is room for."""
    kept: list[Message] = []
    room = _CHARACTERS
    for message in reversed(messages):
        room -= min(len(message.content), _OF_MESSAGE)
        if room < 0:
            break
        kept.append(message)
    return kept[::-1]


def _request(view: SessionView, talks: Sequence[tuple[Thread, list[Message]]]) -> Request:
    shown = [render_setup(view), tags.data("facilitation_prompt", current_version(view).text)]
    for number, (thread, messages) in enumerate(talks, 1):
        rated = {"rating": thread.rating} if thread.rating else {}
        shown.append(tags.data("conversation", "", id=number, **rated))
        for place, message in enumerate(messages, 1):
            speaker = "participant" if message.role == "user" else "facilitator"
            content = message.content[:_OF_MESSAGE]
            shown.append(tags.data(speaker, content, id=f"{number}.{place}"))
    system = fill("review", most=str(MOST_FINDINGS), most_evidence=str(MOST_EVIDENCE))
    return Request(
        task="review",
        tier="medium",
        system=(Block(system),),
        messages=(ChatMessage("user", (Block("\n".join(shown)),)),),
        max_tokens=MAX_TOKENS,
        tools=(RECORD_REVIEW,),
        must_call=RECORD_REVIEW.name,
    )


class _Known:
    """What was said in the conversations that a review is of, by the ids that the model was shown."""

    def __init__(self, view: SessionView, talks: Sequence[tuple[Thread, list[Message]]]) -> None:
        self._said: dict[str, _Said] = {}
        runs: set[str] = set()
        names = NamesOfFew()
        for number, (thread, messages) in enumerate(talks, 1):
            before = ""
            for place, message in enumerate(messages, 1):
                names.read(message.content, thread.id)
                if message.role == "assistant":
                    before = message.content
                    continue
                self._said[f"{number}.{place}"] = _Said(message, before, thread.id)
                runs |= cut_runs(message.content)
        session = view.session
        hosts = "\n".join((current_version(view).text, session.topic, session.goal, session.critical or ""))
        names.read_hosts(hosts)
        self._names = names
        self._own = runs - cut_runs(hosts)  # runs of words that participants wrote, and the host did not

    def check(self, item: object) -> Finding | None:
        """Returns a finding as far as it is so; None where too little of it is."""
        given: Mapping[str, Any] = item if isinstance(item, dict) else {}
        title, rule = (self._may_stand(name, given.get(name)) for name in LIMITS)
        claimed = given.get("evidence")
        found = [it for claim in (claimed if isinstance(claimed, list) else []) if (it := self._find(claim))]
        evidence = tuple({it.message_id: it for it in found}.values())
        finding = Finding(title, _spread(evidence), rule)
        return finding if title and rule and finding.threads >= LEAST_THREADS else None

    def _may_stand(self, name: str, text: object) -> str:
        """Returns a text on one line; empty for none, and for one with words of a participant's, a name or a way to reach somebody."""
        line = " ".join(tags.unescape(text).split()) if isinstance(text, str) else ""
        if len(line) > LIMITS[name] or has_address(line) or has_telephone(line) or self._own & cut_runs(line):
            return ""
        return "" if self._names.are_in(line, is_title=name == "title") else line

    def _find(self, claim: object) -> Evidence | None:
        given: Mapping[str, Any] = claim if isinstance(claim, dict) else {}
        said, words = self._said.get(str(given.get("message"))), given.get("quote")
        if said is None or not said.before or not isinstance(words, str):
            return None
        copied = (words, tags.unescape(words))
        quote = next(filter(None, (cut_quote(it, said.message.content) for it in copied)), "")
        return Evidence(quote, _end_of(said.before), said.message.id, said.thread_id) if quote else None


def _spread(evidence: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """Returns as much evidence as is shown, the first of each conversation before any second one."""
    seen: list[str] = []
    turns = []
    for it in evidence:
        turns.append((seen.count(it.thread_id), it))
        seen.append(it.thread_id)
    return tuple(it for _, it in sorted(turns, key=lambda turn: turn[0]))[:MOST_EVIDENCE]


def _end_of(text: str) -> str:
    """Returns the last sentences of a long message, where its question stands; a span of it as it was written."""
    text = text.strip()
    if len(text) <= MAX_LENGTH:
        return text
    starts = [start for start, end in find_spans(text) if len(text) - start <= MAX_LENGTH]
    return text[min(starts) if starts else len(text) - MAX_LENGTH :].strip()
