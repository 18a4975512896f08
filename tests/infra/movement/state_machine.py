"""A session as it may have become: its people, its host and its jobs did some of what they can, in some order.

Each step is a request, or a job, and does nothing where it does not apply.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

import app
from chalicelib import container
from chalicelib.model.reminders import Reminder, ReminderTarget
from chalicelib.services.delivery.reminder_job import want_reminders
from chalicelib.services.delivery.sending import hash_address
from tests import events
from tests.api.hosts import Host
from tests.api.jobs import asked, delete_data, summarise, write_brief, write_prompt
from tests.api.projects import attach, join, new_project
from tests.clock import FakeClock
from tests.events import Context

PEOPLE = ("p1", "p2")
WORDS = "We need more buses in the evening because people work late, and ‘quiet’ trains: 早く."


class Story:
    """A host, their session, and what has happened in it."""

    def __init__(self, host: Host, clock: FakeClock) -> None:
        self.host, self.clock = host, clock
        self.session = str(host.new_session(questions=[{"text": "Name"}], max_participants=9, is_public=True)["id"])

    def post(self, path: str, body: Any, method: str = "POST") -> Any:
        """A request about the session; whatever it is answered."""
        return self.host.call(method, f"/sessions/{self.session}{path}", body)

    def heads(self) -> dict[str, Any]:
        """Everybody who has a conversation, by name."""
        return {head.external_id: head for head in container.conversations().heads(self.session)}


def _speak(story: Story, who: str) -> None:
    story.host.say(story.session, WORDS, who)


def _join(story: Story, who: str) -> None:
    questions = story.host.get(f"/sessions/{story.session}/questions")["data"]
    answers = [{"question_id": it["id"], "answer": "Bo"} for it in questions]
    story.host.join(story.session, who, answers=answers)


def _rate(story: Story, who: str) -> None:
    if head := story.heads().get(who):
        container.feedback().rate(head, 4, "Good questions", story.clock.now())


def _exclude(story: Story, who: str) -> None:
    if head := story.heads().get(who):
        story.post(f"/participants/{head.id}", {"included": not head.included}, "PATCH")


def _remove(story: Story, who: str) -> None:
    if head := story.heads().get(who):
        story.post(f"/participants/{head.id}", None, "DELETE")


def _erase(story: Story, _: str) -> None:
    for body in asked("deletions"):
        delete_data(body)


def _want_reminder(story: Story, who: str) -> None:
    if head := story.heads().get(who):
        wish = Reminder(story.session, head.id, "mail", story.clock.now())
        want_reminders(wish, ReminderTarget("bo@example.com"), deps=container.reminder_deps())


def _invite(story: Story, who: str) -> None:
    story.post("/participant-invitations", {"emails": [f"{who}@example.com"]})


def _stop(story: Story, who: str) -> None:
    hashed = hash_address(f"{who}@example.com", container.deployment_secret())
    container.sending_deps().suppressions.stop(story.session, hashed, story.clock.now())


def _sum_up(story: Story, _: str) -> None:
    summarise(story.session)


def _brief(story: Story, _: str) -> None:
    write_prompt(story.session)
    write_brief(story.session)


def _insight(story: Story, _: str) -> None:
    story.post("/insights", {"content": "Later buses", "quotes": [{"text": "people work late"}]})


def _edit(story: Story, who: str) -> None:
    closes = (story.clock.now() + timedelta(hours=1)).isoformat()
    story.post("", {"goal": f"Hear {who}", "closes_at": closes, "context": "c" * 20_000}, "PATCH")


def _pass_time(story: Story, _: str) -> None:
    story.clock.advance(1_800)
    app.open_and_close(events.clock_event(), Context())


def _anonymise(story: Story, _: str) -> None:
    story.post("", {"anonymous": True}, "PATCH")


def _group(story: Story, who: str) -> None:
    project = new_project(story.host, title=f"Of {who}")
    join(project, "editor")
    assert story.host.call("POST", "/templates", {"title": "Soup", "workspace_id": project}).status_code == 201
    attach(story.host, story.session, project)


STEPS: tuple[Callable[[Story, str], None], ...] = (
    _speak,
    _join,
    _rate,
    _exclude,
    _remove,
    _erase,
    _want_reminder,
    _invite,
    _stop,
    _sum_up,
    _brief,
    _insight,
    _edit,
    _pass_time,
    _anonymise,
    _group,
)
stories = st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(PEOPLE)), min_size=3, max_size=14)
EVERYTHING = [(step, who) for step in (*STEPS[:4], *STEPS[6:13], _group) for who in PEOPLE]


def tell(story: Story, steps: list[tuple[Callable[[Story, str], None], str]]) -> None:
    """Let all that happen."""
    for step, who in steps:
        story.clock.advance(1)
        step(story, who)
