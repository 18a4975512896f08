"""What others are told of similarity: themes by the names of the summary, and no side that would give one person away."""

from msgspec.structs import replace

from chalicelib.model import RegisteredTheme, Stance, Summary, Tally, Theme, ThemeRegistry
from chalicelib.services.results.similarity import compare_people, for_others, labels_for_others
from chalicelib.services.synthesis.visibility import results_for
from tests.services.builders import NOW, digest_counts, thread, view

REGISTRY = ThemeRegistry(1, (RegisteredTheme("t1", "Trams"), RegisteredTheme("t2", "Ottilie's garden")), 2)


def test_a_theme_on_which_somebody_stands_alone_is_not_told_nor_one_that_the_summary_does_not_name() -> None:
    people = [thread(f"p{number}", counts=digest_counts("t1", "t2")) for number in range(8)]
    taken: dict[Stance, int] = {"for": 8, "against": 0, "mixed": 0, "neutral": 0}
    alone: dict[Stance, int] = taken | {"for": 7, "against": 1}
    for stances, told in ((taken, [("Trams in town", 8)]), (alone, [])):
        theme = Theme("Trams in town", "", 8, id="t1", stances=stances)
        summary = Summary("", NOW, "writer", 8, 8, "", (theme,))
        session = replace(view(results_visibility="public"), summary=summary, tally=Tally(participants=8))
        shown = results_for(session, "stranger").summary
        others = for_others(compare_people(session, people, REGISTRY), labels_for_others(shown, REGISTRY))
        assert [(it.theme.label, len(it.people)) for it in others.most] == told
        assert [it.theme.label for it in others.groups[0].shared] == [label for label, _ in told]
        assert others.places == {}
