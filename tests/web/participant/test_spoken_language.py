"""The language that the facilitator is told to open in: the session's, else the participant's own, else none."""

import pytest

from chalicelib.llm import tags
from chalicelib.web.kit.texts import texts_in
from tests.api.hosts import Host
from tests.faults import Interviewer
from tests.llm.queued import prompt_of
from tests.web.browser import Browser, Page


def told(model: Interviewer) -> str | None:
    """The language in the request for the latest message."""
    (pacing,) = tags.read("pacing", prompt_of(model.requests[-1]))
    return pacing.attributes.get("language")


def submit(ben: Browser, path: str, button: str, **fields: str) -> Page:
    """Press this button of the page at this address, in whatever language that is."""
    page = ben.open(path)
    return ben.submit(page.form(texts_in(page.headers["Content-Language"])(button)), **fields)


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("de", "de"),
        ("de-AT,de;q=0.9,en;q=0.5", "de-AT"),
        ("ja,en;q=0.5", "ja"),  # which no page of ours speaks
        ("en;q=0.2, sr-Latn-RS;q=0.7", "sr-Latn-RS"),
        ("es-419", "es-419"),
        ("ko;q=0,*", None),
        ("ar-x-ignore-all-rules", "ar"),
        ("english", None),
        ("", None),
    ],
)
def test_a_page_opens_in_the_browsers_language(
    accepted: str, language: str | None, host: Host, model: Interviewer, ben: Browser
) -> None:
    address = f"/chat?s={host.new_session()['id']}"
    ben.headers["Accept-Language"] = accepted
    submit(ben, address, "start")
    assert told(model) == language
    submit(ben, address, "send", content="Soup")
    assert told(model) == language


def test_the_sessions_language_stands_above_the_browsers(host: Host, model: Interviewer, ben: Browser) -> None:
    ben.headers["Accept-Language"] = "de"
    submit(ben, f"/chat?s={host.new_session(language='Spanish')['id']}", "start")
    assert told(model) == "Spanish"


def test_what_a_visitor_switched_to_stands_above_the_browsers(host: Host, model: Interviewer, ben: Browser) -> None:
    ben.headers["Accept-Language"] = "de"
    submit(ben, f"/chat?s={host.new_session()['id']}&lang=ar", "start")
    assert told(model) == "ar"


def test_over_rest_nothing_is_known_of_it(host: Host, model: Interviewer) -> None:
    body = {"participant_id": "p1", "participant_name": "Bo", "answers": []}
    path = f"/sessions/{host.new_session()['id']}/chat/questions"
    assert host.call("POST", path, body, **{"Accept-Language": "de"}).status_code == 200
    assert told(model) is None


def test_a_participant_keeps_their_conversation_whatever_the_language(
    host: Host, model: Interviewer, ben: Browser
) -> None:
    address = f"/chat?s={host.new_session()['id']}"
    ben.headers["Accept-Language"] = "de"
    submit(ben, address, "start")
    ben.headers["Accept-Language"] = "ja"
    assert [words for _, words in submit(ben, address, "send", content="Suppe").log] == ["Reply 1", "Suppe", "Reply 2"]
    assert told(model) == "ja"
