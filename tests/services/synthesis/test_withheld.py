"""What of a summary only members read: whatever could come from one person alone."""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.model import Digest, Point, Quote, Summary, Theme
from chalicelib.services.synthesis.aggregate import aggregate_digests
from chalicelib.services.synthesis.own_words import OwnWords
from chalicelib.services.synthesis.visibility import for_others
from chalicelib.services.synthesis.withheld import withhold
from tests.services.builders import NOW, digest, view

SUMMARY = Summary("", NOW, "test-model", 3, 9, "")


def said(thread: str, message: str, text: str, quote: str = "") -> Digest:
    """A digest of one message: a point in a model's words, and what it quotes."""
    own = OwnWords([message]).of_point(text, "", quote)
    return digest(thread, Point(text, quote, f"{thread}1", "", own=own))


ENGLISH = (
    said(
        "ann",
        "My name is Dorothea Quimby and I was fired by Mr Harris, it all began with the noise in the hall in May",
        "Was fired by Mr Harris; Dorothea Quimby says it all began with the noise in the hall.",
    ),
    said("bob", "the open space is too loud, on mondays most of all. quimby left", "", "the open space is too loud"),
    said(
        "cat",
        "Mondays are the worst, the open space is too loud for me, and Zoom fails",
        "The open space is too loud.",
        "Mondays are the worst, the open space is too loud for me, and Zoom fails",
    ),
    said("dan", "Zoom fails on Mondays.", "", "Zoom fails on Mondays."),
)
GERMAN = (
    said(
        "ann",
        "ich heiße Dorothea Quimby und wurde von Herrn Harris gefeuert, weil ich mich über den Lärm beschwert habe",
        "Wurde von Herrn Harris gefeuert; Dorothea Quimby hatte sich beschwert.",
        "weil ich mich über den Lärm beschwert habe",
    ),
    said("bob", "Wir brauchen Telefonkabinen.", "Will Telefonkabinen", "Wir brauchen Telefonkabinen."),
    said("cat", "Mehr Ruhe, feste Plätze im Büro, laut Anna geht das", "Will Ruhe", "Mehr Ruhe, feste Plätze im Büro"),
)


def withheld(
    overview: str, digests: tuple[Digest, ...] = ENGLISH, language: str = "en", **fields: Any
) -> tuple[str, ...]:
    summary = replace(SUMMARY, overview=overview)
    return withhold(summary, aggregate_digests(digests), view(**fields), language).withheld


@pytest.mark.parametrize(
    "sentence",
    [
        "Dorothea Quimby was fired.",
        "Dorothea was fired.",  # a name that opens the sentence
        "One says that quimby was fired in may.",
        "One was fired by Mr. Harris.",
        "Harris fires people.",
        "Somebody says it all began with the noise.",  # six words of one person
        "Call 0171 555 0199 to hear more.",
        "Call +44-(0)171.5550 at night.",
        "Call ٠١٧١٥٥٥٠ at night.",
        "Call 0171\u200b555 0199 to hear more.",
        "Call 0171*555*0199 or ask.",
        "Call ⓪①⑦①⑤⑤⑤⓪①⑨⑨ or ask.",
        "Call 0️⃣1️⃣7️⃣1️⃣5️⃣5️⃣5️⃣ or ask.",
        "Call 0171, 555, 0199 to hear more.",
        "Call 0171, then 555 and 0199 at night.",
        "Call zero one seven one, five five five at night.",
        "Write to boss (at) casino dot example for more.",
        "Write to boss@casino.example for more.",
        "More is at casino.example/now today.",
        "In Springfield it is the same.",  # nobody is known to have written it
    ],
)
def test_what_could_come_from_one_person_is_withheld(sentence: str) -> None:
    assert withheld(f"The noise is the main matter. {sentence}") == (sentence,)


@pytest.mark.parametrize(
    "sentence",
    [
        "Most say the open space is too loud.",  # six words of several
        "Mondays and Zoom are mentioned often.",
        "People are fired too easily.",
        "It began with the noise, I hear.",
        "In 2026 there were 140,000 visitors, and 1,250,000 came by bus.",
        "Of all votes 112, 95, 31 and 16 were for the four plans, at this point in time.",
        "It opened from 10:30 to 11:45 in 2024, 2025 and 2026.",
        "The New Library is liked by all who came, as Decide has it.",  # the host's words
        "Some speak of being let go after they complained.",
    ],
)
def test_what_several_wrote_or_the_host_did_is_told(sentence: str) -> None:
    assert withheld(f"The noise is the main matter. {sentence}") == ()


def test_words_of_one_person_are_withheld_however_they_are_cut_into_sentences() -> None:
    cut = ("They say it all.", "Began with the noise.", "In the hall.")
    assert withheld(f"The noise is the main matter. {' '.join(cut)} The rest is fine.") == cut
    assert withheld("It all began. It is the noise. In the hall.") == ()
    one = said("ann", "我在城東的舊檔案館地下室裡睡了三個晚上", "我在城東的舊檔案館。地下室裡睡了。")
    assert withheld("我在城東的舊檔案館。地下室裡睡了。", (one,), "zh-Hant") == (
        "我在城東的舊檔案館。",
        "地下室裡睡了。",
    )


def test_a_host_who_names_somebody_has_named_them() -> None:
    sentence = "Harris fires people."
    assert withheld(sentence, topic="Should Mr Harris stay?") == ()
    assert withheld(sentence, topic="Who should stay?") == (sentence,)


def test_several_conversations_that_may_be_one_persons_are_one() -> None:
    sentence = "Most say the open space is too loud."
    heard = replace(aggregate_digests(ENGLISH), sources={"bob": "here", "cat": "here"})
    assert withhold(replace(SUMMARY, overview=sentence), heard, view(), "en").withheld == (sentence,)


def test_a_test_run_is_no_second_person_and_what_it_alone_said_is_withheld() -> None:
    shared, alone = "Most say the open space is too loud.", "Some say it all began with the noise."
    said = (("the open space is too loud", "bob"), ("the open space is too loud", "dan"), ("it is loud", "dan"))
    quotes = tuple(Quote(text, thread_id, f"{thread_id}1") for text, thread_id in said)
    written = replace(SUMMARY, overview=f"{shared} {alone}", themes=(Theme("Noise", "", 1, quotes),))
    heard = replace(aggregate_digests(ENGLISH), tests=frozenset({"ann", "cat", "dan"}))
    told = withhold(written, heard, view(), "en")
    assert told.withheld == (shared, alone)
    (theme,) = for_others(told, "", least=1).themes
    assert [(quote.text, quote.thread_id) for quote in theme.quotes] == [said[0]]


def test_labels_and_quotes_are_looked_at_too_and_a_quote_may_be_somebodys_words() -> None:
    quotes = (
        Quote("the open space is too loud, on mondays most of all", "bob", "bob1"),
        Quote("fired by Mr Harris", "ann", "ann1"),
        Quote("call me at 01715550199", "ann", "ann1"),
    )
    labels = ("Quimby and noise", "Mr Harris", "Open Space Noise", "Noise")
    themes = tuple(Theme(label, "", 2, quotes) for label in labels)
    told = withhold(replace(SUMMARY, themes=themes), aggregate_digests(ENGLISH), view(), "en")
    assert told.withheld == ("Quimby and noise", "Mr Harris")
    assert told.withheld_quotes == ("fired by Mr Harris", "call me at 01715550199")


def test_german_keeps_its_nouns_and_loses_names() -> None:
    kept = (
        "Der Lärm im Großraumbüro stört viele. Gewünscht werden Telefonkabinen und feste Plätze. "
        "Die Teilnehmenden wollen mehr Ruhe. Viele wünschen sich Pflanzen, Lampen und neue Möbel. "
        "Vorgeschlagen wird ein Telefonraum. Kritik gibt es an der Leitung."
    )
    assert withheld(kept, GERMAN, "de") == ()
    names = (
        "Dorothea wurde entlassen.",
        "Laut Herrn Harris fehlt Geld.",
        "Frau Quimby ging.",
        "Streit mit Harris hilft nicht.",
    )
    assert withheld(f"{kept} {' '.join(names)}", GERMAN, "de") == names


def test_a_german_quote_keeps_its_nouns_too() -> None:
    quotes = (
        "Ich kaufe dort jeden Morgen vor der Arbeit Brot.",
        "Frisches Gemüse fehlt am Montag.",
        "Ich bin Dorothea und kaufe Brot.",
        "Anna Meier kauft Brot.",
    )
    theme = Theme("Laden", "", 2, tuple(Quote(text, "ann", "ann1") for text in quotes))
    heard = aggregate_digests([said("ann", " ".join(quotes), "", " ".join(quotes))])
    assert withhold(replace(SUMMARY, themes=(theme,)), heard, view(), "de").withheld_quotes == quotes[2:]


def test_in_scripts_without_spaces_twelve_characters_are_a_run() -> None:
    one = said("ann", "我在城東的舊檔案館地下室裡睡了三個晚上", "在城東的舊檔案館地下室裡睡了三個晚上。")
    others = [said(name, "辦公室太吵，沒有辦法專心工作", "辦公室太吵，沒有辦法專心工作。") for name in "bc"]
    overview = "有人在城東的舊檔案館地下室裡睡。大家覺得辦公室太吵，沒有辦法專心工作。城東的舊檔案館很冷。"
    assert withheld(overview, (one, *others), "zh-Hant") == ("有人在城東的舊檔案館地下室裡睡。",)


def test_a_point_keeps_what_it_has_of_its_participants_words() -> None:
    own = OwnWords(["My name is Dorothea Quimby.", "it all began with the noise in the hall, says HARRIS"])
    text = "Dorothea says it all began with the noise in town; Harris was told."
    assert own.of_point(text, "quimby", "the noise") == (
        "it all began with the noise in",
        "is Dorothea",
        "says HARRIS",
        "Dorothea Quimby",
    )
    assert own.of_point("It is loud.", "", "") == ()


def test_a_sentence_that_is_withheld_for_its_words_may_still_be_a_quote() -> None:
    quote = Quote("Mondays are the worst, the open space is too loud for me, and Zoom fails", "cat", "cat1")
    summary = replace(SUMMARY, overview=quote.text, themes=(Theme("Noise", quote.text, 2, (quote,)),))
    found = withhold(summary, aggregate_digests(ENGLISH), view(), "en")
    assert (found.withheld, found.withheld_quotes) == ((quote.text,), ())
    assert [theme.quotes for theme in for_others(found, "").themes] == [(quote,)]


def test_a_month_is_no_name_and_who_is_called_like_one_is() -> None:
    months = (
        "Flats are hot in July.",
        "A trial from June to August is wanted.",
        "It ends by 1 March or in December.",
        "Until May nothing moves.",
    )
    people = ("The trial is led by June.", "To April it is all one.", "Said August.")
    assert withheld(" ".join((*months, *people))) == people


def test_what_is_written_as_a_name_is_told_by_the_language_of_the_quote() -> None:
    german, english = "Ein Probesommer wäre in Ordnung, dann merkt man ja, ob es laut wird", "when Ravi is next to me"
    heard = aggregate_digests([said("ann", german, "", german), said("bob", english, "", english)])
    quotes = Quote(german, "ann", "ann1"), Quote(english, "bob", "bob1")
    summary = replace(SUMMARY, themes=(Theme("Trial", "", 2, quotes),))
    for language in ("en", "de"):
        assert withhold(summary, heard, view(), language).withheld_quotes == (english,)


def test_what_the_host_keeps_in_the_context_is_not_told_to_others() -> None:
    told = "The open space is too loud."
    kept = ("It is said that the board leans towards closing the hall.", "Nothing is known of Phoenix.")
    context = "Phoenix is decided: the board leans towards closing the floor."
    assert withheld(" ".join((told, *kept)), context=context) == kept
    assert withheld("The New Library is liked by all who came.", topic="The New Library", context=context) == ()
