"""Reading text takes time in proportion to its length, whatever is in it: nobody can stop a worker with what they write.

Ten times the text may take thirty times the processor's time, and a fiftieth of a second on top, which no machine's speed or
load changes much: where each character is held against all others it takes a hundred times. What hides below that fiftieth at
10,000 characters takes no more than half a second for the 50,000 that are read at most.
"""

import gc
import re
import time
from collections.abc import Callable
from functools import partial
from typing import Final

import pytest

from chalicelib.errors import Invalid
from chalicelib.llm import tags
from chalicelib.llm.interface import Block, ChatMessage, Request
from chalicelib.llm.scripted.catalogue import read_catalogue
from chalicelib.llm.scripted.model import ScriptedModel
from chalicelib.llm.scripted.questions import list_questions
from chalicelib.llm.scripted.transcript import ScriptMessage, list_answers
from chalicelib.model import Question, Quote, Summary
from chalicelib.services.access import idempotency
from chalicelib.services.facilitation.model_markup import take_off_markup
from chalicelib.services.facilitation.model_reply import drop_last_questions
from chalicelib.services.facilitation.repeated_instructions import not_to_be_said, repeats
from chalicelib.services.facilitation.repeated_questions import find_repeated, is_same_question
from chalicelib.services.facilitation.spoken_machinery import names_machinery
from chalicelib.services.participants import form
from chalicelib.services.participants.question_roles import role_of
from chalicelib.services.safety import danger_in
from chalicelib.services.synthesis import claims, markdown
from chalicelib.services.synthesis.aggregate import aggregate_digests
from chalicelib.services.synthesis.answers import Answer, typical
from chalicelib.services.synthesis.disclosure import SharedWords
from chalicelib.services.synthesis.own_words import OwnWords
from chalicelib.services.synthesis.prose import ProseCheck, without_quotes
from chalicelib.services.synthesis.quotes import cut_quote
from chalicelib.services.synthesis.withheld import withhold
from chalicelib.text import email_addresses, language, matching, normalise, quotation_marks, scripts, sentences, tokens
from chalicelib.text.common_words import is_common
from chalicelib.web.kit.language import LANGUAGES, find_language, guess_language, session_tag
from chalicelib.web.kit.markdown import render_markdown, render_model_text
from tests.services.builders import NOW, deadline, digest, point, session, view

SHAPES: Final = (
    *("a ", "a", "?", ". ", "Why so? ", "1.", "a;", "\n ", "\u200b", "(", "[a](", "<a", "<!--", "&a", "`*_"),
    *('"', "'a ", "“", "„a “", "「", "1,", "百", "噪", "\u0301\u0316", "😀…", "a@b.", "http://a?b ", " - "),
)
SMALL, MEDIUM, LARGE = 1_000, 3_000, 10_000
ATTEMPTS = 3  # of which one has to be within bounds
GROWTH, FLOOR = 3, 0.02  # times what a linear function takes, and seconds of the processor

EN: Final = read_catalogue("en")
SAID: Final = Quote("The buses are late, always late", "ann", "m1")


def _told(text: str) -> None:
    aggregate = aggregate_digests([digest("ann", point(text, "a1", quote=text))])
    SharedWords(aggregate, session(topic=text, goal="")).may_tell(text)


def _withhold(text: str) -> None:
    aggregate = aggregate_digests([digest("ann", point("", "a1", quote=text))])
    withhold(Summary("", NOW, "a-model", 1, 1, text), aggregate, view(), "de")


def _script_digest(text: str) -> None:
    said, asked = tags.data("said", text, id="m1"), tags.data("asked", text)
    shown = ChatMessage("user", (Block(f"{asked}\n{said}\n{asked}"),))
    ScriptedModel().complete(Request("digest", "small", (Block(tags.data("topic", text)),), (shown,), 1), deadline())


def _tagged(text: str) -> None:
    prompt = tags.data("said", text, id=text)
    tags.read("said", prompt)
    tags.read("said", text)


READERS: Final[dict[str, Callable[[str], object]]] = {
    "fold": normalise.fold,
    "fold_twins": normalise.fold_twins,
    "normalise": partial(normalise.normalise, form="NFC"),
    "one_line": partial(normalise.one_line, limit=50_000),
    "is_blank": normalise.is_blank,
    "words": tokens.split_words,
    "terms": tokens.list_terms,
    "count_words": tokens.count_words,
    "is_unspaced": tokens.is_unspaced,
    "content": tokens.find_content,
    "stems": tokens.list_stems,
    "written": lambda text: list(tokens.read_written_words(text)),
    "sentences": sentences.split_sentences,
    "whole sentences": lambda text: list(sentences.find_spans(text, [(at, at + 2) for at in range(0, len(text), 3)])),
    "is_question": sentences.is_question,
    "questions": sentences.list_questions,
    "script_of": scripts.script_of,
    "language_of": language.detect_language,
    "match": lambda text: language.match_language(text, LANGUAGES),
    "script_of_language": scripts.script_of_language,
    "is_mail_address": email_addresses.is_mail_address,
    "find_words": lambda text: matching.find_words(text[: len(text) // 2], text),
    "FoldedText.cut": lambda text: matching.FoldedText(text).cut(text[1 : len(text) // 2]),
    "quotations": lambda text: list(quotation_marks.find_quoted_spans(text)),
    "sentences around quotations": lambda text: list(quotation_marks.find_sentences(text)),
    "paragraphs": quotation_marks.split_paragraphs,
    "without_quotes": without_quotes,
    "prose": lambda text: ProseCheck([SAID], "Buses", [text[:1_000]]).check(text),
    "claims_a_count": claims.claims_a_count,
    "has_link": claims.has_link,
    "cut_quote": lambda text: cut_quote(text[:5_000], text),
    "what may be told": _told,
    "repeated": lambda text: find_repeated(text, [text, text, text]),
    "same": lambda text: is_same_question(text, text[1:]),
    "instructions": lambda text: repeats([text], not_to_be_said(text), [text]),
    "unasked": drop_last_questions,
    "markup": take_off_markup,
    "fences": lambda text: take_off_markup(f"```\n{text}\n``` <think>{text}</think> [INST"),
    "machinery": lambda text: names_machinery([text], [text]),
    "common": lambda text: is_common(text, "en"),
    "markdown.inline": markdown.inline,
    "markdown.paragraphs": markdown.paragraphs,
    "refusal": lambda text: idempotency.refusal(Invalid(text)),
    "role_of": lambda text: role_of(Question("q", text, 0)),
    "an answer": lambda text: form.list_refusals([Question("q", "Mail?", 0, "Email")], {"q": text}),
    "tags": _tagged,
    "formatted": render_markdown,
    "formatted without links": render_model_text,
    "own words": lambda text: OwnWords([text]).of_point(text, text, ""),
    "withheld": _withhold,
    "known": find_language,
    "tag_of": session_tag,
    "of_text": lambda text: guess_language(text, "ar", LANGUAGES["en"]),
    "danger_in": lambda text: danger_in([text]),
    "a script's questions": lambda text: list_questions(text.replace(".", ".\n1. "), text, EN),
    "a script's answers": lambda text: list(
        list_answers([ScriptMessage(text, is_participants=True)] * 2, lambda _: None)
    ),
    "a script's digest": lambda text: _script_digest(text),
    "typical answers": lambda text: typical([Answer("ann", point(text, "a1"))] * 3),
}


@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("reader", READERS)
def test_time_grows_with_the_text_only(reader: str) -> None:
    read = READERS[reader]
    read("Warm up, please. “Is it?”")
    slow = [shape for shape in SHAPES if not any(_is_linear(read, shape) for _ in range(ATTEMPTS))]
    assert slow == []


def _is_linear(read: Callable[[str], object], shape: str) -> bool:
    """Whether the time for ten times the text is within bounds; a text in between spares us most of what is not."""
    small = _seconds(read, shape, SMALL)
    sizes = (MEDIUM, LARGE) if small > FLOOR / 5 else (LARGE,)
    return all(_seconds(read, shape, size) <= GROWTH * small * size / SMALL + FLOOR * size / LARGE for size in sizes)


def _seconds(read: Callable[[str], object], shape: str, size: int) -> float:
    """What the processor takes for a text of this many characters, which begins and ends like any other."""
    text = f"So {shape * (size // len(shape))} it is"
    gc.disable()  # what else the process holds is not looked through meanwhile
    try:
        start = time.process_time()
        read(text)
        return time.process_time() - start
    finally:
        gc.enable()


def test_a_pattern_that_is_not_linear_is_found() -> None:
    never_ends = re.compile(r"[^.!?]+[?]")
    assert not _is_linear(lambda text: never_ends.findall(text), "a ")
