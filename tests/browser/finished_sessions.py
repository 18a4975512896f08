"""Sessions that people have talked in already, over the API, for pages that show what came of it."""

from typing import Any

from tests.browser.chat_page import new_session
from tests.e2e.local import LocalCloud
from tests.e2e.test_main_job import current_summary, join, say, wait_for

SAID = (
    "The canteen is too far away, half of my lunch break is gone before I sit down.",
    "A kitchen on our floor would bring people together, as it did in the old building.",
    "The canteen is too far away for a short break, so I eat bread at my desk.",
    "A kitchen on our floor, please, with a big table.",
    "Lunch is too expensive in the canteen, I bring soup from home.",
)
ARABIC: dict[str, Any] = {
    "topic": "الغداء في المكتب: ما الذي يستحق أن نأتي من أجله؟",
    "welcome_message": "مرحبا!\nسننتقل في الربيع ويمكننا أن نخطط **المطبخ** من جديد.",
    "questions": [
        {"text": "الاسم", "required": True},
        {"text": "البريد الإلكتروني", "type": "Email"},
        {"text": "كم مرة تأتي إلى المكتب؟", "type": "Options", "options": ["كل يوم", "أحيانا", "أبدا"]},
    ],
    "language": "ar",
}


def talked_in(cloud: LocalCloud, said: tuple[str, ...] = SAID, **fields: Any) -> str:
    """A session with a participant for each of these sentences."""
    session = new_session(cloud, **{"questions": [], **fields})
    for number, sentence in enumerate(said, 1):
        assert join(cloud, session, f"Person {number}").status == 200
        assert say(cloud, session, f"Person {number}", sentence).status == 200
    return session


def summarised(cloud: LocalCloud, *sessions: str) -> None:
    """Returns when the summaries of these sessions are current."""
    for session in sessions:
        people = cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
        last = max(person["last_message_at"] for person in people)
        wait_for("summary", lambda session=session, last=last: current_summary(cloud, session, last))


def results_link(cloud: LocalCloud, session: str) -> str:
    """The host's own link to the results."""
    return str(cloud.call("GET", f"/sessions/{session}").json()["results_url"])
