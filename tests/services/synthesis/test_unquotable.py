"""What repeats somebody who is not to be quoted, and what does not."""

import pytest
from msgspec.structs import replace

from chalicelib.model import RegisteredTheme, ThemeRegistry
from chalicelib.services.synthesis.unquotable import UnquotableWords, hide_words, name_otherwise
from tests.services.builders import point

SAID = "Honestly, the old canteen smells of burnt violets in the morning."
WIDE = "食堂早上总是有一股烧焦的紫罗兰味道，真是受不了。"


@pytest.mark.parametrize(
    ("text", "repeats"),
    [
        ("They say that THE OLD canteen, smells of burnt — violets.", True),  # a run of six, however it is set
        ("burnt violets in", True),  # a phrase of three words
        ("Burnt violets", False),  # a term
        ("The canteen smells bad, of violets and burnt things.", False),  # in other words
        ("Of old violets the canteen", False),
        ("What should become of the canteen in this house?", False),  # the host's
        ("有人说食堂早上总是有一股烧焦的紫罗兰味道", True),
        ("紫罗兰", False),
        ("", False),
    ],
)
def test_a_text_repeats_somebody_by_a_run_of_words_or_a_phrase(text: str, repeats: bool) -> None:
    hosts = "What should become of the canteen in this house? Tell us."
    said = UnquotableWords([SAID, WIDE, "What should become of the canteen in this house? Who knows."], [hosts])
    assert said.are_in(text) is repeats
    assert not UnquotableWords([]).are_in(text)


def test_what_somebody_else_said_too_may_stand() -> None:
    assert not UnquotableWords([SAID], [f"Yes: {SAID}"]).are_in(SAID)


def test_points_and_themes_keep_what_is_put_in_other_words() -> None:
    own = point(SAID, "m1", topic="burnt violets in", theme="t1")
    told = replace(point("The air is bad.", "m2", quote="it reeks", topic="air", theme="t1"), own=("smells of burnt",))
    first, second = hide_words([own, told])
    assert (first.text, first.quote, first.topic, first.theme, first.stance) == ("", "", "", "t1", "for")
    assert (second.text, second.quote, second.topic, second.own) == ("The air is bad.", "", "air", ())
    themes = (RegisteredTheme("t1", "Burnt violets in", SAID, coined_by="a"), RegisteredTheme("t2", "Air", SAID))
    named, described = name_otherwise(ThemeRegistry(1, themes, 2), UnquotableWords([SAID])).themes
    assert (named.label, named.description, described.label, described.description) == ("", "", "Air", "")
