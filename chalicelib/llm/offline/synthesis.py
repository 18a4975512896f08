"""The offline summary: themes by the words people share, told in their own sentences.

A registered theme belongs to the theme that most of its points are in.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request, ToolCall
from chalicelib.llm.language import SAMPLED, script_for
from chalicelib.llm.offline import findings, labels
from chalicelib.llm.offline.report_phrases import REPORT_PHRASES, ReportPhrases
from chalicelib.llm.offline.shown import first, user_text
from chalicelib.llm.offline.text import length_in_words
from chalicelib.llm.offline.themes import Cluster, find_themes
from chalicelib.llm.offline.vocabulary import Document, Item, Vocabulary, build, cosine

MOST_THEMES = 12
QUOTED = 3
MOSTLY = 0.7  # of the people that a theme will count; where fewer speak of it in this, its name would mislead
REGISTERED_NAMED = 3
ANSWERING = 0.15  # a point less like the critical question than this does not speak to it


@dataclass(frozen=True, slots=True)
class _Named:
    """A theme with its name, and the registered themes in it."""

    label: str
    statement: str
    description: str
    evidence: list[str]
    themes: list[str]


def summarise(request: Request) -> Reply:
    """A call of `write_summary` over the points in the prompt."""
    prompt = user_text(request)
    items, registered = _points(prompt)
    topic, critical = first("topic", prompt), first("critical", prompt)
    sample = " ".join(item.text for item in items[:SAMPLED])
    words = REPORT_PHRASES[script_for(first("language", prompt), sample)]
    vocabulary = build(items, topic)
    clusters, holds, counts = _placed(find_themes(vocabulary)[:MOST_THEMES], registered, items)
    home = _home(clusters)
    labelled = {piece.attributes["id"]: piece.attributes["label"].capitalize() for piece in tags.read("theme", prompt)}
    named = [
        _named(
            cluster, held, [] if len(cluster.people) >= MOSTLY * count else _known(held, labelled), vocabulary, words
        )
        for cluster, held, count in zip(clusters, holds, counts, strict=True)
    ]
    found = findings.find(vocabulary, home)
    place = {name: named[index].label for name, index in home.items() if counts[index] > 1}
    apart_on = {place.get(left.item.id) for left, _ in found.tensions} | _disputed(named, registered, items)
    agreed = {name: label for name, label in place.items() if label not in apart_on}
    alike = [(document, words.quoted.format(said=_said(document))) for document in found.agreements]
    apart = [(left, words.against.format(one=_said(left), other=_said(right))) for left, right in found.tensions]
    result: dict[str, Any] = {
        "overview": _overview(topic, named, counts, found, agreed, place, words),
        "themes": [asdict(theme) for theme in named or _as_registered(labelled, items, registered, words)],
        "same": [],
        "agreements": _told(alike, agreed, words.alike),
        "tensions": _told(apart, place, words.apart),
        "minority_views": [words.quoted.format(said=_said(document)) for document in found.alone],
        "open_questions": [words.quoted.format(said=_bare(question)) for question in found.questions],
        "critical_answer": _critical(critical, vocabulary, named, place, words) if critical else "",
    }
    return Reply("", "offline", (ToolCall("write_summary", result),))


def _points(prompt: str) -> tuple[list[Item], dict[str, str]]:
    """The points in the prompt, and the registered theme of each by its id; empty where it has none."""
    read = [(piece.text, piece.attributes) for piece in tags.read("point", prompt)]
    items = [Item(it.get("id", ""), it.get("participant", ""), text, it.get("stance", "")) for text, it in read]
    return items, {it.get("id", ""): it.get("theme", "") for _, it in read}


def _placed(
    clusters: Sequence[Cluster], registered: Mapping[str, str], items: Sequence[Item]
) -> tuple[list[Cluster], list[list[str]], list[int]]:
    """The themes that registered ones are in, these, and how many people those will count; the most first."""
    holds = _holds(_home(clusters), registered)
    counts = [
        len({item.participant for item in items if registered[item.id] in holds[at]}) for at in range(len(clusters))
    ]
    order = sorted((at for at in range(len(clusters)) if holds[at]), key=lambda at: -counts[at])
    return [clusters[at] for at in order], [holds[at] for at in order], [counts[at] for at in order]


def _home(clusters: Sequence[Cluster]) -> dict[str, int]:
    """The theme of each point that is in one."""
    return {document.item.id: index for index, cluster in enumerate(clusters) for document in cluster.documents}


def _holds(home: Mapping[str, int], registered: Mapping[str, str]) -> Mapping[int, list[str]]:
    """The registered themes of each cluster: every theme goes where most of its points are."""
    found: defaultdict[str, Counter[int]] = defaultdict(Counter)
    for point, index in home.items():
        if registered[point]:
            found[registered[point]][index] += 1
    holds: defaultdict[int, list[str]] = defaultdict(list)
    for theme, counted in found.items():
        holds[min(counted, key=lambda index: (-counted[index], index))].append(theme)
    return holds


def _known(themes: Sequence[str], labelled: Mapping[str, str]) -> list[str]:
    """The names of the first registered themes: as they are shown, the most widely carried first."""
    return [label for theme, label in labelled.items() if theme in themes][:REGISTERED_NAMED]


def _disputed(named: Sequence[_Named], registered: Mapping[str, str], items: Sequence[Item]) -> set[str]:
    """The labels of themes that people speak both for and against, and not nearly all on one side."""
    sides: dict[str, Counter[str]] = {it.label: Counter() for it in named}
    home = {theme: it.label for it in named for theme in it.themes}
    for theme, _, stance in {(registered[item.id], item.participant, item.stance) for item in items}:
        if theme in home:
            sides[home[theme]][stance] += 1
    return {
        label
        for label, side in sides.items()
        if max(side["for"], side["against"]) < findings.AGREED * (side["for"] + side["against"])
    }


def _named(
    cluster: Cluster, themes: list[str], known: Sequence[str], vocabulary: Vocabulary, words: ReportPhrases
) -> _Named:
    """A theme with its label, a statement made of its terms and its most central sentence, and its evidence, the quotable first.

    It goes by the names of what is `known`, where the people it will count speak of those, and mostly not of this.
    """
    name = ("、" if words.chinese else ", ").join(known) or labels.label(cluster, vocabulary, chinese=words.chinese)
    readable = [document for document in cluster.documents if findings.is_readable(document)] or list(cluster.documents)
    centre = max(readable, key=lambda document: cosine(document.vector, cluster.centre))
    others = [document for document in readable if document is not centre]
    quotable = list(findings.distinct([centre, *others], QUOTED + 1, alike=0.5))[1:]
    rest = [document for document in cluster.documents if document not in quotable and document is not centre]
    terms = [term for term in labels.key_terms(cluster, vocabulary) if term.lower() not in name.lower()]
    recurring = words.recurring.format(terms=words.comma.join(terms[:4])) if terms else ""
    statement = words.gap.join(part for part in (recurring, words.central.format(said=_said(centre))) if part)
    evidence = [document.item.id for document in [*quotable, *rest, centre]]
    return _Named(name or words.other, statement, words.comma.join(terms[:4]), evidence, themes)


def _as_registered(
    labelled: Mapping[str, str], items: Sequence[Item], registered: Mapping[str, str], words: ReportPhrases
) -> list[_Named]:
    """Where there are too few points for anything to recur: the registered themes, each with the longest of its points."""
    longest: dict[str, Item] = {}
    for item in sorted(items, key=lambda item: -length_in_words(item.text)):
        longest.setdefault(registered[item.id], item)
    shown = [(label, theme, longest[theme]) for theme, label in labelled.items() if theme in longest]
    return [
        _Named(label, words.quoted.format(said=_bare(item.text)), "", [item.id], [theme])
        for label, theme, item in shown[:MOST_THEMES]
    ]


def _told(found: Sequence[tuple[Document, str]], place: Mapping[str, str], sentence: str) -> list[str]:
    """What was found, in people's own words; the first of each theme says what it is about, for whoever is shown no words."""
    told: list[str] = []
    themes: set[str] = set()
    for document, said in found:
        theme = place.get(document.item.id, "")
        told.append(sentence.format(theme=theme, said=said) if theme and theme not in themes else said)
        themes.add(theme)
    return told


def _overview(
    topic: str,
    named: Sequence[_Named],
    counts: Sequence[int],
    found: findings.Findings,
    agreed: Mapping[str, str],
    place: Mapping[str, str],
    words: ReportPhrases,
) -> str:
    """What was asked, how the points spread, and where people meet and part."""
    if not named:
        return words.scattered.format(topic=topic)
    listed = [theme.label for theme in named]
    shared = [label for label, count in zip(listed, counts, strict=True) if count > 1][3:]
    parts = [words.spread.format(topic=topic, themes=words.comma.join(listed[:3]))]
    if shared:
        parts.append(words.further.format(themes=words.comma.join(shared)))
    apart = _labels([left for left, _ in found.tensions], place)
    alike = _labels(found.agreements, agreed)
    more = [words.meet.format(themes=words.comma.join(alike))] if alike else []
    more += [words.part.format(themes=words.comma.join(apart))] if apart else []
    return "\n\n".join(words.gap.join(paragraph) for paragraph in (parts, more) if paragraph)


def _labels(found: Sequence[Document], place: Mapping[str, str]) -> list[str]:
    """The themes of these points, each once."""
    return list(dict.fromkeys(place[it.item.id] for it in found if it.item.id in place))


def _critical(
    critical: str, vocabulary: Vocabulary, named: Sequence[_Named], place: Mapping[str, str], words: ReportPhrases
) -> str:
    """The points closest to what is critical, in its own words; an honest pointer to the themes where none is close."""
    wanted = vocabulary.vector(critical)
    ranked = sorted(vocabulary.documents, key=lambda document: -cosine(document.vector, wanted))
    close = [
        document
        for document in ranked
        if cosine(document.vector, wanted) >= ANSWERING and findings.is_readable(document)
    ]
    told = list(findings.distinct(close, QUOTED))
    if not told:
        return words.not_close.format(themes=words.comma.join(theme.label for theme in named[:3])) if named else ""
    said = words.semicolon.join(words.quoted.format(said=_said(document)) for document in told)
    themes = _labels(told, place)
    nearest = [words.nearest.format(themes=words.comma.join(themes))] if themes else []
    return words.gap.join([*nearest, words.closest.format(said=said)])


def _said(document: Document) -> str:
    return _bare(document.item.text)


def _bare(text: str) -> str:
    """A text on one line, without the quotation marks that will stand around it."""
    return " ".join(text.split()).strip("\"'“”「」 ")
