"""Mark-up of a model's own reaches nobody: it is taken off where it only wraps the words, else they are asked for once more."""

import pytest

from chalicelib.llm.interface import ModelUnavailable
from tests.example_tables import each_row
from tests.llm.queued import calls
from tests.services.facilitation.test_facilitator_reply import turn


@each_row(
    "text",
    [
        "```\nWhy?\n```",
        "~~~markdown\nWhy?\n~~~",
        "<reply>Why?</reply>",
        '<message role="assistant">\n<text>Why?</text>\n</message>',
        "<b>Why?</b>",
        "Assistant: Why?",
        "**Facilitator:** Why?",
        "<think>They said books.</think>\n\nWhy?",
        "<reply>\nWhy?",
        "Why?\n</reply>",
        "<reply>\nWhy?\n</text>",
        '<message role="assistant">Why?',
        "```\nWhy?",
        "Why?\n```",
    ],
)
def test_a_wrapped_reply_is_read_without_its_wrap(text: str) -> None:
    given, model = turn(text)
    assert (given.content, len(model.requests)) == ("Why?", 1)
    assert turn(calls("conclude", {"recap": text}))[0].content == "Why?"


@each_row(
    "text",
    [
        "<thinking>They said books.",
        "They said books.</think> Why?",
        "<think>They said books.</think>",
        '<tool_call>{"name": "conclude"}</tool_call>',
        'Well. <invoke name="conclude">',
        '{"recap": "You want books."}',
        '```json\n{"recap": "You want books."}\n```',
        "Why?\n\nHuman: Because I read.\n\nAssistant: I see.",
        "<|im_start|>assistant\nWhy?",
        "[INST] Ask why [/INST] Why?",
        "I see.\n</reply>\n\nWhy?",
    ],
)
def test_thinking_calls_and_lines_of_others_are_no_reply_and_asked_for_once_more(text: str) -> None:
    given, model = turn(text, "Why?")
    assert (given.content, len(model.requests)) == ("Why?", 2)
    with pytest.raises(ModelUnavailable, match="send the same message again"):
        turn(text, text)


@each_row(
    "text",
    [
        "Is x < 3 and y > 2?",
        "You said <b>bold</b>. Why?",
        "<b>First</b> or <i>second</i>?",
        "```\na\n```\nor\n```\nb\n```",
        "What do you do with `<think>` in a prompt?",
        "Why [1], and what about {this}?",
        "The user: who is that?",
        "What does <b> do?",
        "```\na\n```\nWhy?",
        "* User: lost\n* **System:** too slow\n\nWhich first?",
    ],
)
def test_innocent_signs_are_words(text: str) -> None:
    assert turn(text)[0].content == text
