"""Which words we write in: a session's language by code or name, else the language of what people wrote."""

import pytest

from chalicelib.llm.language import Script, script_for, script_of

TRADITIONAL, SIMPLIFIED = "我覺得計程車應該開放", "我觉得出租车应该开放"


@pytest.mark.parametrize(
    ("language", "script"),
    [
        *((code, "hant") for code in ("zh-TW", "zh_TW", "zh-Hant", "zh-HK", "zh-Hant-CN", "繁體中文")),
        *((code, "hans") for code in ("zh-CN", "zh-Hans", "zh-Hans-TW", "zh-SG", "Chinese (Simplified)", "简体中文")),
        *((code, "en") for code in ("en", "EN", "en-GB", "de", "ja", "fr-CA")),
    ],
)
@pytest.mark.parametrize("sample", ["", "More trees, please", TRADITIONAL, SIMPLIFIED])
def test_a_code_that_tells_is_obeyed_whatever_is_written(language: str, script: Script, sample: str) -> None:
    assert script_for(language, sample) == script


@pytest.mark.parametrize("language", ["zh", "cmn", "Chinese", "中文"])
def test_chinese_without_a_script_takes_the_one_that_people_write(language: str) -> None:
    assert script_for(language, SIMPLIFIED) == "hans"
    assert script_for(language, TRADITIONAL) == script_for(language, "Taxis") == "hant"


@pytest.mark.parametrize("language", [None, "", " ", "Klingon", "the one of the participants"])
@pytest.mark.parametrize(("sample", "script"), [("Taxis", "en"), (TRADITIONAL, "hant"), (SIMPLIFIED, "hans")])
def test_an_unknown_language_is_read_from_what_people_write(language: str | None, sample: str, script: Script) -> None:
    assert script_for(language, sample) == script


def test_a_text_is_what_most_of_it_is() -> None:
    assert script_of("UberX 在台灣") == "hant"
    assert script_of("公園を改善する計画について") == "en"
    assert script_of("123", "hans") == "en"
    assert script_of("😀", "hans") == "hans"
