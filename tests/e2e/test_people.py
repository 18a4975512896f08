"""The people of a session on the packaged application: own responses, exclusion, removal, a summary on demand."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.e2e.local import LocalCloud
from tests.e2e.test_main_job import current_summary, new_session, say, wait_for

LIBRARY = "The library should open on Sunday, says {name}."
BUSES = "The bus to the hospital should run in the evening, {name} cannot get home after a late shift."


def summary(cloud: LocalCloud, session: str) -> Any:
    return cloud.call("GET", f"/sessions/{session}/summary").json()


def participants(cloud: LocalCloud, session: str) -> dict[str, str]:
    people = cloud.call("GET", f"/sessions/{session}/responses?include=all&mode=list").json()["data"]
    return {person["external_id"]: person["participant_id"] for person in people}


def told(cloud: LocalCloud, session: str) -> Any:
    """A session of three people with its summary and brief."""
    for name, words in (("ana", BUSES), ("bo", BUSES), ("cy", LIBRARY)):
        assert say(cloud, session, name, words.format(name=name)).status == 200
    wait_for("summary", lambda: current_summary(cloud, session, ""))
    wait_for("brief", lambda: cloud.call("GET", f"/sessions/{session}/session-md").status == 200)
    return participants(cloud, session)


def test_results_follow_who_is_excluded_included_and_removed(cloud: LocalCloud) -> None:
    session = new_session(cloud, prompt="Ask.")
    ids = told(cloud, session)
    path = f"/sessions/{session}/participants/{ids['cy']}"

    answer = cloud.call("PATCH", path, {"included": False})
    assert (answer.status, answer.json()["included"]) == (200, False)
    # Offline at once, unless the rebuild was faster still; either way nothing of theirs is left.
    assert LIBRARY.format(name="cy") not in str(summary(cloud, session)["summary"])
    rebuilt = wait_for("summary", lambda: current_summary(cloud, session, ""))
    assert "library" not in rebuilt["summary"].lower()
    assert "of 2 participants" in rebuilt["summary"]

    assert cloud.call("PATCH", path, {"included": True}).status == 200
    again = wait_for("summary", lambda: current_summary(cloud, session, rebuilt["generated_at"]))
    assert "library" in again["summary"].lower()

    assert cloud.call("DELETE", path).status == 204
    assert cloud.call("DELETE", path).status == 404
    assert "library" not in str(summary(cloud, session)["summary"]).lower()
    wait_for("summary", lambda: current_summary(cloud, session, ""))
    wait_for("removal", lambda: not leftovers(cloud, session, ids["cy"]))
    assert cloud.call("GET", f"/sessions/{session}").json()["participant_count"] == 2

    assert say(cloud, session, "cy", "Hello, I am new here.").status == 200
    people = cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    assert people[-1]["participant_id"] == ids["cy"]
    assert people[-1]["messages"][0]["content"] == "Hello, I am new here."
    assert cloud.call("GET", f"/sessions/{session}").json()["participant_count"] == 3


def leftovers(cloud: LocalCloud, session: str, thread: str) -> list[str]:
    table = cloud.instance.settings()["CONVERSATIONS_TABLE"]
    found = cloud.client("dynamodb").query(
        TableName=table,
        KeyConditionExpression="session_id = :session",
        ExpressionAttributeValues={":session": {"S": session}},
    )["Items"]
    return [item["part"]["S"] for item in found if thread in item["part"]["S"]]


def test_responses_of_the_host_at_once_are_all_kept_and_summed_up(cloud: LocalCloud) -> None:
    session = new_session(cloud, prompt="Ask.")
    words = [LIBRARY.format(name=f"person {number}") for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda said: cloud.call("POST", f"/sessions/{session}/responses", {"content": said}), words)
        )
    assert [answer.status for answer in answers] == [201] * 8, [answer.text for answer in answers]
    (person,) = cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    assert sorted(entry["content"] for entry in person["messages"]) == sorted(words)
    assert {entry["id"] for entry in person["messages"]} == {answer.json()["id"] for answer in answers}
    assert (person["channel"], person["message_count"]) == ("api", 8)
    assert cloud.call("GET", f"/sessions/{session}").json()["participant_count"] == 1
    made = wait_for("summary", lambda: current_summary(cloud, session, person["last_message_at"]))
    assert "library" in made["summary"].lower()


def test_a_summary_can_be_had_now(cloud: LocalCloud) -> None:
    session = new_session(cloud, prompt="Ask.")
    assert summary(cloud, session) == cloud.call("POST", f"/sessions/{session}/summary").json()
    assert say(cloud, session, "ana", BUSES.format(name="Ana")).status == 200
    answer = cloud.call("POST", f"/sessions/{session}/summary")
    assert answer.status in (200, 202), answer.text
    made = wait_for("summary", lambda: current_summary(cloud, session, ""))
    if answer.status == 200:
        assert "bus" in answer.json()["summary"]
        assert made["generated_at"] >= answer.json()["generated_at"]


def test_telegram_groups_are_kept(cloud: LocalCloud) -> None:
    path = "/integrations/telegram/groups"
    for group_id, encoded in (("-100 1%", "-100%201%25"), ("-1001234567890", "-1001234567890")):
        made = cloud.call("POST", path, {"group_id": group_id, "group_name": "Lunch", "topic_id": 7})
        assert made.status == 201, made.text
        assert made.json() in cloud.call("GET", path).json()["data"]
        session = new_session(cloud, distribution=[{"channel": "telegram", "group_id": group_id}])
        announced = cloud.call("GET", f"/sessions/{session}").json()["distribution"]
        assert announced == [{"channel": "telegram", "group_id": group_id, "status": "unconfirmed", "error": None}]
        assert cloud.call("DELETE", f"{path}/{encoded}").status == 204
        assert cloud.call("DELETE", f"{path}/{encoded}").status == 404
