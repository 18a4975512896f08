"""`make smoke`: one whole session against a running stage, over REST as a program has it: what took how long, and what is other
than on a local instance.

STAGE=prod finds the address and makes a key for this run in the AWS account of the shell; BASE_URL and KEY name a stage to which
one has no more than a key; without either, the running local instance of LOCAL_DIR is tried. The session is deleted in the end,
and a key that was made is revoked.
"""

import contextlib
import os
import re
import time
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urljoin

import urllib3
from msgspec import Struct

from infra import admin
from infra.aws import open_session, refusals_in_words
from infra.local import instance

HOST: Final = "smoke@harmonica.invalid"  # the account that a run belongs to
SECONDS: Final = 35.0  # for one request; API Gateway gives up after 29
MOST_MESSAGES: Final = 14  # until a facilitator concludes a short conversation
WAIT_SECONDS: Final = 240.0  # for work in the background
_PARTICIPANT: Final = {"participant_id": "smoke", "participant_name": ""}
_SAID: Final = (
    "I come by bus every day, and the last one leaves before the evening meeting is over.",
    "Somebody has to drive me home then, or I miss the end. A later bus on Tuesdays would be enough.",
)
_AT_LAST: Final = "That is all that I have to say, thank you. Please conclude our conversation."


class Unanswered(Exception):
    """Nothing came back from the stage that could be gone on with."""


class Answer(Struct, frozen=True):
    """What came back."""

    status: int
    text: str
    json: Any


class Trial:
    """One run: sends requests, notes how long each took, and what is other than it should be."""

    def __init__(self, url: str, key: str) -> None:
        self.url, self.differences = url.rstrip("/"), list[str]()
        self._key = key
        self._http = urllib3.PoolManager(retries=False, timeout=SECONDS)

    def send(
        self, what: str, method: str, path: str, wanted: int, body: Any = None, *, with_key: bool = True
    ) -> Answer:
        """One request of this address; its status has to be as wanted."""
        headers = {"Authorization": f"Bearer {self._key}"} if with_key else {}
        address = path if path.startswith("http") else f"{self.url}{path}"
        began = time.monotonic()
        try:
            sent = {"json": body} if body is not None else {}
            found = self._http.request(method, address, headers=headers, redirect=False, **sent)
        except urllib3.exceptions.HTTPError as error:
            raise Unanswered(f"{what}: no answer of {method} {address}: {type(error).__name__}") from error
        took = time.monotonic() - began
        answer = Answer(found.status, found.data.decode(errors="replace"), _json_of(found))
        print(f"  {took:6.2f} s  {found.status}  {what}", flush=True)
        if answer.status != wanted:
            self.differs(f"{what}: {answer.status} and not {wanted}: {answer.text[:300]}")
        return answer

    def differs(self, what: str) -> None:
        """Note something that is other than on a local instance."""
        self.differences.append(what)

    def require(self, what: str, *args: Any, **more: Any) -> Any:
        """The JSON of a request without which there is no going on."""
        before = len(self.differences)
        answer = self.send(what, *args, **more)
        if len(self.differences) > before or answer.json is None:
            raise Unanswered(f"{what}: nothing to go on with")
        return answer.json


def _json_of(found: urllib3.BaseHTTPResponse) -> Any:
    with contextlib.suppress(ValueError):
        return found.json()
    return None


def try_stage(trial: Trial, *, has_model: bool | None) -> None:
    """Have the whole conversation. `has_model`: whether a model answers; None where nobody knows."""
    me = trial.require("who the key belongs to", "GET", "/api/v1/me", 200)
    print(f"           as {me['email']}")
    _try_refusals(trial)
    body = {"topic": "Smoke test", "goal": "See whether this stage works", "questions": [], "widgets_enabled": True}
    session = trial.require("a session is made", "POST", "/api/v1/sessions", 201, body)
    try:
        _try_page(trial, session)
        _await_prompt(trial, session["id"], has_model)
        _try_conversation(trial, session["id"])
        _try_summary(trial, session["id"])
    finally:
        trial.send("the session is deleted", "DELETE", f"/api/v1/sessions/{session['id']}", 204)
        trial.send("it is gone", "GET", f"/api/v1/sessions/{session['id']}", 404)


def _try_refusals(trial: Trial) -> None:
    """What API Gateway may answer by itself, in other words than ours."""
    refusals = (
        ("a method that there is not, with a key", "PUT", "/api/v1/me", 405, "method_not_allowed", True),
        ("a path that there is not", "GET", "/api/v1/nowhere", 404, "not_found", True),
        ("a path that there is not, without a key", "POST", "/nowhere/at/all", 404, "not_found", False),
        ("no key", "GET", "/api/v1/me", 401, "unauthorized", False),
    )
    for what, method, path, status, code, with_key in refusals:
        answer = trial.send(what, method, path, status, with_key=with_key)
        told = answer.json.get("error", {}).get("code") if isinstance(answer.json, dict) else None
        if answer.status == status and path.startswith("/api/") and told != code:
            trial.differs(f"{what}: the error is {told} and not {code}: {answer.text[:300]}")


def _try_page(trial: Trial, session: Mapping[str, Any]) -> None:
    """The page that people join on, and its style: addresses that are wrong behind a stage's prefix or a proxy show here."""
    if not session["join_url"].startswith(trial.url):
        trial.differs(
            f"people are sent to {session['join_url']}, which is not at {trial.url}: PUBLIC_URL says where they go"
        )
    page = trial.send("the page to join", "GET", session["join_url"], 200, with_key=False)
    style = re.search(r'<link[^>]+href="([^"]+\.css[^"]*)"', page.text)
    if not style:
        trial.differs("the page to join has no style")
        return
    trial.send("its style", "GET", urljoin(session["join_url"], style[1]), 200, with_key=False)


def _await_prompt(trial: Trial, session_id: str, has_model: bool | None) -> None:
    """The prompt's worker: the first queue that works for a session."""
    for waited in _waits():
        found = trial.send("the facilitator's prompt", "GET", f"/api/v1/sessions/{session_id}", 200).json or {}
        if found.get("prompt_status") != "writing":
            print(f"           it is {found.get('prompt_status')} after {waited:.0f} s")
            if has_model and found.get("prompt_status") == "basic":
                trial.differs("the model wrote no prompt, and the basic one serves: see `prompt_failed` in the logs")
            return
    trial.differs(f"no prompt was written within {WAIT_SECONDS:.0f} s: see the dead letters of `prompts` and the logs")


def _try_conversation(trial: Trial, session_id: str) -> None:
    path = f"/api/v1/sessions/{session_id}/chat"
    opened = trial.require("the opening", "POST", f"{path}/questions", 200, {**_PARTICIPANT, "answers": []})
    message, had_widget = opened["message"], False
    for number in range(MOST_MESSAGES):
        widget = message.get("widget_spec")
        had_widget |= bool(widget)
        said = {"content": _SAID[number] if number < len(_SAID) else _AT_LAST, **(_choice(widget) if widget else {})}
        what = "a choice in a widget" if widget else f"message {number + 1}"
        sent = {**_PARTICIPANT, **said, "message_id": f"smoke-{number}"}
        message = trial.require(what, "POST", path, 200, sent)["message"]
        if not message["content"].strip():
            trial.differs(f"{what}: the reply is empty")
        if message["is_final"]:
            print(f"           it is concluded{', with a widget' if had_widget else ', without a widget'}")
            return
    trial.differs(f"the facilitator did not conclude within {MOST_MESSAGES} messages")


def _choice(widget: Mapping[str, Any]) -> dict[str, Any]:
    """The first thing that a widget offers, as its page would send it."""
    root = widget["root"]
    props = root["props"]
    match root["type"]:
        case "RatingScale":
            value: Any = props["max"]
        case "MultiSelect":
            value = props["options"][:1]
        case "RankingList":
            value = props["items"]
        case _:
            value = props["options"][0]
    shown = ", ".join(value) if isinstance(value, list) else str(value)
    return {"content": shown, "widget_value": value}


def _try_summary(trial: Trial, session_id: str) -> None:
    """The summary's queue, from the stream of what was said to a text: a script's is a list."""
    for waited in _waits():
        found = trial.send("the summary", "GET", f"/api/v1/sessions/{session_id}/summary", 200).json or {}
        if found.get("summary"):
            print(f"           it is there after {waited:.0f} s")
            return
    trial.differs(
        f"no summary was written within {WAIT_SECONDS:.0f} s: see the dead letters of `summaries` and the logs"
    )


def _waits() -> Iterator[float]:
    """Seconds that have been waited, until it is too long."""
    began = time.monotonic()
    while (waited := time.monotonic() - began) < WAIT_SECONDS:
        yield waited
        time.sleep(min(5.0, 1.0 + waited / 10))


@contextlib.contextmanager
def _key_of_our_own() -> Iterator[str]:
    """A key for this run, of an account that has no use otherwise."""
    user = admin.find_or_create_user(HOST, "Smoke test")
    key = admin.mint_key(user, "smoke", days=1)
    try:
        yield key
    finally:
        admin.revoke_key(key)


@refusals_in_words()
def main(environment: Mapping[str, str]) -> None:
    """`make smoke`."""
    stage, url, key = (environment.get(name, "") for name in ("STAGE", "BASE_URL", "KEY"))
    has_model: bool | None = None
    if url and not key:
        raise SystemExit("BASE_URL needs a key: KEY=hm_live_…")
    if not url:
        if stage:
            open_session(environment)
            told = admin.activate_stage(stage)
        else:
            told = instance.activate().parameters
        url, has_model = os.environ["PUBLIC_URL"], told.get("LlmProvider") != "scripted"
    print(f"{url}")
    with contextlib.nullcontext(key) if key else _key_of_our_own() as used:
        trial = Trial(url, used)
        try:
            try_stage(trial, has_model=has_model)
        except Unanswered as error:
            trial.differs(str(error))
    if trial.differences:
        print("\nOther than on a local instance:")
        print("\n".join(f"  - {line}" for line in trial.differences))
        raise SystemExit(f"{len(trial.differences)} things are other than they should be")
    print("\nAll as on a local instance")


if __name__ == "__main__":
    main(dict(os.environ))
