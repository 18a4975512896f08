"""A server in the wire format of the Messages API that talks, digests and summarises by rule, and answers questions as a test says."""

from collections.abc import Callable
from typing import Any

from chalicelib.llm import tags
from tests.fake_anthropic import FakeAnthropic, text, tool
from tests.rule_based_model import digest, summary

Json = dict[str, Any]
Answering = Callable[[str], Json]  # what the request shows -> the input of `answer_question`


def answer_by(server: FakeAnthropic, answering: Answering) -> None:
    """Have the server answer questions so, and everything else by rule."""

    def rule(body: Json) -> Any:
        system = "\n".join(block["text"] for block in body["system"])
        shown = "\n".join(block["text"] for sent in body["messages"] for block in sent["content"])
        match [it["name"] for it in body.get("tools", ())]:
            case ["answer_question"]:
                return tool("answer_question", {"statements": [], **answering(shown)})
            case ["record_digest"]:
                points = digest(system, shown)
                return tool("record_digest", {"points": points, "gist": points[0]["text"] if points else ""})
            case ["write_summary"]:
                return tool("write_summary", summary(shown))
            case _:
                return text("And what else?")

    server.rule = rule


def statement(words: str, *evidence: str, said: tuple[tuple[str, str], ...] = ()) -> Json:
    """A statement with the ids of its points, and the words of messages."""
    return {"text": words, "evidence": list(evidence), "said": [{"id": name, "words": it} for name, it in said]}


def points_with(shown: str, word: str) -> list[str]:
    """The ids of the points that have this word."""
    return [it.attributes["id"] for it in tags.read("point", shown) if word in it.text]
