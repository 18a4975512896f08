"""The themes after somebody was taken out: nothing stays that only they brought up, nor anything in their words."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from msgspec.structs import replace

from chalicelib.errors import Unavailable
from chalicelib.llm.scripted.labels import question_key
from chalicelib.model import Digest, RegisteredTheme, SessionView, ThemeRegistry
from chalicelib.retry import Retry
from chalicelib.services.synthesis.aggregate import Aggregate, stances_by_theme
from chalicelib.services.synthesis.answers import list_asked_keys
from chalicelib.services.synthesis.digest_runner import SynthesisDeps
from chalicelib.services.synthesis.shared_registry import SharedRegistry
from chalicelib.services.synthesis.unquotable import UnquotableWords, find_unquotable_words, name_otherwise
from chalicelib.store import digests as stored
from chalicelib.text import tokens
from chalicelib.text.normalise import fold

MOST_ASKED = 10  # people who carry a theme, for a name of it
_LEAST_LETTERS = 3  # letters of a word that can tell whose it is
_NAMELESS = ("", "")
_NOTHING = UnquotableWords(())
_RETRY = Retry(tries=20)  # while digests go on adding themes


def prune_registry(
    view: SessionView, aggregate: Aggregate, shared: SharedRegistry, deps: SynthesisDeps
) -> ThemeRegistry:
    """The themes as they stand, and after somebody was taken out, or is not to be quoted any more, stored as they may stand."""
    registry = shared.registry
    known = registry.last
    said = find_unquotable_words(aggregate, view)
    withdrawn = view.synthesis.withdrawn_at is not None
    if not (withdrawn or name_otherwise(registry, said) != registry):
        return registry
    hosts = list_asked_keys(view)
    for _ in _RETRY.attempts(deps.clock):
        people = stances_by_theme(aggregate, registry)
        asked = {
            name
            for theme in _lost(registry, aggregate, hosts, said)
            for name in sorted(people.get(theme, ()))[:MOST_ASKED]
        }
        digests = stored.of_threads(view.session.id, sorted(asked))
        kept = without_excluded(registry, aggregate, digests, known, hosts, said) if withdrawn else registry
        kept = name_otherwise(kept, said)
        if kept == registry:
            return registry
        if made := deps.themes.put(view.session.id, kept, registry):
            return made
        registry = deps.themes.get(view.session.id)
    raise Unavailable("The themes of the session are being changed; try again in a moment")


def without_excluded(
    registry: ThemeRegistry,
    aggregate: Aggregate,
    digests: Iterable[Digest],
    known: int,
    hosts: Collection[str] = (),
    said: UnquotableWords = _NOTHING,
) -> ThemeRegistry:
    """The registry without the themes that nobody carries, without descriptions, and without labels of whoever is gone, or that
    repeat what was `said` by people who are not to be quoted.

    A theme that loses its label is named as most of those whose digests these are speak of it, or not at all. The next
    summary describes all themes anew, and names those without a name. Labels that are questions of the host's, by the keys
    in `hosts`, are nobody's words and stay. What is numbered above `known` is newer than the aggregate, and left alone.
    """
    supported = {found.id for name in aggregate.supported if (found := registry.resolve(name))}
    names = _names(registry, _lost(registry, aggregate, hosts, said), digests)
    themes = []
    for theme in registry.themes:
        live = registry.resolve(theme.id)
        if theme.number > known:
            themes.append(theme)
        elif live and live.id in supported:
            if not _stays(theme, aggregate, hosts, said):
                label, coined_by = names.get(live.id, _NAMELESS)
                theme = replace(theme, label=label, coined_by=coined_by)
            elif theme.coined_by not in aggregate.counts:
                theme = replace(theme, coined_by="")  # the host's
            themes.append(replace(theme, description="", same_as=""))
    return replace(registry, themes=tuple(themes))


def _stays(theme: RegisteredTheme, aggregate: Aggregate, hosts: Collection[str], said: UnquotableWords) -> bool:
    """Whether its label is somebody's who is still there, or nobody's; a summary's is made of what everybody said."""
    if said.are_in(theme.label):
        return False
    if not theme.coined_by or theme.coined_by in aggregate.counts:
        return True
    return bool(hosts) and question_key(theme.label) in hosts


def _lost(
    registry: ThemeRegistry, aggregate: Aggregate, hosts: Collection[str], said: UnquotableWords
) -> dict[str, set[str]]:
    """For each live theme that loses a label, or one under another name, the words that go with it."""
    words: defaultdict[str, set[str]] = defaultdict(set)
    for theme in registry.themes:
        live = registry.resolve(theme.id)
        if live and not _stays(theme, aggregate, hosts, said):
            words[live.id] |= tokens.find_content(theme.label, _LEAST_LETTERS)
    return dict(words)


def _names(
    registry: ThemeRegistry, lost: Mapping[str, set[str]], digests: Iterable[Digest]
) -> dict[str, tuple[str, str]]:
    """For each of these themes the label that most people use for it, and who does."""
    used: defaultdict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    counted: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for digest in digests:
        for theme, label in dict.fromkeys(_own(registry, lost, digest)):
            used[theme].setdefault(fold(label), (label, digest.thread_id))
            counted[theme][fold(label)] += 1
    return {theme: used[theme][min(found, key=lambda it: (-found[it], it))] for theme, found in counted.items()}


def _own(registry: ThemeRegistry, lost: Mapping[str, set[str]], digest: Digest) -> Iterator[tuple[str, str]]:
    """The labels that somebody's points have for these themes: with nothing of a lost one that they did not say themselves."""
    for point in digest.points:
        live = registry.resolve(point.theme)
        if live and live.id in lost and point.topic:
            theirs = tokens.find_content(point.topic, _LEAST_LETTERS) & lost[live.id]
            if theirs <= tokens.find_units(point.quote):
                yield live.id, point.topic
