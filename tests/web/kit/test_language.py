"""Catalogues and how one of them is chosen; the language and direction of single texts."""

import re
from pathlib import Path

import pytest

from chalicelib import web
from chalicelib.web.kit.language import LANGUAGES, find_language, guess_language
from chalicelib.web.kit.texts import texts_in
from tests.api.hosts import Host
from tests.example_tables import each_row
from tests.web.browser import Browser

ROOM = Path(web.__file__).parent
ENGLISH = texts_in("en").catalogue


# How a key begins that is put together: `t('status_' ~ state)` in a template, `texts(f"refused_{rule}")` in a module.
BEGINNING = re.compile(r"[\"'](\w+_)[\"'] ~|\bf\"(\w+_)\{")


def html_of(page: str) -> str:
    found = re.search(r"<html[^>]*>", page)
    assert found
    return found[0]


@each_row("tag", [tag for tag in LANGUAGES if tag != "en"])
def test_a_catalogue_is_translated(tag: str) -> None:
    same = [str(text) for key, text in texts_in(tag).catalogue.items() if text == ENGLISH[key]]
    assert len(same) < 15  # French has many of these words, too
    assert max(same, key=len, default="").count(" ") < 3


def test_every_text_is_used_and_no_other_is_asked_for() -> None:
    sources = [*ROOM.rglob("*.py"), *ROOM.glob("*/templates/*.html")]
    source = "\n".join(file.read_text() for file in sources)
    beginnings = tuple(part for found in BEGINNING.findall(source) for part in found if part)
    named = {key for key in ENGLISH if re.search(rf"[\"']{key}[\"']", source)}
    unused = [key for key in ENGLISH if key not in named and not key.startswith(beginnings)]
    assert unused == []
    asked = set(re.findall(r"\bt(?:exts)?\(\"(\w+)\"(?! ~)", source))
    assert asked <= set(ENGLISH)


def test_templates_have_no_words_of_their_own() -> None:
    for template in ROOM.glob("*/templates/*.html"):
        attributes = (
            r"\{% (?:set (?:wrong|rules|about|attributes)|block main_attributes) %\}.*?\{% end(?:set|block) %\}"
        )
        text = re.sub(attributes, "", template.read_text(), flags=re.DOTALL)
        text = re.sub(r"<code.*?</code>", " ", text, flags=re.DOTALL)  # commands, the same in every language
        text = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", " ", text, flags=re.DOTALL)
        words = set(re.findall(r"[^\W\d_]{2,}", text))
        assert words <= {"Harmonica"}, template.name


@pytest.mark.parametrize(
    ("accepted", "session_language", "spoken", "direction"),
    [
        ("de-AT,de;q=0.9,en;q=0.5", None, "de", "ltr"),
        ("ar-EG", "de", "ar", "rtl"),
        ("zh-TW,zh;q=0.8", None, "zh-Hant", "ltr"),
        ("zh-CN", None, "zh-Hans", "ltr"),
        ("zh", None, "zh-Hans", "ltr"),
        ("pt-BR,es;q=0.4,fr;q=0.7", None, "fr", "ltr"),
        ("pt-BR", "Spanish", "es", "ltr"),
        ("de;q=0,fr", None, "fr", "ltr"),
        ("*", "العربية", "ar", "rtl"),
        ("", None, "en", "ltr"),
        (";;,q=;=,de;q=x," * 50, None, "en", "ltr"),
    ],
)
def test_the_browsers_language_comes_first_then_the_sessions(
    accepted: str, session_language: str | None, spoken: str, direction: str, host: Host, ben: Browser
) -> None:
    session = host.new_session(language=session_language)
    ben.headers["Accept-Language"] = accepted
    page = ben.chat(session)
    assert html_of(page.html) == f'<html lang="{spoken}" dir="{direction}">'
    assert page.headers["Content-Language"] == spoken
    assert texts_in(spoken)("start") in page.text


def test_a_visitor_switches_and_it_stays_so(host: Host, ben: Browser) -> None:
    session = host.new_session()
    ben.headers["Accept-Language"] = "fr"
    page = ben.chat(session)
    address = next(link for link in page.links if "lang=ar" in link)
    assert 'dir="rtl"' in html_of(ben.open(f"/chat{address}").html)
    assert 'lang="ar"' in html_of(ben.chat(session).html)
    assert ben.open("/").text.startswith(f"Harmonica Harmonica {texts_in('ar')('home_heading')}")
    ben.open(f"/chat?s={session['id']}&lang=en")
    assert ben.join(session).has_form("Send")


def test_sentences_of_chinese_stand_without_gaps(host: Host, ben: Browser) -> None:
    session = host.new_session(cross_pollination=True, anonymous=True)
    for tag, gap in (("zh-Hans", "。"), ("zh-Hant", "。"), ("de", ". ")):
        told = re.findall(r"<dd>(.*?)</dd>", ben.open(f"/chat?s={session['id']}&lang={tag}").html)
        assert max(fact.count(gap) for fact in told) >= 2, tag
        assert not any("。 " in fact for fact in told), tag


def test_a_language_that_there_is_not_changes_nothing(host: Host, ben: Browser) -> None:
    page = ben.open(f"/chat?s={host.new_session()['id']}&lang=xx")
    assert 'lang="en"' in html_of(page.html)
    assert "hm_lang" not in ben.cookies


def test_problems_are_told_in_the_visitors_language_too(host: Host, ben: Browser) -> None:
    ben.headers["Accept-Language"] = "de"
    page = ben.open("/chat?s=nonsense")
    assert page.status == 404
    assert texts_in("de")("missing_text") in page.text


@each_row(
    "words, session_tag, marked",
    [
        ("Guten Tag", "de", ("de", "ltr")),
        ("Hello", None, ("en", "ltr")),
        ("مرحبا بكم", "de", ("ar", "rtl")),
        ("مرحبا بكم", "fa-IR", ("fa-IR", "rtl")),
        ("שלום", None, ("he", "rtl")),
        ("这个问题很长", None, ("zh-Hans", "ltr")),
        ("這個問題很長", "en", ("zh-Hant", "ltr")),
        ("これは日本語です", None, ("ja", "ltr")),
        ("Привет", None, ("ru", "ltr")),
        ("5 - 7", None, ("en", "ltr")),
        ("5 - 7", "ar", ("ar", "ltr")),
    ],
)
def test_words_carry_their_own_language_and_direction(
    words: str, session_tag: str | None, marked: tuple[str, str]
) -> None:
    assert guess_language(words, session_tag, LANGUAGES["en"]) == marked


def test_a_message_is_marked_as_what_it_is(host: Host, ben: Browser) -> None:
    session = host.new_session(language="German")
    ben.headers["Accept-Language"] = "en"
    ben.join(session)
    page = ben.say(session, "שלום לכולם")
    assert '<div class="words said" lang="he" dir="rtl">שלום לכולם</div>' in page.html
    assert '<div class="words" lang="de" dir="ltr"><p>Reply 2</p></div>' in page.html


@each_row("named", ["", " ", "Klingon", 'de"', "x" * 35, "中"])
def test_what_is_no_language_is_none(named: str) -> None:
    assert find_language(named) is None
