"""`make demo` on a real consultation; on another one a local cloud is killed, see `power_cut.py`."""

import json
from pathlib import Path

import pytest

from infra.demo import CORPORA, read_people
from tests.e2e.local import LocalCloud


def test_everything_the_people_of_taiwan_said_is_stored_once_and_summed_up(
    memory_cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud = memory_cloud
    monkeypatch.setenv("DATA", "uberx-taiwan")
    said = cloud.command("infra.demo")
    people = read_people(CORPORA["uberx-taiwan"])
    statements = sum(map(len, people.values()))
    assert f"{len(people)} participants, {statements} statements" in said
    assert f"{len(people)} of {len(people)} people joined, {statements} of {statements} statements said" in said
    (results,) = (line.split()[1] for line in said.splitlines() if line.startswith("Results:"))
    opened = cloud.call("GET", results.removeprefix(cloud.url), key=None)
    assert (opened.status, opened.headers["location"]) == (
        303,
        f"results?{results.partition('?')[2].partition('&')[0]}",
    )
    demo = Path(cloud.folder) / "demo"
    responses = json.loads((demo / "responses.json").read_text())["data"]
    stored = {p["external_id"]: [m["content"] for m in p["messages"] if m["role"] == "user"] for p in responses}
    assert stored == {author: [statement.text for statement in statements] for author, statements in people.items()}
    everything = "".join(text for texts in stored.values() for text in texts)
    quotes = [line[2:] for line in (demo / "summary.md").read_text().splitlines() if line.startswith("> ")]
    assert quotes
    assert all(_folded(quote) in _folded(everything) for quote in quotes)
    assert (demo / "SESSION.md").read_text().startswith("---\n")


def _folded(text: str) -> str:
    """Without white space and without the escapes that keep markdown harmless."""
    return "".join(text.replace("\\", "").split())
