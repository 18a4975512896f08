"""What can go wrong, or come in between, while something is done: for tests that draw it."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.faults import FAULTS, Fault

PEOPLE = ("ann", "bob", "cat")
DEATHS = [fault for fault in FAULTS if fault.name in ("dies before", "dies after", "done but unanswered")]
TASKS = ("turn", "digest", "summary")


@dataclass(frozen=True)
class OtherRequest:
    """Another request that is made and answered just before a call of the one that is being made."""

    at: int
    what: str
    name: str


Trouble = tuple[Fault, int] | str | OtherRequest | None

people = st.sampled_from(PEOPLE)
calls = st.integers(1, 14)
failures = st.none() | st.tuples(st.sampled_from(DEATHS), calls) | st.sampled_from(TASKS)
asides = st.builds(
    OtherRequest, calls, st.sampled_from(("speaks", "is taken out", "is taken in", "is removed", "sums up")), people
)
troubles = failures | asides
