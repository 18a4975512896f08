"""The scripted facilitator's turn: it opens, puts each question once, and closes with the participant's own answers.

The conversation itself is the only memory. A reply is a short acknowledgement and the next question; a participant's
words are never repeated before the closing, nor interpreted.
"""

from typing import Final

from chalicelib.llm.interface import SCRIPTED, Reply, Request, ToolCall
from chalicelib.llm.scripted.conversation import Conversation, asks, conversation_of, ends
from chalicelib.llm.scripted.questions import SCALE, Question
from chalicelib.text.normalise import one_line
from chalicelib.text.sentences import is_question
from chalicelib.text.tokens import count_words

SHORT: Final = 4  # words; a shorter answer is followed up once
MOST_PROBES: Final = 2  # of a conversation
SHOWN: Final = 200  # characters of an answer in the closing
IMPORTANCE: Final = (1, 5)
_BREAK: Final = "\n\n"


def turn(request: Request) -> Reply:
    """The next message, with a widget where one may come at the end, or a call of `conclude`."""
    talk = conversation_of(request)
    if talk.care:
        return _say(talk.words.care, talk.help)
    if talk.concluded:
        return _say(talk.words.after[talk.turn % len(talk.words.after)])
    if not talk.asked and not talk.said:
        return _say(_opening(talk), talk.questions[0].text)
    current = talk.open_question()
    if any(map(ends, talk.latest)) or talk.turn >= talk.budget or (current and current.key == SCALE):
        return _conclude(talk)
    if current is None:
        return _say(_acknowledged(talk), _opening(talk), talk.questions[0].text)
    if talk.is_back():
        return _say(_acknowledged(talk), current.text)
    if talk.latest and asks(talk.latest[-1]):
        return _say(talk.words.cannot_answer, current.text)
    return _go_on(talk)


def _go_on(talk: Conversation) -> Reply:
    """The reply to an ordinary answer."""
    question, probes = talk.next_question(), talk.probes()
    if question and probes < MOST_PROBES and not talk.is_probed() and count_words("\n".join(talk.latest)) < SHORT:
        return _say(_acknowledged(talk), talk.words.probes[probes])
    if question:
        return _say(_acknowledged(talk), question.text)
    return _rate(talk) if talk.may_rate else _conclude(talk)


def _opening(talk: Conversation) -> str:
    """Who asks, about how long it takes, and that it is a script; the form is not read aloud."""
    words = talk.words
    topic = words.quote.format(text=talk.topic)
    duration = words.duration.format(minutes=talk.minutes) if talk.minutes else ""
    return words.join(words.greeting.format(topic=topic) + _end(talk), duration, words.script)


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
    return Reply(text, SCRIPTED, (ToolCall("present_widget", {"widget": widget}),))


def _conclude(talk: Conversation) -> Reply:
    """The closing: thanks, and under each question what the participant answered, word for word."""
    words = talk.words
    scale = Question(words.scale, SCALE)
    answers: dict[str | None, list[str]] = {}
    for key, text in talk.answered():
        answers.setdefault(key, []).append(words.quote.format(text=one_line(text, SHOWN)))
    listed = [
        "\n".join([question.text, *answers[question.key]])
        for question in (*talk.questions, scale)
        if question.key in answers
    ]
    if None in answers:
        listed.append("\n".join([words.further, *answers[None]]))
    recap = [words.closing, *([words.closing_answers] if listed else []), *listed]
    return Reply("", SCRIPTED, (ToolCall("conclude", {"recap": _BREAK.join(recap)}),))


def _say(*paragraphs: str) -> Reply:
    return Reply(_BREAK.join(paragraph for paragraph in paragraphs if paragraph), SCRIPTED)
