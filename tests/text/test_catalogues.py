"""Whatever the product writes in several languages says the same in each, and counts as the language does."""

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from babel import Locale

import chalicelib
from chalicelib.text.language import OWN
from chalicelib.text.locales import LOCALES, fill, fill_counted, format_moment
from chalicelib.web.kit.texts import texts_in

ROOT = Path(chalicelib.__file__).parent
FOLDERS = (
    "web/kit/texts",
    "web/participant/texts",
    "web/host/texts",
    "web/results/texts",
    "web/privacy/texts",
    "telegram/texts",
    "services/synthesis/words",
    "services/results/exports/words",
    "services/facilitation/words",
    "services/delivery/words",
    "services/notifications/words",
    "llm/scripted/words",
)
EVERYWHERE = [(folder, tag) for folder in FOLDERS for tag in OWN]
COUNTING = [(folder, tag) for folder, tag in EVERYWHERE if folder != "services/facilitation/words"]
# Numbers enough for each category that has any below a million, and one million, which Romance languages count apart.
NUMBERS = [*range(1_000), 1_000_000]


def read(folder: str, tag: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / folder / f"{tag}.toml").read_text(encoding="utf-8"))


def counted(folder: str, tag: str) -> dict[str, dict[str, str]]:
    return {key: text for key, text in read(folder, tag).items() if isinstance(text, dict)}


def strings(text: Any) -> list[str]:
    """A text's own words, or all that it has instead of them."""
    if isinstance(text, str):
        return [text]
    return [part for parts in (text.values() if isinstance(text, dict) else text) for part in strings(parts)]


def placeholders(text: Any) -> set[str]:
    return {name for part in strings(text) for name in re.findall(r"\{(\w*)\}", part)}


@pytest.mark.parametrize(("folder", "tag"), EVERYWHERE)
def test_every_catalogue_says_the_same(folder: str, tag: str) -> None:
    catalogue, english = read(folder, tag), read(folder, "en")
    assert list(catalogue) == list(english)
    for key, text in catalogue.items():
        assert type(text) is type(english[key]), key
        assert placeholders(text) == placeholders(english[key]), key
        assert key in ("gap", "comma", "colon") or all(part == part.strip() != "" for part in strings(text)), key


@pytest.mark.parametrize("folder", FOLDERS)
def test_french_has_a_space_before_its_high_signs_and_no_line_of_a_page_ends_at_it(folder: str) -> None:
    said = {key: text for key, texts in read(folder, "fr").items() for text in strings(texts)}
    without_space = re.compile(r"[^\s\d:/][:;!?»](?![/\d}])|«(?! )")
    assert {key: text for key, text in said.items() if without_space.search(re.sub(r"https?:", "", text))} == {}
    shown = [text for texts in texts_in("fr").catalogue.values() for text in strings(texts)]
    assert [text for text in shown if re.search(r" [:;!?»]|« ", text)] == []


def test_no_page_writes_a_sign_that_languages_write_differently() -> None:
    written = {
        file.name: found
        for file in sorted(ROOT.glob("web/*/templates/*.html"))
        if (found := re.findall(r"\}\}:(?!\{).{0,20}|~ \": \".{0,20}", file.read_text(encoding="utf-8")))
    }
    assert written == {}


# How hosts are addressed in Spanish: as in the other languages, and on every page alike. Participants are in another way.
_FAMILIAR = re.compile(
    r"\b(?:t[úu]s?|tuy[oa]s?|te|ti|contigo|eres|tienes|puedes|quieres|has|inténtalo)\b", re.IGNORECASE
)


def test_spanish_addresses_hosts_in_one_way() -> None:
    for folder in ("web/host/texts", "services/notifications/words"):
        assert [text for text in strings(read(folder, "es")) if _FAMILIAR.search(text)] == []


@pytest.mark.parametrize(
    ("tag", "session", "others"),
    [
        ("zh-Hans", "对话活动", r"会话|(?<!对话)活动|引导者"),
        ("zh-Hant", "對話活動", r"會話|(?<!對話)活動|引導者"),
    ],
)
def test_chinese_has_one_word_for_a_session_and_one_for_the_facilitator(tag: str, session: str, others: str) -> None:
    """On pages for participants the word for a session is the last half of it, since what they have is a conversation."""
    assert session in strings(read("web/host/texts", tag))
    for folder in ("web/host/texts", "web/results/texts", "services/notifications/words"):
        assert [text for text in strings(read(folder, tag)) if re.search(others, text)] == []


@pytest.mark.parametrize(("folder", "tag"), COUNTING)
def test_every_catalogue_has_exactly_the_plural_forms_of_its_language(folder: str, tag: str) -> None:
    forms = Locale.parse(tag, sep="-").plural_form.tags | {"other"}
    for key, text in counted(folder, tag).items():
        assert set(text) == forms, key


def test_the_languages_count_as_people_do() -> None:
    arabic = {0: "zero", 1: "one", 2: "two", 3: "few", 10: "few", 11: "many", 99: "many", 100: "other", 103: "few"}
    found = {tag: Locale.parse(tag, sep="-").plural_form for tag in OWN}
    assert {number: found["ar"](number) for number in arabic} == arabic
    assert [found["fr"](number) for number in (0, 1, 2, 1_000_000)] == ["one", "one", "other", "many"]
    assert [found["en"](number) for number in (0, 1, 2, 1_000_000)] == ["other", "one", "other", "other"]
    assert {found[tag](number) for tag in ("zh-Hans", "zh-Hant") for number in NUMBERS} == {"other"}


@pytest.mark.parametrize(("folder", "tag"), EVERYWHERE)
def test_a_number_is_left_out_only_where_its_form_stands_for_no_other(folder: str, tag: str) -> None:
    rule = Locale.parse(tag, sep="-").plural_form
    single = {form for form in rule.tags if len([number for number in NUMBERS if rule(number) == form]) == 1}
    for key, text in counted(folder, tag).items():
        every = placeholders(text)
        assert "count" in every, key
        for form, words in text.items():
            without = every - placeholders(words)
            assert without <= ({"count"} if form in single - {"many"} else set()), (key, form)


def test_there_is_a_locale_for_each_language_that_we_write_in() -> None:
    for tag, name in LOCALES.items():
        assert Locale.parse(name).plural_form.tags == Locale.parse(tag, sep="-").plural_form.tags


@pytest.mark.parametrize(
    ("tag", "at_night", "in_the_morning"),
    [
        ("en", "1 January 2027, 00:30", "9 March 2026, 09:05"),
        ("de", "1. Januar 2027, 00:30", "9. März 2026, 09:05"),
        ("es", "1 de enero de 2027, 0:30", "9 de marzo de 2026, 9:05"),
        ("fr", "1 janvier 2027, 00:30", "9 mars 2026, 09:05"),
        ("ar", "1 يناير 2027، 00:30", "9 مارس 2026، 09:05"),
        ("zh-Hans", "2027年1月1日 00:30", "2026年3月9日 09:05"),
        ("zh-Hant", "2027年1月1日 00:30", "2026年3月9日 09:05"),
    ],
)
def test_a_time_is_written_as_the_language_writes_it(tag: str, at_night: str, in_the_morning: str) -> None:
    berlin = ZoneInfo("Europe/Berlin")
    night, morning = datetime(2026, 12, 31, 23, 30, tzinfo=UTC), datetime(2026, 3, 9, 8, 5, tzinfo=UTC)
    written = [format_moment(tag, at.astimezone(berlin)) for at in (night, morning)]
    assert written == [at_night, in_the_morning]


@pytest.mark.parametrize(
    ("tag", "number"),
    [
        ("en", "12,345"),
        ("de", "12.345"),
        ("es", "12.345"),
        ("fr", "12\u202f345"),
        ("ar", "12,345"),
        ("zh-Hant", "12,345"),
    ],
)
def test_numbers_are_written_as_the_language_writes_them(tag: str, number: str) -> None:
    assert fill(tag, "{n} {text}", n=12_345, text="12345") == f"{number} 12345"
    assert fill_counted(tag, dict.fromkeys(("one", "many", "other"), "{count}"), 12_345) == number


def test_no_door_gives_a_text_a_name_that_another_has() -> None:
    names = [name for door in ("kit", "host", "results") for name in read(f"web/{door}/texts", "en")]
    assert len(names) == len(set(names))
