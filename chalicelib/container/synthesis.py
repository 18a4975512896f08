"""Summaries: what the job that writes them needs."""

from typing import TYPE_CHECKING

from chalicelib import container
from chalicelib.clock import Clock
from chalicelib.llm.interface import Model
from chalicelib.settings import settings
from chalicelib.store.reduced_digests import ReducedDigests
from chalicelib.store.scratchpads import Scratchpads
from chalicelib.store.summaries import Summaries
from chalicelib.store.themes import Themes

if TYPE_CHECKING:
    from chalicelib.services.synthesis.digest_runner import SynthesisDeps


def summaries() -> Summaries:
    """The repository of summaries."""
    return Summaries(container.clock())


def synthesis_deps() -> "SynthesisDeps":
    """The dependencies of the summary job."""
    return container.synthesis_deps_with(container.model(), container.clock())


def synthesis_deps_with(model: Model, clock: Clock) -> "SynthesisDeps":
    """The dependencies of the summary job with this model and clock."""
    from chalicelib.services.synthesis.digest_runner import SynthesisDeps

    return SynthesisDeps(
        sessions=container.sessions(),
        summaries=Summaries(clock),
        conversations=container.conversations(),
        themes=Themes(),
        reduced_digests=ReducedDigests(),
        scratchpads=Scratchpads(),
        memories=container.memories(),
        model=model,
        jobs=container.jobs(),
        clock=clock,
        interval=settings().summary_interval,
        silence=settings().summary_silence,
    )
