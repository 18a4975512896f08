"""What a person left in Telegram goes with them, and with the session: words, name, what their chat knew of it."""

import json
import re
from typing import Any

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sqs.models import sqs_backends

from chalicelib.settings import settings
from chalicelib.telegram import routes
from infra.local.telegram.people import Person
from tests.api.hosts import Host
from tests.api.jobs import asked, delete_data
from tests.stored_items import stored
from tests.telegram.local_telegram import LocalTelegram
from tests.telegram.talk import told, write

CANARIES = re.compile(r"canaryx[a-z]", re.IGNORECASE)
QUESTIONS = [{"text": "Where do you live?", "required": True}]


def everything() -> str:
    """Tables, queues and dead letters."""
    queues = sqs_backends[DEFAULT_ACCOUNT_ID]["us-east-1"].queues.values()
    return json.dumps([raw for _, raw in stored()]) + str([message.body for it in queues for message in it._messages])


def open_session(telegram: LocalTelegram, person: Person, session: dict[str, Any]) -> None:
    person.open_link(f"https://t.me/{telegram.bot}?start=s_{session['id'].replace('-', '')}")
    telegram.work_off()


def tap(telegram: LocalTelegram, person: Person, *buttons: str) -> None:
    for button in buttons:
        person.tap(button)
        telegram.work_off()


@pytest.mark.parametrize("anonymous", [False, True], ids=["named", "anonymous"])
def test_nothing_of_a_person_is_left_with_the_bot(
    telegram: LocalTelegram, host: Host, monkeypatch: pytest.MonkeyPatch, *, anonymous: bool
) -> None:
    session = host.new_session(questions=QUESTIONS, prompt="Ask.", anonymous=anonymous)
    bo, ada = telegram.person("Canaryxa"), telegram.person("Ada")
    for person, words in ((bo, "canaryxb"), (ada, "Ada's words")):
        open_session(telegram, person, session)
        tap(
            telegram,
            person,
            "Start the conversation",
            *(() if anonymous else (f"{person.account.user['first_name']}",)),
        )
        write(telegram, person, f"In {words} street", f"I like {words}")
    said = bo.write("It is canaryxc")
    bo.edit(said, "It is canaryxd")
    telegram.work_off()

    def fail(*_: object) -> None:
        raise ValueError("never")

    monkeypatch.setitem(vars(routes)["COMMANDS"], "privacy", fail)
    bo.write("/privacy canaryxe")
    for _ in range(5):
        telegram.work_off(failing=True)
    assert {"canaryxb", "canaryxd"} <= set(CANARIES.findall(everything()))
    people = host.get(f"/sessions/{session['id']}/responses")["data"]
    (thread,) = [it["participant_id"] for it in people if "canaryxb" in json.dumps(it)]
    chats = sum("session#" in json.dumps(raw["sk"]) for kind, raw in stored() if kind.table == "telegram")
    assert host.call("DELETE", f"/sessions/{session['id']}/participants/{thread}").status_code == 204
    assert all(map(delete_data, asked("deletions")))
    assert CANARIES.findall(everything()) == []
    assert sum("session#" in json.dumps(raw["sk"]) for kind, raw in stored() if kind.table == "telegram") == chats - 1
    boto3.client("sqs").purge_queue(QueueUrl=settings().dead_letters_urls["updates"])
    write(telegram, ada, "I am still here")
    assert told(ada, 1)[0].startswith("Reply")
    write(telegram, bo, "And I?")
    assert "And I?" not in everything()
    open_session(telegram, bo, session)
    assert "Start the conversation" in bo.chat.last.buttons
    # The other one goes with the session, and so does who has not begun yet.
    assert host.call("DELETE", f"/sessions/{session['id']}").status_code == 204
    assert all(map(delete_data, asked("deletions")))
    assert [raw for kind, raw in stored() if kind.table == "telegram" and "session#" in json.dumps(raw["sk"])] == []
