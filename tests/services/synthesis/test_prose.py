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
        'They say "are late, always “late”" of them.',
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
        ('They say "late, always ”late“".', 'They say "late, always “late”".'),
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
    checked.check("“The buses are late” and “Our “new” town” and 「司機的態度「很差」，希望改善」")
    assert set(checked.used.values()) == {
        Quote("The buses are late", "ann", "m1"),
        Quote("司機的態度「很差」，希望改善", "bo", "m2"),
    }


@each_row("term", ["late", "always late", "buses", "the"])
def test_a_word_or_two_are_nobodys_quote(term: str) -> None:
    checked = prose()
    assert checked.check(f"People call it “{term}” here.") == f"People call it {term} here."
    assert not checked.used


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
    # Real claims that once passed.
    "Most participants reject fixed days.",
    "A majority of participants reject it.",
    "Eleven of thirteen reject fixed days.",
    "12 out of 13 are against.",
    "Nine in ten would rather stay at home.",
    "Nine in ten want it.",
    "Two thirds oppose it.",
    "Only one person wants five days.",
    "Both engineers want a rota.",
    "Three engineers want a rota.",
    "All but two participants are against it.",
    "All but one want it.",
    "Almost everyone rejects it.",
    "Zwölf von dreizehn Teilnehmenden lehnen es ab.",
    "Drei Personen würden kündigen.",
    "Elf von dreizehn sind dagegen.",
    "Neun von zehn wollen das.",
    "Nur eine Person will fünf Tage.",
    "Beide Ingenieure wollen eine Rota.",
    "Drei Konstrukteurinnen wollen das.",
    "Zwei Drittel sind dagegen.",
    "Die Mehrheit der Teilnehmenden lehnt es ab.",
    "Alle bis auf zwei lehnen es ab.",
    "Deux participants veulent partir.",
    "La mitad de los participantes quiere irse.",
    "Onze sur treize sont contre.",
    "Douze des treize participants refusent.",
    "Une seule personne veut cinq jours.",
    "Les deux ingénieurs veulent une rotation.",
    "Trois ingénieurs veulent une rotation.",
    "Deux tiers sont contre.",
    "Tous sauf deux sont contre.",
    "Once de trece están en contra.",
    "12 de 13 están en contra.",
    "Solo una persona quiere cinco días.",
    "Los dos ingenieros quieren una rotación.",
    "Tres ingenieros quieren una rotación.",
    "Dos tercios se oponen.",
    "Todos menos dos se oponen.",
    "La mayoría de los participantes rechaza la norma.",
    "十三人中有十一人反對。",
    "十三位參與者中有十二位反對。",
    "只有一個人想要五天。",
    "三位工程師想要輪班。",
    "三分之二反對。",
    "十分之九的人反對。",
    "除了兩個人以外都反對。",
    "أحد عشر من ثلاثة عشر يعارضون ذلك.",
    "١٢ من ١٣ يعارضون.",
    "ثلاثة مهندسين يريدون ذلك.",
    "شخص واحد فقط يريد خمسة أيام.",
    "ثلثا المشاركين يعارضون.",
    "الجميع ما عدا اثنين يعارضون.",
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
    # True sentences that were once left out.
    "Teams of nine people want a room of their own.",
    "Meetings with more than ten people feel useless to many.",
    "The line stops because two people agree on a drawing only when both stand in front of it.",
    "New people had not met half of them after three months.",
    "Half of the people they work with are at home on any given day.",
    "Half the people needed for a decision are at home on any day.",
    "One third of people's time goes into looking for each other.",
    "Two thirds of participants' office time goes into talking.",
    "Three or more people said hello at the coffee machine in the old days, today nobody does.",
    "Customers with more than 100 users report problems with sign-in.",
    "If two members want the same room, the system should decide.",
    "Two residents mentioned in the local paper were hurt at the crossing.",
    "Five people described in the brief as carers have no say.",
    "On-site staff and home workers differ, and both ask for something in return.",
    "Both sides want to be asked first.",
    "Two good people have left one shift this year.",
    "Teams mit neun Leuten wollen einen eigenen Raum.",
    "Wenn zwei Personen denselben Raum wollen, soll das System entscheiden.",
    "Die Hälfte der Leute, mit denen sie arbeiten, ist zu Hause.",
    "Besprechungen mit mehr als zehn Personen finden viele nutzlos.",
    "Les équipes de neuf personnes veulent une salle.",
    "Si deux personnes veulent la même salle, le système décide.",
    "Los equipos de nueve personas quieren una sala.",
    "Si dos personas quieren la misma sala, decide el sistema.",
    "Nach drei Monaten kannten die Neuen die Hälfte von ihnen nicht.",
    "La moitié des gens avec qui ils travaillent est à la maison.",
    "La mitad de la gente con la que trabajan está en casa.",
)


def test_a_number_of_people_is_a_claim_in_every_language_of_ours() -> None:
    assert [text for text in COUNTS if not claims_a_count(text)] == []
    checked = prose()
    kept = [checked.check(f"{text} It is so.") for text in COUNTS]
    assert [text for text in kept if not text.endswith("It is so.") or claims_a_count(text)] == []


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Twelve of the fourteen participants agree.", "Some participants agree."),
        ("They say that at least three engineers want a rota.", "They say that some engineers want a rota."),
        ("Zwölf von dreizehn Teilnehmenden lehnen es ab.", "Einige Teilnehmenden lehnen es ab."),
        ("Une vingtaine de participants le disent.", "Des participants le disent."),
        ("有九位參與者同意。", "有些參與者同意。"),
        ("Participants (9 of 12) agree.", "Participants agree."),
        ("A rota would help, but most people want it only on Fridays.", "A rota would help."),
        ("Most people want it; exceptions should be possible.", "Exceptions should be possible."),
        ("Die Elternzeit fehlt; elf von dreizehn sind dagegen.", "Die Elternzeit fehlt."),
        ("80 Prozent der Teilnehmenden sind dafür.", ""),
        ("Most people want it.", ""),
        ("They say “Nine participants are late, always”.", ""),
    ],
)
def test_a_claim_goes_alone_where_the_rest_says_something(text: str, left: str) -> None:
    assert prose().check(text) == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Information is at www.example.com on the intranet.", "Information is at […] on the intranet."),
        ("More is at https://casino.example.", "More is at […]."),
        ("More is at www.casino.example/now today.", "More is at […] today."),
        ("Write to boss@casino.example, please.", "Write to […], please."),
    ],
)
def test_an_address_is_replaced(text: str, left: str) -> None:
    assert prose().check(f"{text} It is so.") == f"{left} It is so."
    assert prose().check("See https://casino.example. It is so.") == "It is so."


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
    assert ProseCheck([said]).check("Some want “the party we start” here.") == "Some want “the party we start” here."
    assert ProseCheck([said]).check("Some want “the party we star” here.") == ""
    assert ProseCheck([Quote("大家想要停車場", "bo", "m2")]).check("大家要「想要停車場」。") == "大家要「想要停車場」。"


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
        "40+ participants agree.",
        "Participants (40) agree.",
        "Forty of them want it.",
        "Thirty people are for it.",
    ],
)
def test_numbers_in_other_clothes_are_left_out(text: str) -> None:
    kept = prose().check(f"{text} It is so.")
    assert kept.endswith("It is so.")
    assert not any(number in kept for number in ("40", "orty", "hirty"))


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
        ("One says 'no'.\n\nOthers agree.\n\n«Yes»", "One says no.\n\nOthers agree."),
        ("他們同意。有人說「太貴了，也太慢」。他們走了。", "他們同意。有人說太貴了，也太慢。他們走了。"),
        ("他們同意。有人說「這班公車太貴了」。他們走了。", "他們同意。他們走了。"),
        ("Newer staff would be part of a “real team” then.", "Newer staff would be part of a real team then."),
        ("They want “the whole street closed” then.", ""),
        ("“All of it”", ""),
        ("", ""),
    ],
)
def test_without_the_sentences_that_quote(text: str, left: str) -> None:
    assert without_quotes(text) == left


def test_the_hosts_own_words_may_be_quoted() -> None:
    text = "Under “Our town” much was said. “Our town hall leaks”, says one."
    assert without_quotes(text, "Our town") == "Under “Our town” much was said."
