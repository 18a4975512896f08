"""The job that makes SESSION.md of a summary: late, twice, and beside a newer one."""

from datetime import timedelta

from chalicelib import container
from chalicelib.model import Brief
from chalicelib.store.due_kinds import BRIEF
from tests.stored_items import sessions_due
from tests.workers.consultation import Consultation


def test_a_brief_is_made_of_the_summary_and_made_again_the_same(spoken: Consultation) -> None:
    spoken.summarise()
    assert spoken.write_brief() == []
    first = spoken.view().brief
    assert first is not None
    assert spoken.session.topic in first.markdown
    assert f"http://127.0.0.1:8000/chat?s={spoken.session.id}" in first.markdown
    assert spoken.write_brief() == []
    assert spoken.view().brief == first


def test_without_a_summary_there_is_no_brief(spoken: Consultation) -> None:
    assert spoken.write_brief() == []
    assert spoken.view().brief is None


def test_an_older_brief_never_replaces_a_newer_one(spoken: Consultation) -> None:
    spoken.summarise()
    spoken.write_brief()
    newer = spoken.view().brief
    assert newer is not None
    container.sessions().put_brief(spoken.session.id, Brief("old", newer.summary_at - timedelta(seconds=1)))
    assert spoken.view().brief == newer


def test_a_brief_of_the_summary_before_leaves_the_new_summary_due(spoken: Consultation) -> None:
    spoken.summarise()
    old = spoken.view().summary
    assert old is not None
    spoken.clock.advance(3600)
    spoken.speak("Trams at night.")
    spoken.summarise()
    container.sessions().put_brief(spoken.session.id, Brief("of the old summary", old.generated_at))
    assert sessions_due(BRIEF, spoken.clock.now()) == [spoken.session.id]
