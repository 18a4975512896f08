"""The example on a running application: its own streams and jobs see how it is planted, and leave it as it was written."""

from typing import Any

from chalicelib.services.sessions.example import EXAMPLE_ID
from tests.e2e.local import LocalCloud
from tests.e2e.test_main_job import wait_for

COUNTS = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed")


def test_the_example_is_planted_beside_a_running_application_and_stays_as_it_is(cloud: LocalCloud) -> None:
    cloud.command("infra.admin", "create-user", "guide@example.com")
    key = cloud.command("infra.admin", "mint-key", "guide@example.com", "--rate", "10000").strip()
    assert cloud.command("infra.admin", "plant-example", "guide@example.com").strip() == EXAMPLE_ID

    def read() -> dict[str, Any]:
        return dict(cloud.call("GET", f"/sessions/{EXAMPLE_ID}", key=key).json())

    planted = wait_for("SESSION.md of the example", lambda: found if (found := read())["session_md"] else None)
    assert (planted["is_example"], planted["participant_count"], planted["completed_count"]) == (True, 24, 23)
    assert 'summary_model: "example"' in planted["session_md"]
    # What people said woke the job with the application's own model, which is the script here.
    wait_for("the end of all summary jobs", lambda: _is_worked_off(cloud))
    after = read()
    assert (after["summary_status"], after["summary"]) == ("current", planted["summary"])
    assert f"results?s={EXAMPLE_ID}" in wait_for("the link to the example", lambda: _home(cloud))
    assert cloud.command("infra.admin", "plant-example", "guide@example.com").strip() == EXAMPLE_ID
    assert read() == after


def _is_worked_off(cloud: LocalCloud) -> bool:
    url = cloud.instance.settings()["SUMMARIES_QUEUE_URL"]
    found = cloud.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=list(COUNTS))["Attributes"]
    return not any(int(found[name]) for name in COUNTS)


def _home(cloud: LocalCloud) -> str | None:
    """The page with its link; a container that looked before it was there looks again within a minute."""
    text = cloud.call("GET", "/", key=None).text
    return text if EXAMPLE_ID in text else None
