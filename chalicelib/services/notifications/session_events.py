"""What happens in a session that those are told of who may edit it: read from how its item was, and is.

The stream tells of a change at least once, and each time the same, so the same event has the same name each time.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from chalicelib.model.jobs import TellHosts

Image = Mapping[str, Any]


def events_of_change(session_id: str, old: Image, new: Image, at: datetime) -> Iterator[TellHosts]:
    """What a change of a session's item, made then, comes to for its hosts. A session may be opened again, and end again."""
    changed, when = new["updated_at"]["S"], at.isoformat()
    if (_text(old, "status"), _text(new, "status")) == ("active", "completed"):
        yield TellHosts(session_id, "session_ended", datetime.fromisoformat(changed).isoformat(), changed)
    wanted = _text(old, "prompt_wanted_at")
    if wanted and not _text(new, "prompt_wanted_at") and new.get("prompt_failed", {}).get("BOOL"):
        yield TellHosts(session_id, "work_failed", when, f"prompt {wanted}", {"work": "prompt"})
    before = _announcements(old)
    for group_id, (status, reason) in _announcements(new).items():
        if status == "failed" and before.get(group_id, ("", ""))[0] != "failed":
            yield TellHosts(session_id, "announcement_failed", when, f"{changed} {group_id}", {"reason": reason})


def _text(image: Image, name: str) -> str:
    return str(image.get(name, {}).get("S", ""))


def _announcements(image: Image) -> dict[str, tuple[str, str]]:
    """How a session is announced in each of its groups, and why it is not."""
    entries = msgspec.json.decode(_text(image, "distribution") or "[]")
    return {it["group_id"]: (it.get("status", "pending"), it.get("error") or "refused") for it in entries}
