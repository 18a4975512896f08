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
    items = [
        Item(
            piece.attributes.get("id", ""),
            piece.attributes.get("participant", ""),
            piece.text,
            piece.attributes.get("stance", ""),
        )
        for piece in tags.read("point", prompt)
    ]
    registered = {piece.attributes["id"]: piece.attributes.get("theme", "") for piece in tags.read("point", prompt)}
    topic, critical = first("topic", prompt), first("critical", prompt)
    sample = " ".join(item.text for item in items[:SAMPLED])
    words = REPORT_PHRASES[script_for(first("language", prompt), sample)]
    vocabulary = build(items, topic)
    clusters = find_themes(vocabulary)[:MOST_THEMES]
    home = {document.item.id: index for index, cluster in enumerate(clusters) for document in cluster.documents}
    holds = _holds(home, registered)
    named = [_named(cluster, holds[index], vocabulary, words) for index, cluster in enumerate(clusters)]
    named = named or _as_registered(prompt, items, registered)
    found = findings.find(vocabulary, home)
    result: dict[str, Any] = {
        "overview": _overview(topic, named, found, home, words),
        "themes": [asdict(theme) for theme in named],
        "same": [],
        "agreements": [words.quoted.format(said=_said(document)) for document in found.agreements],
        "tensions": [words.against.format(one=_said(left), other=_said(right)) for left, right in found.tensions],
        "minority_views": [words.quoted.format(said=_said(document)) for document in found.alone],
        "open_questions": found.questions,
        "critical_answer": _critical(critical, vocabulary, named, words) if critical else "",
    }
    return Reply("", "offline", (ToolCall("write_summary", result),))


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


def _named(cluster: Cluster, themes: list[str], vocabulary: Vocabulary, words: ReportPhrases) -> _Named:
    """A theme with its label, a statement made of its terms and its most central sentence, and its evidence, the quotable first."""
    name = labels.label(cluster, vocabulary, chinese=words.chinese)
    readable = [document for document in cluster.documents if findings.is_readable(document)] or list(cluster.documents)
    centre = max(readable, key=lambda document: cosine(document.vector, cluster.centre))
    others = [document for document in readable if document is not centre]
    quotable = list(findings.distinct([centre, *others], QUOTED + 1, alike=0.5))[1:]
    rest = [document for document in cluster.documents if document not in quotable and document is not centre]
    terms = [term for term in labels.key_terms(cluster, vocabulary) if term.lower() not in name.lower()]
    recurring = words.recurring.format(terms=words.comma.join(terms[:4])) if terms else ""
    statement = words.gap.join(part for part in (words.central.format(said=_said(centre)), recurring) if part)
    evidence = [document.item.id for document in [*quotable, *rest, centre]]
    return _Named(name or words.other, statement, words.comma.join(terms[:4]), evidence, themes)


def _as_registered(prompt: str, items: Sequence[Item], registered: Mapping[str, str]) -> list[_Named]:
    """Where there are too few points for anything to recur: the registered themes, each with the longest of its points."""
    longest: dict[str, Item] = {}
    for item in sorted(items, key=lambda item: -length_in_words(item.text)):
        longest.setdefault(registered[item.id], item)
    named = {piece.attributes["id"]: piece.attributes["label"].capitalize() for piece in tags.read("theme", prompt)}
    shown = [(label, theme, longest[theme]) for theme, label in named.items() if theme in longest]
    return [_Named(label, item.text, "", [item.id], [theme]) for label, theme, item in shown[:MOST_THEMES]]


def _overview(
    topic: str, named: Sequence[_Named], found: findings.Findings, home: dict[str, int], words: ReportPhrases
) -> str:
    """What was asked, how the points spread, and where people meet and part."""
    listed = [theme.label for theme in named]
    parts = [words.spread.format(topic=topic, themes=words.comma.join(listed[:3]))]
    if listed[3:]:
        parts.append(words.further.format(themes=words.comma.join(listed[3:])))
    apart = _labels([left.item.id for left, _ in found.tensions], home, listed)
    alike = [name for name in _labels([it.item.id for it in found.agreements], home, listed) if name not in apart]
    more = [words.meet.format(themes=words.comma.join(alike))] if alike else []
    more += [words.part.format(themes=words.comma.join(apart))] if apart else []
    more += [words.own] if found.agreements or found.tensions or found.alone else []
    return "\n\n".join(words.gap.join(paragraph) for paragraph in (parts, more) if paragraph)


def _labels(ids: Sequence[str], home: dict[str, int], listed: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(listed[home[name]] for name in ids if name in home))


def _critical(critical: str, vocabulary: Vocabulary, named: Sequence[_Named], words: ReportPhrases) -> str:
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
        return words.not_close.format(themes=words.comma.join(theme.label for theme in named[:3]))
    return words.closest.format(
        said=words.semicolon.join(words.quoted.format(said=_said(document)) for document in told)
    )


def _said(document: Document) -> str:
    """A point's text on one line, without the quotation marks that will stand around it."""
    return " ".join(document.item.text.split()).strip("\"'“”「」 ")
