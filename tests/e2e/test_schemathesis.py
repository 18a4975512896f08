"""Generated requests, valid and invalid, against the description of the API: nothing fails, everything is as described.

Two long runs before the application in one process: one over sessions that are there, so that requests reach what they are for; one
that makes, uses and deletes. And a short one before a local cloud, of what the description has as examples.
"""

import os
import subprocess
import sys
from pathlib import Path

from infra.package import ROOT
from tests.e2e.local import LocalCloud
from tests.e2e.test_http import new_key
from tests.e2e.test_main_job import new_session, say

HOOKS = ROOT / "tests" / "e2e"
# TRACE never reaches an application behind API Gateway. A key of the coverage phase comes with many bodies (422), and the
# rules behind a body are more than a schema can say (400), but nowhere else.
CHECKS = """
[phases.coverage]
unexpected-methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]

[checks]
positive_data_acceptance.expected-statuses = ["2xx", "304", 401, 403, 404, 409, 422, 429]
not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx"]
"""
# Only the links of the description: what a new session's id opens.
STATEFUL = """
[phases.stateful]
inference.algorithms = []
max-steps = 8
"""
RULES = """
[[operations]]
include-name = "{name}"
checks.positive_data_acceptance.expected-statuses = ["2xx", "304", 400, 401, 403, 404, 409, 422, 429]
"""
# Where a script stands in the place of a model, what needs one says so: `schemathesis_checks` reads that.
OF_MODELS = """
[[operations]]
include-name = "{name}"
checks.positive_data_acceptance.expected-statuses = ["2xx", 400, 401, 403, 404, 409, 422, 429, 503]
checks.not_a_server_error.expected-statuses = ["2xx", "3xx", "4xx", 503]
"""
NEED_A_MODEL = (
    "POST /sessions/suggestions",
    "POST /sessions/{session_id}/prompts/revise",
    "POST /sessions/{session_id}/ask",
    "POST /sessions/{session_id}/follow-up",
    "POST /sessions/{session_id}/review",
)
RULED = (
    "PATCH /me",  # names of time zones; the account may have been changed
    "POST /sessions",  # distribution, closes_at, template_id: must exist, must lie ahead
    "PATCH /sessions/{session_id}",  # the same; ids of questions
    "GET /sessions/{session_id}/responses",  # cursors are ours
    "GET /sessions/{session_id}/recap",
    "GET /sessions/{session_id}/activity",  # no clock of ours shows a leap second
    "GET /sessions/{session_id}/export",  # parts and participants are named in a text, and not every format has all parts
    "GET /sessions/{session_id}/slices",  # of and by are of the session
    "POST /sessions/{session_id}/insights",  # quotes must have been said
    "PATCH /sessions/{session_id}/insights/{insight_id}",  # the same
    "POST /sessions/{session_id}/chat",  # the session may have been closed
    "POST /sessions/{session_id}/chat/questions",  # a participant joins once; answers follow the questions
    "POST /sessions/{session_id}/responses",
    "POST /sessions/{session_id}/participant-invitations",  # the session may have been closed
    "POST /sessions/{session_id}/participant-invitations/remind",  # mails have to be sent at all
    "POST /sessions/{session_id}/participant-invitations/{invitation_id}/resend",  # the same; who has joined
    "POST /sessions/{session_id}/regenerate-facilitation-prompt",  # templateId must exist
    "POST /sessions/{session_id}/scratchpad",  # cross-pollination has to be on
    "POST /templates",  # a type and its chain go together, and so do the parts of a question; there is no project yet
    "PATCH /templates/{template_id}",  # the same
    "POST /projects",  # the parent must exist
    "PATCH /projects/{project_id}",  # the same, and there are no circles
    "PATCH /projects/{project_id}/members/{user_id}",  # the owner stays
    "DELETE /projects/{project_id}/members/{user_id}",
    "PATCH /sessions/{session_id}/members/{user_id}",
    "DELETE /sessions/{session_id}/members/{user_id}",
    "POST /projects/{project_id}/invitations",  # an address is more than control characters
    "POST /sessions/{session_id}/invitations",
    "POST /sessions/{session_id}/knowledge",  # there must be a summary
    "GET /notifications",  # cursors are ours
    "POST /notifications/read",  # ids, or all of them
    "POST /models/keys",  # whole numbers are written as such; which providers need a key or an address
    "PATCH /models/keys/{key_id}",  # the same
)


def run(cloud: LocalCloud, key: str, folder: Path, config: str, *options: str) -> None:
    """One run of schemathesis; its report where it finds something."""
    file = folder / "schemathesis.toml"
    file.write_text(config)
    command = [
        sys.executable,
        "-m",
        "schemathesis.cli",
        "--config-file",
        str(file),
        "run",
        f"{cloud.url}/api/v1/openapi.json",
    ]
    done = subprocess.run(
        [
            *command,
            "--header",
            f"Authorization: Bearer {key}",
            "--request-timeout",
            "240",
            "--seed",
            "1",
            "--no-shrink",
            "--workers",
            "2",
            *options,
        ],
        cwd=folder,
        env={**os.environ, "NO_COLOR": "1", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]


def checks() -> str:
    """The configuration of what is checked."""
    ruled = [RULES.format(name=name) for name in RULED]
    return CHECKS + "".join([*ruled, *(OF_MODELS.format(name=name) for name in NEED_A_MODEL)])


def run_over_a_session(cloud: LocalCloud, folder: Path, *options: str) -> None:
    """A run of an administrator over a session in which somebody has said something."""
    key = new_key(cloud, "fuzz@example.com", 1_000_000)
    cloud.command(
        "infra.admin", "add-member", (session := new_session(cloud, questions=[])), "fuzz@example.com", "admin"
    )
    thread = say(cloud, session, "ada", "More benches, please.").json()["thread_id"]
    hooks = f'hooks = "{HOOKS / "schemathesis_checks.py"}"\n'
    there = f'\n[parameters]\nsession_id = "{session}"\nparticipant_id = "{thread}"\n'
    run(cloud, key, folder, hooks + there + checks(), *options)


def test_generated_requests_are_answered_as_described(memory_cloud: LocalCloud, tmp_path: Path) -> None:
    run_over_a_session(memory_cloud, tmp_path, "--phases", "examples,coverage,fuzzing", "--max-examples", "3")


def test_the_examples_are_answered_as_described_by_the_packaged_application(cloud: LocalCloud, tmp_path: Path) -> None:
    run_over_a_session(cloud, tmp_path, "--phases", "examples")


def test_what_is_deleted_is_gone_for_every_request_that_follows(memory_cloud: LocalCloud, tmp_path: Path) -> None:
    key = new_key(memory_cloud, "stateful@example.com", 1_000_000)
    hooks = f'hooks = "{HOOKS / "schemathesis_hooks.py"}"\n'
    run(
        memory_cloud,
        key,
        tmp_path,
        hooks + checks() + STATEFUL,
        "--phases",
        "stateful",
        "--max-examples",
        "25",
        "--mode",
        "positive",
    )
