"""What is exported, imported and exported again is the same; and who had a conversation finds it."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis.strategies import booleans

from chalicelib.store import item_kinds, keys, moving
from chalicelib.store.item_kinds import KINDS, NAMED_BY, OF_SESSIONS, SESSION, STOPPED, THREAD, ItemKind, Moving
from chalicelib.store.moving import Item
from tests.api.hosts import new_host
from tests.clock import FakeClock
from tests.faults import Interviewer
from tests.infra.movement.stages import Stages, items_in, secret_here
from tests.infra.movement.state_machine import EVERYTHING, WORDS, Story, stories, tell
from tests.snapshots import restore_snapshot, take_snapshot
from tests.stored_items import stored

EXAMPLES = int(os.environ.get("EXAMPLES", "8"))
ORDINARY = settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_every_kind_of_item_has_decided_whether_it_moves() -> None:
    assert [kind.name for kind in KINDS if kind.moving is None] == []
    assert [kind.name for kind in KINDS if kind.moving and not kind.moving.because] == []
    assert [kind.name for kind in KINDS if kind.export and kind.moves] == []  # what is its owner's always moves


def item_of(kind: ItemKind) -> Item:
    """An item of a kind, with what every reader of it needs."""
    name = f"{kind.name}1" if kind.name.endswith("#") else kind.name
    raw: dict[str, Any] = {NAMED_BY[kind.table]: {"S": name}}
    if kind.table in OF_SESSIONS:
        raw[keys.SESSION_ID] = {"S": "1"}
    elif kind.table == keys.PROJECTS:
        raw[keys.PROJECT_ID] = {"S": "1"}
    elif kind.table == keys.TELEGRAM:
        raw[keys.PK] = {"S": keys.user("1") if kind.owner == "account" else keys.chat("token")}
    elif kind.owner_at:
        raw |= {kind.owner_at: {"S": "1"}, **({keys.SESSION_ID: {"S": "1"}} if kind.owner == "person" else {})}
    if kind.name == keys.PROJECT_TEMPLATE_LIST:
        raw["sizes"] = {"S": '{"1":1}'}
    if kind is SESSION:
        raw["anonymous"] = {"BOOL": False}
    if kind is THREAD:
        raw |= {
            "scope": {"S": "web"},
            "external_id": {"S": "x"},
            "receipt": {"S": "1"},
            keys.CREATED_AT: {"S": "2026-03-01"},
        }
    return kind.table, raw | {"words": {"S": f"{kind.table} {kind.name}"}}


@pytest.mark.parametrize("with_secret", [True, False])
def test_each_kind_of_item_moves_as_its_row_says(stages: Stages, with_secret: bool) -> None:
    """An address that wanted no more mails about a session, and has no invitation, is left out without the secret."""
    whens = {"always", "with secret"} if with_secret else {"always"}
    moving_kinds = [it for it in KINDS if it.moving and it.moving.when in whens and (with_secret or it is not STOPPED)]
    moving.write([item_of(kind) for kind in KINDS])
    file = stages.export("stage", *(["--with-secret"] if with_secret else []))
    stages.leave()
    stages.run("import", str(file))
    found = sorted(((kind.table, dict(raw)) for kind, raw in stored()), key=moving.key_of)
    assert found == sorted((item_of(kind) for kind in moving_kinds), key=moving.key_of)


def test_what_people_have_in_other_tables_moves_with_their_session(
    stages: Stages, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a code by which somebody comes to their conversation, which is looked for among accounts."""
    because = Moving("always", "leads to a conversation")
    kind = ItemKind(keys.ACCOUNTS, "code#", "person", "at once", not_exported="is a key", moves=because)
    monkeypatch.setattr(item_kinds, "KINDS", (*KINDS, kind))
    for one in "12":
        table, session = item_of(SESSION)
        code = {keys.PK: {"S": f"code#{one}"}, keys.SESSION_ID: {"S": one}}
        moving.write([(table, session | {keys.SESSION_ID: {"S": one}}), (keys.ACCOUNTS, code)])
    whole, file = stages.export("stage"), stages.export("session", "1")
    stages.leave()
    stages.run("import", str(file))
    assert sorted(moving.key_of((it.table, dict(raw)))[1:] for it, raw in stored()) == [("1", "session"), ("code#1",)]
    stages.run("import", str(whole))
    assert items_in(stages.export("stage")) == items_in(whole)


def test_any_session_is_the_same_in_another_stage(
    stages: Stages, clock: FakeClock, model: Interviewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By itself without the secret of its stage, with all others and their users along with it; whatever has happened in it."""
    host, cy = new_host(), new_host("cy@example.com")
    host.call("POST", "/sessions", {"topic": "A draft", "draft": True})
    assert cy.say(cy.new_session()["id"], WORDS, "p1").status_code == 200
    begun = take_snapshot()

    @ORDINARY
    @example(EVERYTHING, False)
    @example(EVERYTHING, True)
    @given(stories, booleans())
    def moves(steps: Any, with_secret: bool) -> None:
        stages.leave("s" * 64)
        restore_snapshot(begun)
        story = Story(host, clock)
        story.host.invite(story.session, "viewer", "dee@example.com")
        cy.say(story.session, WORDS, "cy")
        tell(story, steps)
        what = ("stage", "--with-secret") if with_secret else ("session", story.session)
        before, again = stages.export(*what), stages.export(*what)
        assert items_in(before) == items_in(again)
        stages.leave()
        stages.run("import", str(before))
        after = stages.export(*what)
        assert items_in(after) == items_in(before)
        assert secret_here() == ("s" if with_secret else "t") * 64

    moves()
