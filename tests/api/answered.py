"""A session whose people filled in a form, were shown widgets, and stand somewhere on a theme."""

from functools import cache
from typing import Any

import msgspec
import pytest

from chalicelib import container
from chalicelib.clock import Deadline
from chalicelib.llm.interface import Reply, Request, ToolCall, Usage
from chalicelib.model import Message, Point, RegisteredTheme, ThemeRegistry, Thread
from chalicelib.services.facilitation.widgets import read_spec
from chalicelib.services.participants.form import check_answers
from chalicelib.store import database, digests, keys, participant_limit, widgets
from chalicelib.store.conversation_items import FormItem
from chalicelib.store.mapping import message_item
from chalicelib.store.sessions import FOR_QUESTIONS
from chalicelib.store.thread_head import head_item
from chalicelib.store.transact import Transaction
from tests.api.hosts import Host, new_host
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.services.builders import digest

Json = dict[str, Any]

SHIFTS = ("Days", "Nights", "Weekends")
QUESTIONS: list[Json] = [
    {"text": "Your name", "role": "name"},
    {"text": "Which shift do you work?", "type": "Options", "options": list(SHIFTS), "required": True},
    {"text": "What do you use?", "type": "Options", "options": ["Bus", "Bike", "Car"], "multiple": True},
    {"text": "How long have you been here?"},
    {"text": "What is on your mind?", "long": True},
]
SCALE: Json = {
    "type": "RatingScale",
    "label": "How good is the rota?",
    "min": 1,
    "max": 5,
    "minLabel": "bad",
    "maxLabel": "good",
}
SINGLE: Json = {"type": "SingleSelect", "label": "Which one?", "options": ["Soup", "Bread"]}
MULTI: Json = {"type": "MultiSelect", "label": "Which ones?", "options": ["Soup", "Bread", "Salad"]}
RANKING: Json = {"type": "RankingList", "label": "In which order?", "items": ["Soup", "Bread", "Salad"]}


class Presenter(Interviewer):
    """Presents a widget with the next turn, where there is one to present."""

    def __init__(self) -> None:
        super().__init__()
        self.widget: Json | None = None

    def complete(self, request: Request, deadline: Deadline) -> Reply:
        """Answer, with the widget."""
        reply = super().complete(request, deadline)
        if request.task != "turn" or self.widget is None:
            return reply
        call, self.widget = ToolCall("present_widget", {"widget": self.widget}), None
        return Reply("Tell me.", "test-model", (call,), Usage(1, 2, 3))


@pytest.fixture
def model(aws: None, monkeypatch: pytest.MonkeyPatch) -> Presenter:
    """The application's model."""
    found = Presenter()
    monkeypatch.setattr(container, "model", cache(lambda: found))
    return found


@pytest.fixture
def host(clock: FakeClock, model: Presenter) -> Host:
    """Ana, who owns what she creates."""
    return new_host()


def new_session(host: Host) -> tuple[str, list[str]]:
    """A session with a form, and the ids of its questions."""
    session = str(host.new_session(prompt="Ask.", widgets_enabled=True, questions=QUESTIONS)["id"])
    return session, [str(it["id"]) for it in host.get(f"/sessions/{session}/questions")["data"]]


def take_part(
    host: Host, model: Presenter, session: str, name: str, answers: Json, widget: Json, value: Any = None
) -> str:
    """Somebody joins with these answers over REST, is shown this widget, and answers it with this value, or in `words`, or not at all.
    Gives the id of the thread."""
    given = [{"question_id": question, "answer": answer} for question, answer in answers.items()]
    thread = host.join(session, name, participant_name=name, answers=given).json_body["thread_id"]
    model.widget = widget
    said: list[Json] = [{"content": "Hello"}]
    if value is not None:
        said.append({"content": "So"} if value == "words" else {"content": "So", "widget_value": value})
    for fields in said:
        answer = host.say(session, participant=name, **fields)
        assert answer.status_code == 200, answer.body
    return str(thread)


def add_person(session: str, name: str, answers: Json, widget: Json, value: Any = None) -> str:
    """The same, put where it is stored: for crowds."""
    now = container.clock().now()
    view = container.sessions().view(session, FOR_QUESTIONS)
    spec = read_spec(ToolCall("present_widget", {"widget": widget}))
    talk = [Message(container.new_id(), 1, "user", "Hello", now)]
    talk.append(Message(container.new_id(), 2, "assistant", "Tell me.", now, widget_spec=spec))
    if value is not None:
        talk.append(Message(container.new_id(), 3, "user", "So", now, widget_value=None if value == "words" else value))
    thread = Thread(session, container.new_id(), "web", name, name, now, 1)
    for said in talk:
        thread = thread.with_said(said) if said.role == "user" else thread.with_reply(said)

    def build(write: Transaction) -> None:
        write.save(head_item(thread))
        form = check_answers(view.questions, answers)
        write.save(FormItem(session, keys.form(thread.id), answers=msgspec.to_builtins(form)))
        participant_limit.count_in(write, thread, is_capped=view.session.is_capped)
        for said in talk:
            write.save(message_item(thread, said))
            widgets.add_use(write, thread, said)

    database.transact(build)
    return thread.id


def take_stands(session: str, label: str, stances: dict[str, str]) -> str:
    """Have these threads speak of a new theme, with these stances; its id."""
    themes, conversations = container.synthesis_deps().themes, container.conversations()
    before = themes.get(session)
    made = RegisteredTheme(f"t{before.last + 1}", label)
    assert themes.put(session, ThemeRegistry(before.version, (*before.themes, made), before.last + 1), before)
    heads = {head.id: head for head in conversations.heads(session)}
    for thread_id, stance in stances.items():
        spoken = next(it for it in conversations.messages(heads[thread_id]) if it.role == "user")
        point = Point(f"{label}: {stance}", spoken.content, spoken.id, label, stance, made.id)
        known = conversations.digest(session, thread_id)
        digests.put(heads[thread_id], digest(thread_id, *(known.points if known else ()), point))
    return made.id


def leave_out(host: Host, session: str, thread_id: str) -> None:
    """Take somebody out of the results."""
    answer = host.call("PATCH", f"/sessions/{session}/participants/{thread_id}", {"included": False})
    assert answer.status_code == 200, answer.body
