"""The main job on the packaged application: design, talk, summary, brief; sixteen people at once."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from tests.e2e.local import PATIENCE, Answer, LocalCloud

PEOPLE = 16
SAID = (
    "The bus to the hospital should run in the evening, {name} cannot get home after a late shift.",
    "Evening buses matter most, because taxis cost {name} a day's pay.",
    "Sidewalks near the school need lights.",
)


def new_session(cloud: LocalCloud, **fields: Any) -> str:
    """A session of the demo host."""
    answer = cloud.call(
        "POST",
        "/sessions",
        {"topic": "Getting around town", "goal": "Find out what keeps people from moving about", **fields},
    )
    assert answer.status == 201, answer.text
    return str(answer.json()["id"])


def join(cloud: LocalCloud, session: str, name: str) -> Answer:
    """Join over REST."""
    body = {"participant_id": name, "participant_name": name, "answers": []}
    return cloud.call("POST", f"/sessions/{session}/chat/questions", body)


def say(
    cloud: LocalCloud, session: str, name: str, content: str, message_id: str | None = None, *, patient: bool = True
) -> Answer:
    """One turn over REST."""
    body = {"participant_id": name, "participant_name": name, "content": content}
    return cloud.call("POST", f"/sessions/{session}/chat", {**body, "message_id": message_id}, patient=patient)


def wait_for(what: str, look: Any) -> Any:
    """The first true result of `look`."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if found := look():
            return found
        time.sleep(0.5)
    raise AssertionError(f"{what} did not come within {PATIENCE} s")


def current_summary(cloud: LocalCloud, session: str, after: str) -> Any:
    """The summary, once it is current and newer than this time; else None."""
    summary = cloud.call("GET", f"/sessions/{session}/summary").json()
    return summary if summary["status"] == "current" and summary["generated_at"] > after else None


def test_sixteen_people_at_once_end_up_in_one_summary_and_brief(cloud: LocalCloud) -> None:
    session = new_session(cloud, critical="Which trips people give up.", questions=[])
    names = [f"person-{number:02d}" for number in range(PEOPLE)]

    def talk(name: str) -> None:
        assert join(cloud, session, name).status == 200
        for sentence in SAID:
            answer = say(cloud, session, name, sentence.format(name=name))
            assert answer.status == 200, answer.text
            assert answer.json()["message"]["content"]

    with ThreadPoolExecutor(PEOPLE) as pool:
        list(pool.map(talk, names))

    people = cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    said = {p["external_id"]: [m["content"] for m in p["messages"] if m["role"] == "user"] for p in people}
    assert said == {name: [sentence.format(name=name) for sentence in SAID] for name in names}
    assert all([m["role"] for m in p["messages"]] == ["assistant", *["user", "assistant"] * 3] for p in people)
    last = max(person["last_message_at"] for person in people)
    wait_for("summary", lambda: current_summary(cloud, session, last))
    stored = wait_for("brief", lambda: _with_brief(cloud, session))
    assert stored["participant_count"] == PEOPLE
    assert stored["usage"]["turns"] == PEOPLE * 4
    assert (stored["prompt_status"], bool(stored["prompt"])) == ("basic", True)  # by a script
    assert f"of {PEOPLE} participants" in stored["summary"]
    assert f"participants: {PEOPLE}" in stored["session_md"]


def _with_brief(cloud: LocalCloud, session: str) -> Any:
    stored = cloud.call("GET", f"/sessions/{session}").json()
    made_from = (
        f'summary_generated_at: "{cloud.call("GET", f"/sessions/{session}/summary").json()["generated_at"][:19]}'
    )
    return stored if stored["session_md"] and made_from in stored["session_md"] else None


def test_eight_joins_of_one_participant_make_one_thread(cloud: LocalCloud) -> None:
    session = new_session(cloud)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: join(cloud, session, "ana"), range(8)))
    assert sorted(answer.status for answer in answers) == [200] + [400] * 7
    refusals = {answer.json()["error"]["message"] for answer in answers if answer.status == 400}
    assert refusals == {"participant_id has already joined this session"}
    (person,) = cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    assert [message["role"] for message in person["messages"]] == ["assistant"]
    assert cloud.call("GET", f"/sessions/{session}").json()["participant_count"] == 1


def test_a_double_click_is_one_turn(cloud: LocalCloud) -> None:
    session = new_session(cloud)
    with ThreadPoolExecutor(2) as pool:
        clicks = [pool.submit(say, cloud, session, "bo", "Trains are late.", "click-1") for _ in range(2)]
        first, second = (click.result() for click in clicks)
    assert first.status == second.status == 200
    assert first.json() == second.json()
    assert cloud.call("GET", f"/sessions/{session}").json()["usage"]["turns"] == 1


def test_two_turns_at_once_stand_in_a_strict_order(cloud: LocalCloud) -> None:
    session = new_session(cloud)
    assert join(cloud, session, "cy").status == 200
    with ThreadPoolExecutor(2) as pool:
        turns = [pool.submit(say, cloud, session, "cy", text) for text in ("The first thing.", "The second thing.")]
        statuses = [turn.result().status for turn in turns]
    assert set(statuses) <= {200, 409}
    (person,) = cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    roles = [message["role"] for message in person["messages"]]
    assert roles == ["assistant", *["user", "assistant"] * statuses.count(200)]


def test_sixteen_new_people_who_speak_first_are_all_counted(cloud: LocalCloud) -> None:
    session = new_session(cloud)
    with ThreadPoolExecutor(PEOPLE) as pool:
        answers = list(pool.map(lambda n: say(cloud, session, f"p{n}", "More benches, please."), range(PEOPLE)))
    assert [answer.status for answer in answers] == [200] * PEOPLE
    assert cloud.call("GET", f"/sessions/{session}").json()["participant_count"] == PEOPLE
    assert len(cloud.call("GET", f"/sessions/{session}/responses").json()["data"]) == PEOPLE


def test_a_message_that_no_worker_can_read_ends_in_the_dead_letters(cloud: LocalCloud) -> None:
    sqs, settings = cloud.client("sqs"), cloud.instance.settings()
    sqs.send_message(QueueUrl=settings["BRIEFS_QUEUE_URL"], MessageBody="not a job")

    def buried() -> Any:
        return sqs.receive_message(QueueUrl=settings["BRIEFS_DEAD_LETTERS_URL"], WaitTimeSeconds=1).get("Messages")

    (letter,) = wait_for("dead letter", buried)
    assert letter["Body"] == "not a job"


def test_unknown_paths_and_methods_answer_in_the_envelope(cloud: LocalCloud) -> None:
    unknown = cloud.call("GET", "/api/v1/nothing/here")
    assert (unknown.status, unknown.json()["error"]["code"]) == (404, "not_found")
    wrong = cloud.call("PUT", "/me")
    assert (wrong.status, wrong.json()["error"]["code"]) == (405, "method_not_allowed")
    assert wrong.headers["allow"] == "DELETE, GET, PATCH"


def test_members_and_keys_are_administered_from_the_command_line(cloud: LocalCloud) -> None:
    session = new_session(cloud)
    cloud.command("infra.admin", "create-user", "dora@example.com", "--name", "Dora")
    key = cloud.command("infra.admin", "mint-key", "dora@example.com", "--rate", "5").strip()
    assert cloud.call("GET", f"/sessions/{session}", key=key).status == 403
    cloud.command("infra.admin", "add-member", session, "dora@example.com", "viewer")
    assert cloud.call("GET", f"/sessions/{session}", key=key).status == 200
    cloud.command("infra.admin", "revoke-key", key)
    assert cloud.call("GET", "/me", key=key).status == 401
