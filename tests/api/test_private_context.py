"""What a host keeps from participants shapes the prompt and is told to nobody else."""

from chalicelib import container
from tests.api.hosts import Host, new_host
from tests.api.jobs import summarise, write_brief, write_prompt
from tests.faults import Interviewer
from tests.web.browser import Browser
from tests.web.participant.test_results import opened

PRIVATE = "The cook gannet-61 leaves in May"


def test_no_conversation_and_no_summary_is_shown_what_the_host_keeps_private(host: Host, model: Interviewer) -> None:
    session = host.new_session(private_context=PRIVATE, cross_pollination=True, results_visibility="public")
    assert write_prompt(session["id"])
    for number in range(6):
        browser = Browser()
        browser.join(session)
        browser.say(session, f"Soup {number}")
        host.say(session["id"], "What is private?", f"p{number}")
    assert summarise(session["id"])
    assert write_brief(session["id"])
    asked = {request.task for request in model.requests}
    assert {request.task for request in model.requests if "gannet-61" in repr(request)} == {"prompt"}
    assert {"turn", "digest", "summary"} <= asked
    for path in ("questions", "responses", "summary", "session-md"):
        assert b"gannet-61" not in host.call("GET", f"/sessions/{session['id']}/{path}").body
    for page in (Browser().chat(session), Browser().open(f"/results?s={session['id']}"), opened(host, session)[1]):
        assert "gannet-61" not in page.html


def test_members_read_it_and_nobody_else(host: Host) -> None:
    session = host.new_session(private_context=PRIVATE, is_public=True)["id"]
    for reader in (host, host.invite(session, "viewer")):
        assert reader.get(f"/sessions/{session}")["private_context"] == PRIVATE
    stranger = new_host("s@example.com")
    stranger.say(session, "Soup")
    answers = [stranger.call("GET", path) for path in (f"/sessions/{session}", "/sessions", "/sessions/public")]
    assert b"gannet-61" not in b"".join(answer.body for answer in answers)
    assert stranger.get("/sessions?q=gannet-61")["data"] == []
    assert container.sessions().view(session, ()).session.private_context is None  # read only where it is asked for


def test_an_edit_of_it_has_a_prompt_of_ours_written_again_and_null_takes_it_away(
    host: Host, model: Interviewer
) -> None:
    session = host.new_session()["id"]
    assert write_prompt(session)
    edited = host.call("PATCH", f"/sessions/{session}", {"private_context": PRIVATE}).json_body
    assert (edited["private_context"], edited["prompt_status"]) == (PRIVATE, "writing")
    assert write_prompt(session)
    assert "gannet-61" in repr(model.requests[-1])
    cleared = host.call("PATCH", f"/sessions/{session}", {"private_context": None}).json_body
    assert (cleared["private_context"], cleared["prompt_status"]) == (None, "writing")
    assert host.get(f"/sessions/{session}")["private_context"] is None
    assert write_prompt(session)
    assert "gannet-61" not in repr(model.requests[-1])


def test_a_proposal_has_it_in_mind(host: Host, model: Interviewer) -> None:
    session = host.new_session(private_context=PRIVATE)["id"]
    answer = host.call("POST", f"/sessions/{session}/regenerate-facilitation-prompt")
    assert answer.status_code == 200
    assert "gannet-61" in repr(model.requests[-1])
    assert "private_context" not in answer.json_body["prompt_generated_from"]
