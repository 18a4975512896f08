"""Links that go on in Telegram: short enough for it, and worth nothing once anything in them is changed."""

import re
import uuid

import pytest

from chalicelib.services.delivery.telegram_links import LinkedParticipant, participant_link, read_participant

SECRET = b"secret"
BEN = LinkedParticipant(str(uuid.uuid4()), str(uuid.uuid4()), 3)


def packed(linked: LinkedParticipant, secret: bytes = SECRET) -> str:
    found = re.fullmatch(r"https://t\.me/harmonica_bot\?start=(r_[A-Za-z0-9_-]+)", link(linked, secret))
    assert found
    assert len(found[1]) <= 64  # what Telegram takes
    return found[1].removeprefix("r_")


def link(linked: LinkedParticipant, secret: bytes = SECRET) -> str:
    return participant_link("@harmonica_bot", linked, secret)


def test_a_link_names_one_participant_of_one_session_at_one_time() -> None:
    assert read_participant(packed(BEN), SECRET) == BEN
    assert link(LinkedParticipant(BEN.session_id, BEN.person, 255))
    assert link(LinkedParticipant(BEN.session_id, BEN.person, 256)) == ""
    assert participant_link("", BEN, SECRET) == ""


def test_what_we_did_not_sign_names_nobody(subtests: pytest.Subtests) -> None:
    good = packed(BEN)
    for place in range(60):
        with subtests.test(str(place)):
            other = "A" if good[place] != "A" else "B"
            assert read_participant(good[:place] + other + good[place + 1 :], SECRET) is None
    for wrong in ("", good[:-1], good + "A", good[:59] + "=", good[:59] + "é", "٣" * 60, packed(BEN, b"other")):
        assert read_participant(wrong, SECRET) is None
