"""What people write is kept: every character of every script, exactly as sent, after trimming outer white space."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import container
from chalicelib.text.normalise import is_blank
from tests.api.hosts import Host

SAMPLES = (
    "Suppe 🥣 mit Brot 👩🏽‍🍳👨‍👩‍👧‍👦🇩🇪",
    "كيف حالك؟ ‏שלום‎ mixed",
    "汤里有很多蔬菜。𠮷野家",
    "e\u0301 is not é, nor is a\u0308 ä",
    "नमस्ते ภาษาไทย Ελληνικά",
    "a\x00b\x07c\u200bd\ufeffe\u2028f",
    "' \"; DROP TABLE -- <script>alert(1)</script> {{7*7}} ${x} %s \\n \\u0041",
    "\u202eright to left\u202c",
    "line one\n\n\tline two\r\nline three",
    "￾￿\U0010ffff",
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=60).filter(
    lambda text: not is_blank(text)
)


@pytest.fixture
def session(host: Host) -> str:
    """One session."""
    return str(host.new_session()["id"])


def said(host: Host, session: str) -> list[str]:
    data = host.get(f"/sessions/{session}/responses")["data"]
    return [entry["content"] for thread in data for entry in thread["messages"] if entry["role"] == "user"]


def test_every_script_is_kept_in_every_field(host: Host, subtests: pytest.Subtests) -> None:
    for text in SAMPLES:
        with subtests.test(text):
            session = host.new_session(
                topic=text, goal=text, context=text, questions=[{"text": text, "required": True}]
            )
            stored = host.get(f"/sessions/{session['id']}")
            assert [stored[key] for key in ("topic", "goal", "context")] == [text] * 3
            (question,) = stored["questions"]
            assert question["text"] == text
            answers = [{"question_id": question["id"], "answer": text}]
            assert host.join(session["id"], text, participant_name=text, answers=answers).status_code == 200
            assert host.say(session["id"], text, text).status_code == 200
            (thread,) = host.get(f"/sessions/{session['id']}/responses")["data"]
            assert (thread["external_id"], thread["participant_name"]) == (text, text)
            assert (thread["answers"][0]["text"], thread["answers"][0]["answer"]) == (text, text)
            assert thread["messages"][1]["content"] == text


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(TEXTS, min_size=3, max_size=3), escaped=st.booleans())
def test_any_text_is_kept_after_trimming(host: Host, session: str, texts: list[str], escaped: bool) -> None:
    participant = container.new_id()
    name, identifier, content = texts
    body = {"participant_id": participant + identifier, "participant_name": name, "content": content}
    raw = json.dumps(body, ensure_ascii=escaped).encode()
    thread = host.call("POST", f"/sessions/{session}/chat", raw).json_body["thread_id"]
    data = host.get(f"/sessions/{session}/responses")["data"]
    stored = next(it for it in data if it["participant_id"] == thread)
    assert stored["external_id"] == (participant + identifier).strip()
    assert stored["participant_name"] == name.strip()
    assert stored["messages"][0]["content"] == content.strip()


def test_a_limit_counts_characters_not_bytes(host: Host) -> None:
    for character in ("🥣", "汤", "é", "x"):
        session = host.new_session(topic=character * 300)["id"]
        assert host.get(f"/sessions/{session}")["topic"] == character * 300
        assert host.say(session, character * 10_000).status_code == 200
        assert said(host, session) == [character * 10_000]


def test_white_space_is_trimmed_before_it_is_counted(host: Host) -> None:
    session = host.new_session(topic=" " * 50 + "x" * 300 + "\n" * 50)
    assert session["topic"] == "x" * 300


def test_ids_that_differ_only_in_their_form_are_different_participants(host: Host) -> None:
    session = host.new_session()["id"]
    threads = {host.join(session, name).json_body["thread_id"] for name in ("é", "e\u0301", "E\u0301", "#", "p#1")}
    assert len(threads) == 5
