"""A limit of participants over HTTP, with many at once."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.local import LocalCloud
from tests.e2e.test_main_job import join, new_session, say


def test_of_twenty_four_at_once_exactly_ten_get_in(cloud: LocalCloud) -> None:
    session = new_session(cloud, questions=[], prompt="Ask.", max_participants=10)
    with ThreadPoolExecutor(24) as pool:
        came = list(pool.map(lambda number: join(cloud, session, f"p{number}"), range(24)))
    assert Counter(answer.status for answer in came) == {200: 10, 400: 14}
    refused = {answer.json()["error"]["message"] for answer in came if answer.status == 400}
    assert refused == {"This session is full"}
    assert cloud.call("GET", f"/sessions/{session}").json()["participant_count"] == 10
    people = cloud.call("GET", f"/sessions/{session}/responses").json()["data"]
    assert len(people) == 10
    assert say(cloud, session, people[0]["external_id"], "I am in.").status == 200
    gone = cloud.call("DELETE", f"/sessions/{session}/participants/{people[1]['participant_id']}")
    assert gone.status == 204
    late = [join(cloud, session, f"late{number}").status for number in range(2)]
    assert late == [200, 400]
    assert "This session is full" in cloud.call("GET", f"/chat?s={session}", key=None).text


@pytest.mark.parametrize("before", [None, 500])
def test_a_limit_that_is_set_while_people_join_holds_from_then_on(cloud: LocalCloud, before: int | None) -> None:
    session = new_session(cloud, questions=[], prompt="Ask.", max_participants=before)
    with ThreadPoolExecutor(17) as pool:
        coming = [pool.submit(join, cloud, session, f"p{number}") for number in range(16)]
        edited = pool.submit(cloud.call, "PATCH", f"/sessions/{session}", {"max_participants": 5}).result()
        entered = sum(it.result().status == 200 for it in coming)
    assert edited.status == 200
    # A lower limit takes the place of another without having counted again who came since the session was read.
    counted = max(5, edited.json()["participant_count"])
    assert counted == entered if before is None else counted <= entered
    assert cloud.call("GET", f"/sessions/{session}").json()["participant_count"] == entered
    assert join(cloud, session, "late").status == 400
