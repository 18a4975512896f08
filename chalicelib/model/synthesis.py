"""Records of what is made of the conversations: digests, the summary, the brief."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Literal, get_args

from msgspec import Struct

Stance = Literal["for", "against", "mixed", "neutral"]
STANCES: tuple[Stance, ...] = get_args(Stance)
Kind = Literal["experience", "view", "proposal", "condition", "question"]  # of a point
KINDS: tuple[Kind, ...] = get_args(Kind)
NAMED_BY_SUMMARY = "summary"  # in the place of the thread that coined a label


class RegisteredTheme(Struct, frozen=True):
    """A theme of a session by its id, which it keeps for ever. `alias_of` is the theme that it turned out to be the same as.

    `description` is what a summary says of it. `same_as` is the theme that the last summary took it for: it becomes its alias where
    the next one does so, too. `coined_by` is the thread whose digest gave it its label; NAMED_BY_SUMMARY where it had lost that, and a
    summary gave it another.
    """

    id: str
    label: str
    description: str = ""
    alias_of: str | None = None
    coined_by: str = ""
    same_as: str = ""

    @property
    def number(self) -> int:
        """The number in its id."""
        return int(self.id[1:])


class ThemeRegistry(Struct, frozen=True, dict=True):
    """The themes of a session. `version` counts how often they changed; `last` is the highest number ever given as an id."""

    version: int = 0
    themes: tuple[RegisteredTheme, ...] = ()
    last: int = 0

    @cached_property
    def live(self) -> tuple[RegisteredTheme, ...]:
        """The themes that are no aliases."""
        return tuple(theme for theme in self.themes if theme.alias_of is None)

    def resolve(self, theme_id: str | None) -> RegisteredTheme | None:
        """The live theme that an id stands for today; None for one that is not here."""
        found = self._known.get(theme_id or "")
        for _ in self._known:
            if found is None or found.alias_of is None:
                return found
            found = self._known.get(found.alias_of)
        return None

    @cached_property
    def _known(self) -> dict[str, RegisteredTheme]:
        return {theme.id: theme for theme in self.themes}


class Point(Struct, frozen=True, omit_defaults=True):
    """One thing a participant holds. `quote` is cut by code from the message that says so, empty where nothing matched; where
    it `is_cut`, more was to be quoted than there is room for.

    `topic` is a short label of what it is about; `stance` is towards that: for, against, mixed or neutral. `theme` is the
    id of the session's theme that it belongs to, as it was then: `ThemeRegistry.resolve` tells what that is today. `own` are
    words of the participant's in its text, topic and group, as far as code can tell and the quote has them not. `kind` is one of
    KINDS, empty in points from before there were any. `group` says how the person stands to the matter, in words that fit many;
    empty where they did not say, or it would tell who they are.
    """

    text: str
    quote: str
    message_id: str
    topic: str
    stance: str = "neutral"
    theme: str | None = None
    is_cut: bool = False
    own: tuple[str, ...] = ()
    kind: str = ""
    group: str = ""


class DigestCounts(Struct, frozen=True):
    """What one thread counts for by its digest: its messages, its points, those without a theme, and its stance on each theme, by the
    theme's id as its points name it."""

    messages: int
    points: int
    themeless: int
    stances: dict[str, str]


class Digest(Struct, frozen=True):
    """What one thread says, in points; it covers the messages up to `to_sequence`. `gist` is a model's sentence that says it in
    short: empty without points, in digests of a script, and in those from before there were any. `withheld` counts the messages that no
    model would read."""

    thread_id: str
    to_sequence: int
    points: tuple[Point, ...]
    messages: int
    model: str
    created_at: datetime
    gist: str = ""
    withheld: int = 0

    @property
    def counts(self) -> DigestCounts:
        """What it counts for."""
        taken: dict[str, list[str]] = {}
        for point in self.points:
            if point.theme:
                taken.setdefault(point.theme, []).append(point.stance)
        themeless = sum(point.theme is None for point in self.points)
        stances = {theme: joined(found) for theme, found in taken.items()}
        return DigestCounts(self.messages, len(self.points), themeless, stances)


def joined(stances: Iterable[str]) -> str:
    """One person's stance out of several: somebody both for and against is mixed."""
    clear = set(stances) - {"neutral"}
    if not clear:
        return "neutral"
    return clear.pop() if len(clear) == 1 else "mixed"


class ReducedDigest(Struct, frozen=True):
    """One digest of all in a bucket of threads: the points that speak for them, each with its thread.

    A session that is too large to read all digests again has them.

    `fingerprint` says which digests it was made from, `newest` when the last of them was; `version` names this state of it.
    `withheld` counts their messages that no model would read.
    """

    bucket: int
    fingerprint: str
    newest: datetime
    points: tuple[tuple[str, Point], ...]
    version: str = ""
    withheld: int = 0


class Quote(Struct, frozen=True):
    """Words of one participant, cut from a stored message."""

    text: str
    thread_id: str
    message_id: str


class CountsPeople:
    """A record of what some participants have in common; `sources` are those who are different people for certain, all where None."""

    __slots__ = ()
    participants: int
    sources: int | None

    @property
    def people(self) -> int:
        """How many different people it is of for certain."""
        return self.participants if self.sources is None else self.sources


class Theme(CountsPeople, Struct, frozen=True):
    """What several participants talk about; `participants` is counted by code from the threads that carry it.

    `id` is that of the registered theme that stands for it; `stances` says how many of them are for, against, mixed, neutral.
    `gathers` are the ids of all registered themes in it; none in a summary from before they were kept. `gathered` names them, for
    members only: digests named those. So is all of it where `members_only`.
    """

    label: str
    statement: str
    participants: int
    quotes: tuple[Quote, ...] = ()
    id: str = ""
    stances: dict[Stance, int] = {}
    gathered: str = ""
    members_only: bool = False
    sources: int | None = None
    gathers: tuple[str, ...] = ()


class Proposal(CountsPeople, Struct, frozen=True):
    """What participants propose, and under which `condition`, empty where they set none; `participants` are those who are for or
    against it by the points that a model names as its evidence, `stances` how many are which."""

    text: str
    condition: str
    participants: int
    stances: dict[Stance, int] = {}
    sources: int | None = None


class Summary(CountsPeople, Struct, frozen=True):
    """A finished summary: the markdown shown to the host, and the parts that other documents are made of.

    `quotes` are those in its prose; themes have their own. One that was made without a language model has no prose: its
    themes are questions, that of what is critical is named by `critical_theme`, and `words` are those that many people used,
    each with how many did. `withheld` are the sentences and labels that only members read, `withheld_quotes` the quotes, and all
    quotes from the threads in `tests`, which are test runs. `number` counts the summaries of a session since somebody was taken out
    last; that of a summary from before they were counted is 0. `declined` are the ids of messages whose points no model would put
    into a summary, so that the next one is not asked to; `withheld_messages` counts these, and those that are in no digest. `tier` is
    that of the model that was asked for it; empty without one, and in summaries from before it was kept. `refused` counts the statements
    of that model which a check took out.
    """

    markdown: str
    generated_at: datetime
    model: str
    participants: int
    messages: int
    overview: str
    themes: tuple[Theme, ...] = ()
    agreements: tuple[str, ...] = ()
    tensions: tuple[str, ...] = ()
    minority_views: tuple[str, ...] = ()
    open_questions: tuple[str, ...] = ()
    critical_answer: str | None = None
    quotes: tuple[Quote, ...] = ()
    critical_theme: str = ""
    words: tuple[tuple[str, int], ...] = ()
    withheld: tuple[str, ...] = ()
    withheld_quotes: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    sources: int | None = None
    number: int = 0
    proposals: tuple[Proposal, ...] = ()
    declined: tuple[str, ...] = ()
    withheld_messages: int = 0
    tier: str = ""
    refused: int = 0

    @property
    def critical_answers(self) -> Theme | None:
        """The question of what is critical with its answers, where it is one of the themes."""
        return next((theme for theme in self.themes if self.critical_theme and theme.id == self.critical_theme), None)


class Brief(Struct, frozen=True):
    """SESSION.md, made from the summary that was generated at `summary_at`."""

    markdown: str
    summary_at: datetime


class Synthesis(Struct, frozen=True):
    """Where the synthesis of a session stands, as it is stored. `services/synthesis/state.py` says what states this makes.

    Something changed at `stale_since`; the stream told of words that no digest had at `told_at`. A summary is being written until
    `updating_until`, for a request that waits for it where `held_by_request`. It was `begun` so often since that last came to an
    end, good or bad: more than once only where processes died, or AWS was out of reach. `tries` failed in a row since something
    was said last, `paid_tries` of them after a model was paid. No job tries again before `rests_until`, and none does anything
    before `slow_until`, whatever is said; the sweep wakes one at `due_at`. Since `withdrawn_at` the summary is offline, or somebody's words
    are cut out of it. Since
    `behind_since` something is digested that the summary has not, and for which it is not written anew at once; since `wanted_at`
    somebody waits for it, with `wants_large` a host who asked for it to be written. `epoch` counts how often somebody was taken
    out, or in again, or allowed less to be made of their words. `themes_version` and `themes_last` are those of the registry of themes.
    """

    stale_since: datetime | None = None
    told_at: datetime | None = None
    updating_until: datetime | None = None
    held_by_request: bool = False
    begun: int = 0
    tries: int = 0
    paid_tries: int = 0
    rests_until: datetime | None = None
    slow_until: datetime | None = None
    due_at: datetime | None = None
    withdrawn_at: datetime | None = None
    behind_since: datetime | None = None
    wanted_at: datetime | None = None
    wants_large: bool = False
    epoch: int = 0
    themes_version: int = 0
    themes_last: int = 0


# What transitions change of a `Synthesis`.
Attribute = Literal[
    "stale_since",
    "told_at",
    "updating_until",
    "held_by_request",
    "begun",
    "tries",
    "paid_tries",
    "rests_until",
    "slow_until",
    "due_at",
    "withdrawn_at",
    "behind_since",
    "wanted_at",
    "wants_large",
    "epoch",
]
Value = datetime | int | None


class Precondition(Struct, frozen=True):
    """What a stored value has to be for a transition: absent, present, this one, or this one at most."""

    attribute: Attribute
    relation: Literal["absent", "present", "is", "at most"]
    value: datetime | None = None


class Transition(Struct, frozen=True):
    """A change of a stored `Synthesis`: the values that it sets, where None takes one away, and the counters that it adds to.

    It is made where there is such a record, one of each of `preconditions` holds, and nobody was taken out, or in again, since `epoch`.
    Where it sets `due_at`, that is when a job is missed; with `in_silence`, when nobody is expected to have said anything since.
    """

    sets: Mapping[Attribute, Value]
    adds: Mapping[Attribute, int] = {}
    preconditions: tuple[tuple[Precondition, ...], ...] = ()
    epoch: int | None = None
    in_silence: bool = False
