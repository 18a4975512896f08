"""The models of the example: they hand in what is written in its files, and find the ids for it in the request, as a model would."""

from collections.abc import Sequence
from typing import Any

from chalicelib.clock import Deadline
from chalicelib.llm import tags
from chalicelib.llm.interface import Reply, Request, ToolCall
from infra.example.clock import StoryClock
from infra.example.files import Person, read_summary

NAME = "example"
THINKING = 6.0  # seconds until a reply is there


class Facilitator:
    """The facilitator of one person's conversation."""

    understands = True

    def __init__(self, person: Person, clock: StoryClock) -> None:
        self._person, self._clock = person, clock

    def complete(self, request: Request, _: Deadline) -> Reply:
        """The reply to as much as the person has said by now."""
        self._clock.advance(THINKING)
        said = len(tags.read("said", _shown(request)))
        if not said:
            return Reply(self._person.opening, NAME)
        turn = self._person.replies_to(said)
        if turn is None:
            return Reply("", NAME, (ToolCall("conclude", {"recap": self._person.recap}),))
        calls = (ToolCall("present_widget", {"widget": turn.widget}),) if turn.widget else ()
        return Reply(turn.reply, NAME, calls)


class Writer:
    """Writes the digest of each conversation, and the summary of all."""

    understands = True

    def __init__(self, people: Sequence[Person]) -> None:
        self._people = people

    def complete(self, request: Request, _: Deadline) -> Reply:
        """The call that this request asks for."""
        write = self._summary if request.task == "summary" else self._points
        return Reply("", NAME, (ToolCall(str(request.must_call), write(_shown(request))),))

    def _points(self, shown: str) -> dict[str, Any]:
        """The points of whoever said these words; a theme that there is goes by its id, another one by its label."""
        said = tags.read("said", shown)
        person = next(it for it in self._people if it.turns[0].said == said[0].text)
        ids = [message.attributes["id"] for message in said]
        themes = _ids("theme", shown)
        points = [
            {**point, "message_id": ids[point["message"] - 1], "theme": themes.get(point["topic"], "")}
            for point in person.points
        ]
        return {"points": points, "gist": person.gist}

    def _summary(self, shown: str) -> dict[str, Any]:
        """The summary with the ids of its themes and points in place of labels and places."""
        themes, points = (
            _ids("theme", shown),
            {found.text: found.attributes["id"] for found in tags.read("point", shown)},
        )
        texts = {
            f"{it.number}/{place}": point["text"] for it in self._people for place, point in enumerate(it.points, 1)
        }
        written = read_summary()
        written["themes"] = [
            {
                **theme,
                "themes": [themes[label] for label in theme["gathers"]],
                "evidence": [points[texts[place]] for place in theme["evidence"]],
            }
            for theme in written["themes"]
        ]
        written["proposals"] = [
            {**it, **{name: [points[texts[place]] for place in it[name]] for name in ("evidence", "against")}}
            for it in written["proposals"]
        ]
        return written


def _shown(request: Request) -> str:
    """Everything that the request shows."""
    blocks = [*request.system, *(block for message in request.messages for block in message.blocks)]
    return "\n".join(block.text for block in blocks)


def _ids(name: str, shown: str) -> dict[str, str]:
    """The ids of everything under this tag, by its label."""
    return {found.attributes["label"]: found.attributes["id"] for found in tags.read(name, shown)}
