"""Which script and language a text is in, and what hosts mean who name a language."""

import pytest

from chalicelib.text.language import OWN, choose_own_language, detect_language, match_language, usual_language_of
from chalicelib.text.scripts import is_right_to_left, script_of, script_of_language
from chalicelib.text.stop_words import languages, stop_words
from tests.example_tables import each_row

PAGES = tuple(OWN)


@each_row(
    "text, script",
    [
        ("Noise", "Latn"),
        ("ＮＯＩＳＥ", "Latn"),
        ("الضوضاء", "Arab"),
        ("шум", "Cyrl"),
        ("θόρυβος", "Grek"),
        ("רעש", "Hebr"),
        ("शोर", "Deva"),
        ("เสียงดัง", "Thai"),
        ("소음", "Hang"),
        ("公園を改善する計画について", "Jpan"),
        ("これ", "Jpan"),
        ("噪音让人们晚上不来", "Hans"),
        ("噪音讓人們晚上不來", "Hant"),
        ("好的", "Hani"),
        ("UberX 在台灣", "Hant"),
        ("Das Wort 好 steht hier", "Latn"),
        ("123 😀?", None),
        ("", None),
    ],
)
def test_the_script_is_that_of_most_letters(text: str, script: str | None) -> None:
    assert script_of(text) == script


@each_row(
    "text, language",
    [
        ("Noise keeps people away from the library in the evening", "en"),
        ("We don't have enough benches in the park", "en"),
        ("Der Lärm hält die Leute am Abend fern", "de"),
        ("Wir haben nicht genug Bänke im Park", "de"),
        ("El ruido aleja a la gente por la noche", "es"),
        ("No hay suficientes bancos en el parque", "es"),
        ("Le bruit éloigne les gens le soir", "fr"),
        ("Il n'y a pas assez de bancs dans le parc", "fr"),
        ("الضوضاء تبعد الناس في المساء", "ar"),
        ("در پارک نیمکت کافی وجود ندارد", "fa"),
        ("پارک میں کافی بینچ نہیں ہیں", "ur"),
        ("噪音让人们晚上不来图书馆", "zh-Hans"),
        ("噪音讓人們晚上不來圖書館", "zh-Hant"),
        ("好的", "zh"),
        ("В парке не хватает скамеек", "ru"),
        ("Я думаю, що це дорого", "uk"),
        ("Não há bancos suficientes no parque", "pt"),
        ("Non ci sono abbastanza panchine nel parco", "it"),
        ("Er zijn niet genoeg banken in het park", "nl"),
        ("Nie ma wystarczająco dużo ławek w parku", "pl"),
        ("Det finns inte tillräckligt med bänkar i parken", "sv"),
        ("Không có đủ ghế trong công viên", "vi"),
        ("Ο θόρυβος", "el"),
        ("शोर लोगों को शाम को दूर रखता है", "hi"),
        ("騒音が人を遠ざける", "ja"),
        ("소음", "ko"),
        ("เสียงดัง", "th"),
        ("רעש", "he"),
        ("Tuesday", None),
        ("Uber", None),
        ("12:30", None),
        ("2", None),
        ("I am 2", None),
        ("I waited 2 hours and 3 days", "en"),
        ("Ok", None),
        ("", None),
    ],
)
def test_the_language_is_guessed_where_something_speaks_for_it(text: str, language: str | None) -> None:
    assert detect_language(text) == language


@each_row(
    "named, tag",
    [
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("en_GB.UTF-8", "en"),
        ("German", "de"),
        (" deutsch ", "de"),
        ("German / Deutsch", "de"),
        ("Spanish language", "es"),
        ("Español", "es"),
        ("Espan\u0303ol", "es"),
        ("English (UK)", "en"),
        ("العربية", "ar"),
        ("arz", "ar"),
        ("deu", "de"),
        ("zh", "zh-Hans"),
        ("Chinese", "zh-Hans"),
        ("zh_TW", "zh-Hant"),
        ("zh-HK", "zh-Hant"),
        ("cmn-Hant", "zh-Hant"),
        ("zh-SG", "zh-Hans"),
        ("Cantonese", "zh-Hant"),
        ("yue", "zh-Hant"),
        ("简体中文", "zh-Hans"),
        ("繁體中文", "zh-Hant"),
        ("Chinese (Traditional)", "zh-Hant"),
        ("中文（繁體）", "zh-Hant"),
        ("pt-BR", None),
        ("Korean", None),
        ("ca", None),
        ("Klingon", None),
        ("x" * 9_000, None),
        ("-", None),
        ("/", None),
        (" ", None),
        ("", None),
        (None, None),
    ],
)
def test_a_named_language_is_matched_in_any_spelling(named: str | None, tag: str | None) -> None:
    assert match_language(named, PAGES) == tag


def test_regions_are_matched_where_nothing_nearer_is_there() -> None:
    assert match_language("pt-BR", ["pt", "en"]) == "pt"
    assert match_language("Portuguese", ["pt-BR", "en"]) == "pt-BR"
    assert match_language("Norwegian", ["no", "en"]) == "no"
    assert match_language("de", []) is None


@each_row(
    "tag, script",
    [
        *(
            ("de", "Latn"),
            ("fa-IR", "Arab"),
            ("zh-TW", "Hani"),
            ("sr_Latn", "Latn"),
            ("ja", "Jpan"),
            ("ko-Kore", "Hang"),
        ),
        *(("sr", "Cyrl"), ("iw", "Hebr"), ("ckb", "Arab"), ("pa-PK", "Arab"), ("uz-AF", "Arab"), ("rhg", "Rohg")),
        *(("", "Latn"), ("xx", "Latn"), ("no tag", "Latn"), ("中", "Latn"), ("x" * 9_000, "Latn")),
    ],
)
def test_a_language_is_written_in_a_script(tag: str, script: str) -> None:
    assert script_of_language(tag) == script


def test_scripts_have_a_direction_and_a_usual_language() -> None:
    assert [is_right_to_left(script) for script in ("Arab", "Hebr", "Latn", "Hans")] == [True, True, False, False]
    assert [usual_language_of(script) for script in ("Cyrl", "Grek", "Hant", "Latn")] == ["ru", "el", "zh-Hant", None]
    # Of every script that a text can be told to be in.
    known = {
        **{
            "Arab": "ar",
            "Armn": "hy",
            "Beng": "bn",
            "Cans": "cr",
            "Cher": "chr",
            "Cyrl": "ru",
            "Deva": "hi",
            "Ethi": "am",
        },
        **{"Geor": "ka", "Grek": "el", "Gujr": "gu", "Guru": "pa", "Hang": "ko", "Hani": "zh", "Hans": "zh-Hans"},
        **{"Hant": "zh-Hant", "Hebr": "he", "Java": "jv", "Jpan": "ja", "Khmr": "km", "Knda": "kn", "Laoo": "lo"},
        **{
            "Latn": None,
            "Mlym": "ml",
            "Mong": "mn",
            "Mymr": "my",
            "Nkoo": "man",
            "Orya": "or",
            "Sinh": "si",
            "Syrc": "syr",
        },
        **{"Taml": "ta", "Telu": "te", "Tfng": "zgh", "Thaa": "dv", "Thai": "th", "Tibt": "bo", "Yiii": "ii"},
    }
    assert {script: usual_language_of(script) for script in known} == known


def test_stop_words_are_there_for_the_pages_languages_and_folded() -> None:
    assert {"the", "don't"} <= stop_words("en-GB")
    assert {"für", "nicht"} <= stop_words("de")
    assert "的" in stop_words("zh-Hant")
    assert all(stop_words(tag) for tag in PAGES)
    assert stop_words("nb") == stop_words("no") != stop_words("xx") == frozenset()
    assert len(languages()) > 50


TRADITIONAL, SIMPLIFIED = "我覺得計程車應該開放", "我觉得出租车应该开放"


@each_row(
    "named, tag",
    [
        *((name, "zh-Hant") for name in ("zh-TW", "zh_TW", "zh-Hant", "zh-HK", "zh-Hant-CN", "繁體中文")),
        *(
            (name, "zh-Hans")
            for name in ("zh-CN", "zh-Hans", "zh-Hans-TW", "zh-SG", "Chinese (Simplified)", "简体中文")
        ),
        *((name, "en") for name in ("en", "EN", "en-GB", "ja", "Japanese")),
        *((name, "de") for name in ("de", "de-AT", "German", "Deutsch")),
    ],
)
@each_row("sample", ["", "We don't have enough benches in the park", TRADITIONAL, SIMPLIFIED])
def test_what_names_a_language_decides_whatever_is_written(named: str, tag: str, sample: str) -> None:
    assert choose_own_language(named, sample) == tag


@pytest.mark.parametrize("named", ["zh", "cmn", "Chinese", "中文"])
def test_chinese_without_a_script_takes_the_one_that_people_write(named: str) -> None:
    assert choose_own_language(named, SIMPLIFIED) == "zh-Hans"
    assert choose_own_language(named, "", TRADITIONAL) == "zh-Hant"
    assert choose_own_language(named, "Taxis") in ("zh-Hans", "zh-Hant")


@each_row("named", [None, "", " ", "Klingon", "the one of the participants"])
@each_row(
    "samples, tag",
    [
        (("Taxis",), "en"),
        (("Wir haben nicht genug Bänke im Park",), "de"),
        ((TRADITIONAL,), "zh-Hant"),
        (("12:30", SIMPLIFIED, "We don't have enough benches in the park"), "zh-Hans"),
        (("騒音が人を遠ざける",), "en"),
    ],
)
def test_without_a_name_the_first_sample_that_tells_decides(
    named: str | None, samples: tuple[str, ...], tag: str
) -> None:
    assert choose_own_language(named, *samples) == tag
