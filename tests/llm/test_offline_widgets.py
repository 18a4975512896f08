"""The widgets of the offline facilitator: where they may come, made of the participant's own points."""

from itertools import pairwise
from typing import Any

from chalicelib.llm.offline.reflect import reflections
from tests.llm.offline_talk import Conversation, tailored
from tests.llm.test_offline_interview import CHINESE, LANES, LONG, ROADS
from tests.services.builders import view


def shown(**fields: Any) -> Conversation:
    values = {"topic": ROADS.session.topic, "goal": ROADS.session.goal, "critical": ROADS.session.critical}
    return Conversation(tailored(view(**{**values, "widgets_enabled": True, **fields})))


def test_a_scale_on_the_latest_point_comes_first() -> None:
    replies = shown().run(LONG)
    presented = [reply.widget_spec for reply in replies if reply.widget_spec]
    props = presented[0]["root"]["props"]
    assert presented[0]["root"]["type"] == "RatingScale"
    assert props["label"] == "How much does “my neighbour stopped letting her daughter cycle” matter to you?"
    assert (props["min"], props["max"], props["minLabel"], props["maxLabel"]) == (1, 5, "hardly", "very much")


def test_then_a_ranking_of_the_points_that_the_person_made() -> None:
    replies = shown().run(LONG)
    ranking = [reply.widget_spec for reply in replies if reply.widget_spec][1]["root"]
    own = {made.phrase for text in LONG for made in reflections(text)}
    assert ranking["type"] == "RankingList"
    assert len(ranking["props"]["items"]) >= 3
    assert set(ranking["props"]["items"]) <= own


def test_a_long_session_has_every_kind_once_and_none_within_four_messages() -> None:
    replies = shown(duration_minutes=30).run(LONG * 4)
    kinds = [reply.widget_spec["root"]["type"] for reply in replies if reply.widget_spec]
    places = [place for place, reply in enumerate(replies) if reply.widget_spec]
    assert len(kinds) == len(set(kinds))
    assert all(later - earlier >= 4 for earlier, later in pairwise(places))


def test_after_a_widget_it_asks_for_the_reason_in_words() -> None:
    talk = shown()
    replies = talk.run(LONG)
    place = next(place for place, reply in enumerate(replies) if reply.widget_spec)
    assert replies[place + 1].content == "What decided that for you?"


def test_questions_of_the_prompt_are_not_given_up_for_a_widget() -> None:
    replies = shown(duration_minutes=5).run(LONG)
    assert [reply.widget_spec for reply in replies] == [None] * len(replies)


def test_none_comes_where_they_are_off() -> None:
    assert not any(reply.widget_spec for reply in shown(widgets_enabled=False).run(LONG))


def test_in_chinese_too() -> None:
    fields = {"topic": LANES.session.topic, "goal": LANES.session.goal, "critical": LANES.session.critical}
    presented = [reply.widget_spec for reply in shown(**fields).run(CHINESE) if reply.widget_spec]
    assert presented[0]["root"]["props"]["label"].endswith("對您來說有多重要？")
