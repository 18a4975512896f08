"""What participants propose: a model words the measures, code counts who is for and against them by the points that it names."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from chalicelib.model import Proposal
from chalicelib.model.synthesis import joined
from chalicelib.services.synthesis.aggregate import count_stances
from chalicelib.services.synthesis.evidence import EvidenceBook
from chalicelib.services.synthesis.prose import ProseCheck
from chalicelib.services.synthesis.theme_groups import MAX_TEXT, one_line

MAX_PROPOSALS = 12


def list_proposals(given: object, book: EvidenceBook, prose: ProseCheck) -> tuple[Proposal, ...]:
    """The proposals that somebody speaks to, those of most people first; whoever is both for and against one is mixed."""
    found: dict[str, Proposal] = {}
    for item in given[: 2 * MAX_PROPOSALS] if isinstance(given, list) else []:
        fields: Mapping[str, Any] = item if isinstance(item, dict) else {}
        text = prose.check(one_line(fields.get("text"), MAX_TEXT))
        sides: defaultdict[str, list[str]] = defaultdict(list)
        for name, stance in (("evidence", "for"), ("against", "against")):
            for entry in book.find(fields.get(name)):
                if entry.thread_id not in book.aggregate.tests:
                    sides[entry.thread_id].append(stance)
        if not text or not sides:
            prose.refused.update([text] if text else [])
            continue
        stances = {thread_id: joined(it) for thread_id, it in sides.items()}
        condition = prose.check(one_line(fields.get("condition"), MAX_TEXT))
        people = book.aggregate.count_people(stances)
        proposal = Proposal(text, condition, len(stances), count_stances(stances.values()), people)
        found.setdefault(text.casefold(), proposal)
    return tuple(sorted(found.values(), key=_most_carried_first)[:MAX_PROPOSALS])


def _most_carried_first(proposal: Proposal) -> tuple[int, int]:
    return -proposal.participants, -proposal.stances["for"]
