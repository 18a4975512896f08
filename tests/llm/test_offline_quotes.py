"""What is said back keeps its sense: from where a clause begins, with all that denies or restricts it."""

import csv
import re
from pathlib import Path

import pytest

from chalicelib.llm.offline.clauses import MARK
from chalicelib.llm.offline.reflect import Reflection, reflections, weightiest
from evals.text import quotations
from evals.widget import choices
from tests.llm.offline_talk import Conversation
from tests.services.builders import view

DATA = Path(__file__).parents[1] / "data" / "polis"
TOPICS = {"bowling-green": "A better place to live", "uberx-taiwan": "Uber 在台灣的規範"}
STARTS = re.compile(
    r"(?:^|[.!?;。！？；…]|[,，]\s*(?:and|but)|\s(?:and|but)|[，,\s](?:但是|但|可是|不過|不过)|"
    r"(?:^|[.!?。！？；;])\s*(?:and|but|so|well,|ok,|okay,|hi,|hello,|所以|而且|但是|但|然後|不過|可是|另外))[\s，,)\"”]*$",
    re.IGNORECASE,
)
CLAUSE_END = re.compile(r"[.,;:!?。，；：！？]|\s(?:and|but|so|because|since|so that)\s|\s(?=[\u4e00-\u9fff])")
DENIAL = re.compile(
    r"\b(?:not|no|never|nobody|none|nothing|cannot|without|unless|if|only|except)\b|n't\b|不|沒|没|無|无|非|未"
)


def statements(name: str) -> list[str]:
    with (DATA / f"{name}.csv").open(encoding="utf-8") as file:
        return [row["comment-body"] for row in csv.DictReader(file)]


def plain(text: str) -> str:
    return " ".join(text.replace("’", "'").lower().split())


def offence(phrase: str, source: str) -> str:
    """What is wrong with a phrase that is taken from a source; empty where it keeps its sense."""
    text, part = plain(source), plain(phrase).removesuffix(MARK)
    places = [found.start() for found in re.finditer(re.escape(part), text)]
    begun = [at for at in places if STARTS.search(text[:at])]
    if not begun:
        return "begins in the midst of a clause" if places else "was never written"
    rest = CLAUSE_END.split(text[begun[0] + len(part) :], maxsplit=1)[0]
    return f"leaves off “{rest}”" if DENIAL.search(rest) or (rest.strip(" )\"'*-–~/”") and MARK not in phrase) else ""


@pytest.mark.parametrize("name", TOPICS)
def test_every_phrase_from_thousands_of_real_clauses_keeps_its_sense(name: str) -> None:
    offences = {
        made.phrase: problem
        for text in statements(name)
        for made in reflections(text)
        if (problem := offence(made.phrase, text))
    }
    assert offences == {}


@pytest.mark.parametrize(("name", "least"), [("bowling-green", 0.75), ("uberx-taiwan", 0.6)])
def test_most_real_statements_can_be_said_back(name: str, least: float) -> None:
    told = statements(name)
    assert sum(bool(reflections(text)) for text in told) >= least * len(told)


@pytest.mark.parametrize("name", TOPICS)
def test_what_messages_widgets_and_recaps_quote_keeps_its_sense(name: str) -> None:
    topic = TOPICS[name]
    told = statements(name)[:240]
    for first in range(0, len(told), 8):
        answers = told[first : first + 8]
        talk = Conversation(view(topic=topic, goal="", critical="", widgets_enabled=True, duration_minutes=15))
        for reply in talk.run([*answers, "That's all"]):
            offered = choices(reply.widget_spec) if reply.widget_spec else []
            ranked = offered if reply.widget_spec and reply.widget_spec["root"]["type"] != "RatingScale" else []
            for phrase in [*quotations(reply.content), *(it for it in ranked if it not in ("Something else", "其他"))]:
                if plain(phrase) != plain(topic):
                    sources = [it for it in answers if plain(phrase).removesuffix(MARK) in plain(it)]
                    assert any('"' in it or offence(phrase, it) == "" for it in sources), phrase


def best(text: str) -> Reflection | None:
    return weightiest(reflections(text))


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("And last week a van turned across my son.", "last week a van turned across my son"),
        (
            "A cycle track on Mill Lane would only make things worse.",
            "a cycle track on Mill Lane would only make things worse",
        ),
        ("I guess the bus is late", "I guess the bus is late"),
        ("Well lit streets matter to me", "well lit streets matter to me"),
        (
            "The crossing by the bakery scares me, because cars come round the bend far too fast.",
            "the crossing by the bakery scares me…",
        ),
        (
            "The trees along the whole river are old, but the council never sends anybody to look at them",
            "the council never sends anybody to look at them",
        ),
        (
            "我每天騎車上班，路上要經過五個很大的十字路口，可是中山路口的汽車常常違規右轉",
            "中山路口的汽車常常違規右轉",
        ),
        ("如果開放，計程車就會倒", "如果開放，計程車就會倒"),
        (
            "我贊成公車專用道，讓大家上班的時間可以縮短，讓騎車的人也多一份安全的保障，更讓市區的空氣變好",
            "我贊成公車專用道，讓大家上班的時間可以縮短…",
        ),
    ],
)
def test_a_phrase_is_a_sentence_or_a_clause_of_it(text: str, phrase: str) -> None:
    made = best(text)
    assert made
    assert made.phrase == phrase


@pytest.mark.parametrize(
    "text",
    [
        "If there were a light at the school and the cars had to stop there for once, the children would be safe",
        "People around here keep telling me that the bridge is safe and the cars are slow, which is what the council says",
        "We should build a longer cycle track through the park only if the old trees along the river can stay there",
        "They only support the new lane along the river bank just because the mayor has a house at the end of it",
        "與其花幾千萬在市中心蓋一座誰都用不到的停車場，不如把這筆錢拿來修我們學校旁邊的人行道",
        "他們說新的路口很安全，車子開得很慢，孩子自己走路上學都沒有關係，可是根本不是這樣而且每天都有車禍發生在那裡",
        'She told me "the road is safe. Nobody is ever hurt there',
    ],
)
def test_what_cannot_be_cut_without_harm_is_not_said_back(text: str) -> None:
    assert reflections(text) == []


def test_a_line_that_is_broken_in_the_midst_of_a_sentence_is_read_on() -> None:
    made = best("The bus is\nnever late")
    assert made
    assert made.phrase == "the bus is never late"


def test_a_clause_is_turned_to_the_person_with_its_punctuation() -> None:
    made = best("They ignore me, my son, and us")
    assert made
    assert made.clause == ""  # it leans on what was said before
    made = best("The cars ignore me, my son, and the US flag")
    assert made
    assert made.clause == "the cars ignore you, your son, and the US flag"


def test_after_a_widget_that_was_answered_in_words_no_choice_is_asked_about() -> None:
    lines = [
        "The crossing by the bakery scares me, because cars come round the bend far too fast.",
        "My neighbour stopped letting her daughter cycle to the school.",
        "The bus stop is well lit and should stay where it is.",
    ]
    talk = Conversation(view(topic="Roads in our town", goal="", critical="", widgets_enabled=True))
    replies = talk.run(lines)
    assert replies[-1].widget_spec
    words = talk.turn("The council never sends anybody to look at the lamps.").content
    assert "the council never sends anybody" in words
    assert "What decided that for you?" not in words


def test_a_digression_with_a_question_to_the_facilitator_is_no_point() -> None:
    talk = Conversation(view(topic="Roads in our town", goal="", critical=""))
    recap = talk.run(
        [
            "Do you know a good recipe for plum cake? We have so many plums this year.",
            "The crossing by the bakery needs a light.",
            "That's all",
        ]
    )[-1].content
    assert "plum" not in recap
    assert "the crossing by the bakery needs a light" in recap


@pytest.mark.parametrize("answer", ["我每天走路上學，可是路口的燈壞了很久。"])
def test_what_is_critical_in_the_other_script_is_quoted_as_the_hosts_words(answer: str) -> None:
    talk = Conversation(view(topic="交通", goal="", critical="哪个路口过马路最危险？"))
    talk.run([answer, "我覺得市政府應該先修路口的燈。"])
    assert "「哪个路口过马路最危险」" in "".join(talk.asked)
