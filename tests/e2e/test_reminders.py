"""One person stalls on the web and one in Telegram; both are reminded, one goes on and concludes, the other wants no more."""

import json
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from infra.local.mailbox import FOLDER
from infra.run import TICK
from tests.e2e.local import LocalCloud
from tests.e2e.pages import browser_at
from tests.e2e.telegram_page import Seat, TelegramPage
from tests.e2e.test_main_job import new_session, wait_for

FIRST = 10  # hours, each of which lasts a second here
ADDRESS = "stalled@example.com"
WORDS = "The bus to the hospital should run in the evening."


def zone_at_noon() -> str:
    """A zone in which it is about noon now, whenever the test runs."""
    behind = datetime.now(UTC).hour - 12  # in these names the sign is the other way round
    return f"Etc/GMT{behind:+d}"


def sweep(cloud: LocalCloud) -> None:
    """What the clock does every five minutes."""
    name = cloud.instance.outputs["SweepFunctionName"]
    cloud.client("lambda").invoke(FunctionName=name, InvocationType="Event", Payload=json.dumps(TICK).encode())


def mail_to(cloud: LocalCloud, address: str) -> str:
    """The mail that came for this address; empty before."""
    mails = (file.read_text() for file in (cloud.folder / FOLDER).glob("*") if file.is_file())
    return next((text for text in mails if address in text and "/chat?s=" in text), "")


def sweep_until_reminded(cloud: LocalCloud, session: str, count: int) -> None:
    """Have the clock look, more often than it does by itself, until so many people were reminded."""
    time.sleep(FIRST)

    def are_reminded() -> bool:
        sweep(cloud)
        time.sleep(1.5)
        return bool(activity(cloud, session)["reminders"]["sent"] == count)

    wait_for("the reminders", are_reminded)


def begin_in_telegram(page: TelegramPage, session: str) -> Seat:
    """Somebody who asks to be reminded behind the opening of their conversation."""
    person = page.person("Bo")
    bot = page.view()["bot"]["username"]
    person.open(f"https://t.me/{bot}?start=s_{session.replace('-', '')}")
    for button in ("Start the conversation", "Without a name", "Remind me"):
        person.tap(button)
    person.until("you will be reminded here")
    return person


def activity(cloud: LocalCloud, session: str) -> dict[str, Any]:
    return dict(cloud.call("GET", f"/sessions/{session}/activity").json())


def test_two_people_are_reminded_and_the_session_closes_itself(cloud: LocalCloud) -> None:
    # The next reminders would come after five minutes.
    reminders = {"enabled": True, "after_hours": [FIRST, 336]}
    session = new_session(cloud, questions=[], time_zone=zone_at_noon(), reminders=reminders)
    ben = browser_at(cloud.url)
    ben.join({"id": session})
    assert ben.say({"id": session}, WORDS).status == 200
    ben.submit(ben.chat({"id": session}).form("Save"), wanted="1", address=ADDRESS)
    bo = begin_in_telegram(TelegramPage(cloud), session)
    assert activity(cloud, session)["reminders"]["sent"] == 0
    sweep_until_reminded(cloud, session, 2)

    reminded = bo.until("is not complete yet", button="No more reminders")
    mail = wait_for("the mail", lambda: mail_to(cloud, ADDRESS))
    link = re.findall(r"(/chat\?s=[\w-]+&r=[\w.~-]+&reminded=1)", mail.replace("&amp;", "&"))[0]
    elsewhere = browser_at(cloud.url)
    page = elsewhere.submit(elsewhere.open(link).form("Continue it here"))
    assert [words for _, words in page.log if words == WORDS] == [WORDS]
    elsewhere.submit(page.form("I’m done"))
    bo.tap("No more reminders")
    bo.until("You get no reminders", after=reminded.message_id)

    closes = (datetime.now(UTC) + timedelta(seconds=5)).isoformat()
    assert cloud.call("PATCH", f"/sessions/{session}", {"closes_at": closes}).status == 200
    wait_for("the end", lambda: cloud.call("GET", f"/sessions/{session}").json()["status"] == "completed")
    wait_for("the final summary", lambda: cloud.call("GET", f"/sessions/{session}/summary").json()["summary"])
    told = {"sent": 2, "opened": 1, "came_back": 1, "undeliverable": 0}
    assert activity(cloud, session)["reminders"] == told
