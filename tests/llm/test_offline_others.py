"""The offline facilitator brings in one theme of others, where it is given any and there is time."""

from dataclasses import replace

import pytest

from chalicelib.store.records import Note, Scratchpad, SessionView
from tests.llm.offline_talk import Conversation
from tests.services.builders import NOW, view

STANCES = dict.fromkeys(("for", "against", "mixed", "neutral"), 0)
ENGLISH = (
    "I come by bicycle nearly every day, and I would like the reading room to be much quieter than it is now.",
    "The children are loud after school, so a second room for them would help everybody who wants to read.",
    "My neighbours say the same, and they stopped coming because they could not find a place to sit.",
)
CHINESE = (
    "我幾乎每天都騎腳踏車過來，希望閱覽室可以比現在安靜很多。",
    "放學以後孩子們很吵，如果有第二間房間給他們，想看書的人都會方便許多。",
    "我的鄰居也這樣說，他們因為找不到位子坐，所以後來就不再來了。",
)


def shown(label: str, **fields: str) -> SessionView:
    note = Note(label, "", ("t1",), 5, STANCES, tells_label=True)
    return replace(view(cross_pollination=True, **fields), scratchpad=Scratchpad((note,), (), (), (), 1, 6, 9, NOW))


@pytest.mark.parametrize(
    ("said", "label", "sentence"),
    [
        (ENGLISH, "Opening hours", "Some others in this session speak about “Opening hours”. How do you see that?"),
        (CHINESE, "開放時間", "這次討論中，有些人談到「開放時間」。您怎麼看？"),
    ],
    ids=["English", "Chinese"],
)
def test_it_asks_how_the_person_sees_what_others_speak_about(said: tuple[str, ...], label: str, sentence: str) -> None:
    talk = Conversation(shown(label))
    talk.run(said)
    assert talk.asked[-1].endswith(sentence)
    assert [text for text in talk.asked[:-1] if sentence in text] == []


def test_a_thin_answer_is_followed_up_first() -> None:
    talk = Conversation(shown("Opening hours"))
    talk.run((*ENGLISH[:2], "It depends."))
    assert "Some others" not in talk.asked[-1]
