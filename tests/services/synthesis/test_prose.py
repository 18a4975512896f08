"""A model's prose: nothing in quotation marks that nobody said, no number of people that nobody counted, and all else untouched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.model import Quote
from chalicelib.services.synthesis.claims import claims_a_count
from chalicelib.services.synthesis.prose import ProseCheck, without_quotes
from tests.example_tables import each_row

SAID = Quote("The buses are late, always “late”, don't they know?", "ann", "m1")
CHINESE = Quote("計程車司機的態度「很差」，希望改善", "bo", "m2")


def prose() -> ProseCheck:
    return ProseCheck([SAID, CHINESE], "Our “new” town", ["Which shops should stay open on Sundays?"])


@each_row(
    "text",
    [
        "They say “The buses are late”.",
        "They say “The  buses are late, always “late”, don't they know”, and more.",
        'They say "always “late”" of them.',
        "They say ‘don't they know?’ at that.",
        "Under “Our “new” town” much was said.",
        "大家說「計程車司機的態度「很差」，希望改善」。",
        "The residents' wishes don't differ.",
        "It's 5'10\" tall.",
        "The '90s were good, the residents' wishes too.",
        "參考《道路交通管理處罰條例》第七十七條的規定。",
    ],
)
def test_what_was_said_may_be_quoted(text: str) -> None:
    assert prose().check(text) == " ".join(text.split())


@each_row(
    "text",
    [
        "One says “The buses are never on time”.",
        "One says “the buses are late”.",
        'One says "I would rather walk than wait for them".',
        "One says 'I would rather walk, wouldn't you'.",
        "One says ‘I would rather walk than wait’.",
        "One says «I would rather walk than wait».",
        "有人說「我寧願走路也不想等公車」。",
        "One says “The buses are late, I hate them all”.",
    ],
)
def test_a_sentence_with_a_quote_of_nobody_is_left_out_and_the_others_stay(text: str) -> None:
    assert prose().check(f"Before it. {text} Behind it.").replace(" ", "") == "Beforeit.Behindit."
    assert prose().check(text) == ""


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("One asks “don’t they know?”.", "One asks “don't they know?”."),
        ("One asks “don‘t they know…”.", "One asks “don't they know…”."),
        ('They say "always ”late“".', 'They say "always “late”".'),
    ],
)
def test_twins_are_found_and_shown_as_they_were_said(written: str, shown: str) -> None:
    checked = prose()
    assert checked.check(written) == shown
    assert all(quote.text in SAID.text for quote in checked.used.values())


def test_what_goes_on_taking_shape_is_left_out() -> None:
    assert prose().check("“" * 40 + "so" + "”" * 40) == ""


def test_a_term_in_marks_loses_them() -> None:
    assert prose().check("A “third place” is wanted.") == "A third place is wanted."
    assert prose().check("大家要「第三空間」。") == "大家要第三空間。"


def test_quotes_found_carry_their_message() -> None:
    checked = prose()
    checked.check("“The buses are late” and “Our “new” town” and 「希望改善」")
    assert set(checked.used.values()) == {Quote("The buses are late", "ann", "m1"), Quote("希望改善", "bo", "m2")}


COUNTS = (
    "Nine participants agree.",
    "12 of 14 participants agree.",
    "More than a dozen interviewees agree.",
    "Twelve very different participants agree.",
    "Forty-two people want it.",
    "80% of participants want it.",
    "Half of the respondents want it.",
    "Both participants agree.",
    "3 out of 5 want it.",
    "One in three wants it.",
    "Die Hälfte will Bänke.",
    "Jeder dritte will Bänke.",
    "Zwei von drei wollen Bänke.",
    "Uno de cada tres lo quiere.",
    "Una de cada tres personas quiere bancos.",
    "Une personne sur trois le veut.",
    "Deux sur trois veulent des bancs.",
    "半数人想要长椅。",
    "有九位參與者同意。",
    "12 名参与者同意。",
    "三十個人表示同意。",
    "參與者中有80%同意，80% 的人都同意。",
    "Most people want it.",
    "Most participants want it.",
    "Nearly everyone wants it.",
    "The majority wants it.",
    "Nearly everyone likes it.",
    "The majority is for benches.",
    "Die Mehrheit ist für Bänke.",
    "La gran mayoría está a favor.",
    "La majorité est pour les bancs.",
    "大家几乎都同意。",
    "大家幾乎都同意。",
    "يريد الجميع تقريبًا مقاعد.",
    "تريد الغالبية مقاعد.",
    "A clear majority of the people want it.",
    "Most want it.",
    "Three of them said so.",
    "Participants (n = 12) agree.",
    "Zwölf Teilnehmende wollen Bänke.",
    "12 Teilnehmerinnen wollen das.",
    "Die Hälfte der Befragten ist dafür.",
    "80 Prozent der Teilnehmenden sind dafür.",
    "Die meisten wollen Bänke.",
    "Die meisten Menschen wollen das.",
    "Fast alle Teilnehmenden wollen das.",
    "Eine große Mehrheit der Teilnehmenden will das.",
    "Drei Leute sagten das.",
    "Fast jeder will das.",
    "Dreiundzwanzig der befragten Personen sagten das.",
    "Doce participantes quieren bancos.",
    "La mayoría de los participantes quiere bancos.",
    "La mayoría quiere bancos.",
    "El 80 % de los participantes está de acuerdo.",
    "El ochenta por ciento de los encuestados quiere bancos.",
    "La mitad de las personas dice que sí.",
    "Casi todos quieren bancos.",
    "Tres personas dijeron que no.",
    "Douze participants veulent des bancs.",
    "La plupart des participants veulent des bancs.",
    "La plupart veulent des bancs.",
    "80 % des participants sont d'accord.",
    "La moitié des participants le demandent.",
    "Presque tous veulent des bancs.",
    "Trois personnes pensent que non.",
    "Une vingtaine de participants le disent.",
    "Presque tout le monde le veut.",
    "يريد ١٢ مشاركًا مقاعد.",
    "اثنا عشر مشاركا يريدون مقاعد.",
    "معظم المشاركين يريدون مقاعد.",
    "نصف المشاركين يوافقون.",
    "80٪ من المشاركين يوافقون.",
    "ثلاثة أشخاص قالوا ذلك.",
    "مشاركان يريدان مقاعد.",
    "大多數參與者同意。",
    "多数人表示同意。",
    "几乎所有人都希望这样。",
    "十二位參與者想要長椅。",
    "一半的參與者同意。",
    "百分之八十的參與者同意。",
    "三分之二的受访者认为如此。",
    "參與者（n=12）同意。",
)
OTHER_NUMBERS = (
    "Several participants agree.",
    "One participant asks for Sundays.",
    "Participants name ten streets.",
    "The plant laid off 50 people last year.",
    "Two parks are wanted, at 40% of the cost.",
    "Half of the parking lots stand empty.",
    "Benches for two people are wanted.",
    "The bus carries 40 people and is late.",
    "Most of the streets are dark.",
    "Most buses are late.",
    "One in three buses is late.",
    "Both parks are dark.",
    "It matters most to people who walk.",
    "The majority of the buses is late.",
    "They would like a majority vote.",
    "Die Mehrheit der Busse kommt zu spät.",
    "La mayoría de los autobuses llega tarde.",
    "La majorité des bus est en retard.",
    "有些參與者同意，三座公園都要。",
    "車上可以坐四個人。",
    "多数街道很暗。",
    "Einige Teilnehmende wünschen sich das.",
    "Die meisten Straßen sind dunkel.",
    "Zwei Parks werden gewünscht, zu 40 % der Kosten.",
    "Die Hälfte der Parkplätze steht leer.",
    "Das Werk hat 50 Leute entlassen.",
    "Teilnehmende nennen zehn Straßen.",
    "Eine teilnehmende Person wünscht sich das.",
    "Algunos participantes quieren bancos.",
    "Los participantes nombran diez calles.",
    "La mayoría de las calles están oscuras.",
    "La fábrica despidió a 50 personas.",
    "Quelques participants veulent des bancs.",
    "La plupart des rues sont sombres.",
    "L'usine a licencié 50 personnes.",
    "La moitié des places sont vides.",
    "بعض المشاركين يريدون مقاعد.",
    "معظم الشوارع مظلمة.",
    "سرّح المصنع ٥٠ شخصًا العام الماضي.",
)


def test_a_number_of_people_is_a_claim_in_every_language_of_ours() -> None:
    assert [text for text in COUNTS if not claims_a_count(text)] == []
    checked = prose()
    assert [text for text in COUNTS if checked.check(f"{text} It is so.") != "It is so."] == []


def test_other_numbers_are_none() -> None:
    assert [text for text in OTHER_NUMBERS if claims_a_count(text)] == []
    checked = prose()
    assert [text for text in OTHER_NUMBERS if checked.check(text) != text] == []


def test_in_another_language_only_numbers_that_the_points_have_may_stand() -> None:
    checked = ProseCheck([], numbers={7, 23})
    assert checked.check("Dodici persone su 14 vogliono panchine. Il 7 arriva alle 23.") == "Il 7 arriva alle 23."
    assert checked.check("१२ लोग बेंच चाहते हैं। बस ७ देर से आती है।") == "बस ७ देर से आती है।"
    assert ProseCheck([]).check("Il 9 arriva tardi.") == "Il 9 arriva tardi."


@each_row(
    "text",
    [
        "One says “I would rather walk than wait for them.",  # never closed
        'One says "I would rather walk than wait for them.',
        "有人說「我寧願走路也不想等公車。",
        '有人說"我寧願走路也不想等公車"這句話。',  # no space in front
        'One says"I would rather walk than wait for them".',
        "One says »I would rather walk than wait for them«.",
        "One says ”I would rather walk than wait for them”.",
        "One says ‚I would rather walk than wait for them‘.",
        "One says ＂I would rather walk than wait for them＂.",
        "有人說｢我寧願走路也不想等公車｣。",
        "เขาพูดว่า “ฉันอยากเดินมากกว่ารอรถเมล์ทุกวัน”",
        "One says “ate, always”.",  # the end of a word
        "One says “buses are lat”.",
    ],
)
def test_no_way_of_marking_makes_somebody_say_it(text: str) -> None:
    assert all(mark not in prose().check(text) for mark in '“”"»«‚‘＂「」｢｣')


def test_words_are_quoted_as_whole_words() -> None:
    said = Quote("At the party we start early", "ann", "m1")
    assert ProseCheck([said]).check("Some want “art” here.") == "Some want art here."
    assert ProseCheck([said]).check("Some want a “party” here.") == "Some want a “party” here."
    assert ProseCheck([Quote("大家想要停車場", "bo", "m2")]).check("大家要「停車」。") == "大家要「停車」。"


def test_the_hosts_words_are_nobodys_quote_but_for_the_topic() -> None:
    checked = prose()
    assert checked.check("Many ask “Which shops should stay open on Sundays?” here.") == (
        "Many ask Which shops should stay open on Sundays? here."
    )
    assert checked.check("Of “new” and “Our “new” town” much is said.") == "Of new and “Our “new” town” much is said."
    assert not checked.used
    both = ProseCheck([Quote("stay open on Sundays", "ann", "m1")], "Town", ["Should shops stay open on Sundays?"])
    assert both.check("They should “stay open on Sundays”.") == "They should “stay open on Sundays”."


@each_row(
    "text",
    [
        "More is at https://casino.example.",
        "More is at www.casino.example/now today.",
        "Write to boss@casino.example about it.",
        "40+ participants agree.",
        "Participants (40) agree.",
        "Forty of them want it.",
        "Thirty people are for it.",
    ],
)
def test_addresses_and_numbers_in_other_clothes_are_left_out(text: str) -> None:
    assert prose().check(f"{text} It is so.") == "It is so."


@given(st.text(alphabet="ab .!?。“”「」»«\"'‘’", max_size=60))
def test_whatever_is_written_only_sentences_and_marks_are_taken_away(text: str) -> None:
    kept = prose().check(text)
    left = iter(text)
    assert all(character in left for character in kept if not character.isspace())
    assert prose().check(kept) == kept


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (
            "They differ. One says “it is late. Often.” There's more, they don't know.",
            "They differ. There's more, they don't know.",
        ),
        ("One says 'no'.\n\nOthers agree.\n\n«Yes»", "Others agree."),
        ("他們同意。有人說「太貴了」。他們走了。", "他們同意。他們走了。"),
        ("“All of it”", ""),
        ("", ""),
    ],
)
def test_without_the_sentences_that_quote(text: str, left: str) -> None:
    assert without_quotes(text) == left


def test_the_hosts_own_words_may_be_quoted() -> None:
    text = "Under “Our town” much was said. “Our town hall leaks”, says one."
    assert without_quotes(text, "Our town") == "Under “Our town” much was said."
