"""The scripted facilitator's turn: it opens, puts each question once, and closes with the participant's own answers.

The conversation itself is the only memory. A reply is a short acknowledgement and the next question; a participant's
words are never repeated before the closing, nor interpreted.
"""

from typing import Final

from chalicelib.llm.interface import SCRIPTED, Reply, Request, ToolCall
from chalicelib.llm.scripted.conversation import MOST_PROBES, Conversation, read_conversation
from chalicelib.llm.scripted.questions import SCALE, make_scale_question
from chalicelib.llm.scripted.transcript import is_ending, is_only_questions, is_skip
from chalicelib.text.locales import fill_counted
from chalicelib.text.normalise import one_line
from chalicelib.text.sentences import is_question
from chalicelib.text.tokens import count_words

SHORT: Final = 4  # words; a shorter answer is followed up once
SHOWN: Final = 200  # characters of an answer in the closing
IMPORTANCE: Final = (1, 5)
_BREAK: Final = "\n\n"


def take_turn(request: Request) -> Reply:
    """The next message, with a widget where one may come at the end, or a call of `conclude`."""
    talk = read_conversation(request)
    if talk.care:
        return _say(talk.words.care, talk.help)
    if talk.concluded and (talk.has_closed() or not talk.turn):
        return _say(talk.words.after[talk.turn % len(talk.words.after)])
    if talk.concluded:
        return _conclude(talk)
    if not talk.has_begun:
        return _open(talk, talk.words.script)
    current = talk.open_question()
    if talk.is_over or (current and current.key == SCALE) or any(map(is_ending, talk.latest)):
        return _conclude(talk)
    if current is None and talk.earlier:
        return _conclude(talk)  # what was asked so long ago cannot be told any more
    if current is None:
        return _say(_acknowledged(talk), _opening(talk, talk.words.script), talk.questions[0].text)
    if talk.cared_last():
        return _say(_acknowledged(talk), current.text)
    if talk.latest and is_only_questions(talk.latest[-1]) and not is_skip(talk.latest[-1]):
        return _say(talk.words.cannot_answer, current.text)
    return _go_on(talk)


def prepare_opening(request: Request) -> Reply:
    """The first message where a language model writes the next ones."""
    talk = read_conversation(request)
    return _open(talk, talk.words.prepared)


def _go_on(talk: Conversation) -> Reply:
    """The reply to an ordinary answer."""
    question, probes = talk.next_question(), talk.probes()
    short = count_words("\n".join(talk.latest)) < SHORT and not any(map(is_skip, talk.latest))
    if question and short and probes < MOST_PROBES and not talk.is_probed():
        return _say(_acknowledged(talk), talk.words.probes[probes])
    if question:
        return _say(_acknowledged(talk), question.text)
    return _rate(talk) if talk.may_rate else _conclude(talk)


def _open(talk: Conversation, label: str) -> Reply:
    """The first message."""
    return _say(_opening(talk, label), talk.questions[0].text)


def _opening(talk: Conversation, label: str) -> str:
    """Who asks, about how long it takes, and who or what writes this; the form is not read aloud."""
    words = talk.words
    topic = words.quote.format(text=talk.topic)
    duration = fill_counted(words.tag, words.duration, talk.minutes) if talk.minutes else ""
    return words.join(words.greeting.format(topic=topic) + _end(talk), duration, label)


def _end(talk: Conversation) -> str:
    """The full stop behind a topic that does not end a sentence by itself."""
    if is_question(talk.topic) or talk.topic.endswith((".", "!", "。", "！")):
        return ""
    return "。" if not talk.words.gap else "."


def _acknowledged(talk: Conversation) -> str:
    return talk.words.acknowledged[talk.turn % len(talk.words.acknowledged)]


def _rate(talk: Conversation) -> Reply:
    """The last question, as a widget."""
    low, high = IMPORTANCE
    words = talk.words
    ends_of_scale = {"minLabel": words.scale_lowest, "maxLabel": words.scale_highest}
    widget = {"type": "RatingScale", "label": words.scale, "min": low, "max": high, **ends_of_scale}
    text = _BREAK.join((_acknowledged(talk), words.scale_lead))
    return Reply("", SCRIPTED, (ToolCall("present_widget", {"text": text, "widget": widget}),))


def _conclude(talk: Conversation) -> Reply:
    """The closing: thanks, and under each question what the participant answered, word for word."""
    words = talk.words
    answers: dict[str, list[str]] = {}
    for question, text in talk.answered():
        answers.setdefault(question.text if question else words.further, []).append(one_line(text, SHOWN))
    order = [question.text for question in talk.questions]
    last = (make_scale_question(words).text, words.further)
    listed = [
        "\n".join([asked, *(words.quote.format(text=text) for text in answers[asked])])
        for asked in dict.fromkeys([*order, *(asked for asked in answers if asked not in last), *last])
        if asked in answers
    ]
    heading = words.closing_latest if talk.earlier else words.closing_answers
    recap = [words.closing, *([heading] if listed else []), *listed]
    return Reply("", SCRIPTED, (ToolCall("conclude", {"recap": _BREAK.join(recap)}),))


def _say(*paragraphs: str) -> Reply:
    return Reply(_BREAK.join(paragraph for paragraph in paragraphs if paragraph), SCRIPTED)
