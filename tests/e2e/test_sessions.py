"""Sessions in the running application: lists that follow, edits at once, and a deletion to the last item."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.e2e.local import Answer, LocalCloud
from tests.e2e.test_main_job import join, new_session, say, wait_for

EDITORS = 8


@pytest.fixture(scope="module")
def guest(cloud: LocalCloud) -> str:
    """The key of somebody who is no member of anything."""
    cloud.command("infra.admin", "create-user", "guest@example.com", "--name", "Guest")
    return cloud.command("infra.admin", "mint-key", "guest@example.com", "--rate", "10000").strip()


def listed(cloud: LocalCloud, session: str, key: str = "demo") -> Any:
    """The session's item in somebody's list, or None."""
    answer = cloud.call("GET", "/sessions?limit=100", key=key)
    assert answer.status == 200, answer.text
    return next((item for item in answer.json()["data"] if item["id"] == session), None)


def patch(cloud: LocalCloud, session: str, **changes: Any) -> Answer:
    """An edit by the demo host."""
    return cloud.call("PATCH", f"/sessions/{session}", changes)


def left(cloud: LocalCloud, session: str) -> list[str]:
    """The parts that both tables still hold of a session."""
    dynamodb, settings = cloud.client("dynamodb"), cloud.instance.settings()
    parts: list[str] = []
    for table in ("SESSIONS_TABLE", "CONVERSATIONS_TABLE"):
        found = dynamodb.query(
            TableName=settings[table],
            KeyConditionExpression="session_id = :session",
            ExpressionAttributeValues={":session": {"S": session}},
            ConsistentRead=True,
        )
        parts += [item["part"]["S"] for item in found["Items"]]
    return parts


def test_the_list_of_somebody_who_takes_part_follows_edits_and_counts(cloud: LocalCloud, guest: str) -> None:
    session = new_session(cloud, is_public=True)
    body = {"participant_id": "guest", "participant_name": "", "answers": []}
    assert cloud.call("POST", f"/sessions/{session}/chat/questions", body, key=guest).status == 200
    assert listed(cloud, session, guest)["topic"] == "Getting around town"
    edited = patch(cloud, session, topic="Getting out of town").json()
    assert listed(cloud, session)["updated_at"] == edited["updated_at"]
    assert join(cloud, session, "ana").status == 200

    def follows() -> bool:
        items = [listed(cloud, session, key) for key in ("demo", guest)]
        wanted = ("Getting out of town", 2, edited["updated_at"])
        return all((it["topic"], it["participant_count"], it["updated_at"]) == wanted for it in items)

    wait_for("the cards", follows)
    public = cloud.call("GET", "/sessions/public?q=OUT%20OF%20TOWN", key=None).json()
    assert [item["id"] for item in public["data"]] == [session]
    assert public["data"][0]["join_url"] == f"{cloud.url}/chat?s={session}"


def test_edits_at_once_lose_nothing_and_each_has_a_time_of_its_own(cloud: LocalCloud) -> None:
    session = new_session(cloud)
    texts = ("goal", "critical", "context", "welcome_message", "meta_description", "summary_prompt", "prompt")
    fields = {**{name: f"my {name}" for name in texts}, "language": "de"}
    assert len(fields) == EDITORS
    with ThreadPoolExecutor(EDITORS) as pool:
        answers = list(pool.map(lambda name: patch(cloud, session, **{name: fields[name]}), fields))
    assert [answer.status for answer in answers] == [200] * EDITORS
    stored = cloud.call("GET", f"/sessions/{session}").json()
    assert {name: stored[name] for name in fields} == fields
    assert len({answer.json()["updated_at"] for answer in answers}) == EDITORS
    assert max(answer.json()["updated_at"] for answer in answers) == stored["updated_at"]


def test_a_prompt_is_written_again_after_another_brief(cloud: LocalCloud) -> None:
    session = new_session(cloud)

    def written() -> Any:
        found = cloud.call("GET", f"/sessions/{session}").json()
        return found["prompt"] if found["prompt_status"] == "basic" else None

    first = wait_for("the prompt", written)
    assert patch(cloud, session, topic="Moving house", goal="Find out who moves").status == 200
    assert wait_for("the next prompt", written) != first


def test_a_deleted_session_is_gone_at_once_and_soon_to_the_last_item(cloud: LocalCloud, guest: str) -> None:
    session = new_session(cloud, is_public=True, questions=[{"text": "Name"}], context="Some")
    assert cloud.call("POST", f"/sessions/{session}/chat", chat("guest"), key=guest).status == 200
    for name in ("ana", "bo"):
        assert say(cloud, session, name, "The bus should run in the evening.").status == 200
    assert cloud.call("DELETE", f"/sessions/{session}", key=guest).status == 403
    gone = cloud.call("DELETE", f"/sessions/{session}")
    assert (gone.status, gone.body) == (204, b"")
    assert cloud.call("GET", f"/sessions/{session}").status == 404
    assert cloud.call("DELETE", f"/sessions/{session}").status == 404
    assert say(cloud, session, "ana", "Still there?").status == 404
    assert cloud.call("POST", f"/sessions/{session}/chat", chat("guest"), key=guest).status == 404
    assert listed(cloud, session) is None
    assert session not in cloud.call("GET", "/sessions/public?limit=100", key=None).text
    wait_for("the removal", lambda: left(cloud, session) == [])
    assert listed(cloud, session, guest) is None


def test_people_who_speak_while_a_session_is_deleted_leave_nothing_behind(cloud: LocalCloud) -> None:
    session = new_session(cloud)
    with ThreadPoolExecutor(9) as pool:
        turns = [pool.submit(say, cloud, session, f"p{number % 4}", "More benches.") for number in range(16)]
        deleted = pool.submit(cloud.call, "DELETE", f"/sessions/{session}")
        assert deleted.result().status == 204
        assert {turn.result().status for turn in turns} <= {200, 404, 409}
    wait_for("the removal", lambda: left(cloud, session) == [])


def chat(participant: str) -> dict[str, str]:
    """A message."""
    return {"participant_id": participant, "participant_name": "", "content": "The bus should run in the evening."}
