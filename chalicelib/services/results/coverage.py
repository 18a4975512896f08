"""How much of what a host asked people spoke to, and whether new themes still come up: told from what is made of the conversations
already. No model is asked, and no digest is read: the heads of threads say which themes each speaks of."""

from collections import defaultdict
from collections.abc import Iterable

from msgspec import Struct

from chalicelib.llm.interface import SCRIPTED
from chalicelib.llm.scripted.labels import list_asked, question_key
from chalicelib.model import SessionView, ThemeRegistry, Thread
from chalicelib.services.facilitation.prompt import basic_prompt
from chalicelib.services.synthesis.aggregate import Aggregate, aggregate_heads, stances_by_theme
from chalicelib.services.synthesis.scratchpad import MAX_QUESTION
from chalicelib.text.sentences import list_questions

LAST = 5  # conversations that are looked at for new themes
LEAST = 2 * LAST  # conversations below which they tell nothing
MOST_STEPS = 10


class Asked(Struct, frozen=True):
    """Something that the host asks, whether people spoke to it, and how many, where that was counted."""

    question: str
    covered: bool
    participants: int | None = None


class Saturation(Struct, frozen=True):
    """How many themes all conversations, and the last ones of them, were the first to bring up; `new_by_step` has the same of each
    `step` of them, in the order in which people began to speak. The last step may be shorter."""

    conversations: int
    themes: int
    last: int
    new_themes: int
    step: int
    new_by_step: tuple[int, ...]

    @property
    def tells(self) -> bool:
        """Whether there are conversations enough to tell anything."""
        return self.conversations >= LEAST


def is_of_script(view: SessionView, *, understands: bool) -> bool:
    """Whether digests of this session come from a script, so that its themes are questions; where nothing is made of it yet, whether
    they would."""
    return view.summary.model == SCRIPTED if view.summary else not understands


def list_coverage(
    view: SessionView, heads: Iterable[Thread], registry: ThemeRegistry, *, scripted: bool
) -> list[Asked]:
    """Returns what the host asks, as far as it is known whether people spoke to it.

    A script counts who answers each question. Of a model's digests the summary tells whether there is an answer to what must be
    learnt, and the scratchpad which questions of the prompt at least half of the people spoke to.
    """
    prompt = view.prompt.text if view.prompt else basic_prompt(view)
    critical = view.session.critical or ""
    if scripted:
        people = _people_by_question(aggregate_heads(view, heads), registry)
        asked = list_asked(prompt, critical)
        return [Asked(text, key in people, len(people.get(key, ()))) for key, text in asked.items()]
    answered = [Asked(critical, bool(view.summary.critical_answer))] if critical and view.summary else []
    pad = view.scratchpad
    if pad is None or not pad.messages:
        return answered
    spoken = {it.question: it.participants for it in pad.covered}
    questions = [it for it in dict.fromkeys(list_questions(prompt)) if it != critical]
    counted = [(it, spoken.get(it[:MAX_QUESTION])) for it in questions]
    return [*answered, *(Asked(text, people is not None, people) for text, people in counted)]


def measure_saturation(view: SessionView, heads: Iterable[Thread], registry: ThemeRegistry) -> Saturation:
    """Returns how many themes conversations were the first to bring up, in the order in which people began to speak; test runs are
    nobody's."""
    heads = list(heads)
    counts, tests = (found := aggregate_heads(view, heads)).counts, found.tests
    spoke = [head for head in heads if head.id in counts and head.id not in tests]
    spoke.sort(key=lambda head: (head.first_message_at or head.created_at, head.id))
    known: set[str] = set()
    fresh: list[int] = []
    for head in spoke:
        before = len(known)
        known.update(live.id for live in map(registry.resolve, counts[head.id].stances) if live)
        fresh.append(len(known) - before)
    step = max(LAST, -(-len(fresh) // MOST_STEPS))
    by_step = tuple(sum(fresh[at : at + step]) for at in range(0, len(fresh), step))
    return Saturation(len(spoke), len(known), LAST, sum(fresh[-LAST:]), step, by_step)


def _people_by_question(aggregate: Aggregate, registry: ThemeRegistry) -> dict[str, set[str]]:
    """Returns who answers which question, by its key; nobody's is none."""
    people: defaultdict[str, set[str]] = defaultdict(set)
    labels = {theme.id: theme.label for theme in registry.live}
    for theme, found in stances_by_theme(aggregate, registry).items():
        if found:
            people[question_key(labels[theme])].update(found)
    return people
