"""What a model's prose may not claim: numbers of people, since code counts them; and addresses, which readers would trust."""

import re
from functools import cache

_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"
_WORDS = f"two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|\\w+teen|(?:{_TENS})(?:-\\w+)?"
_NUMBER = (
    f"(?:\\d[\\d,.]{{0,15}}|{_WORDS}|(?:a |one |\\d+ )?(?:dozens?|hundreds?|thousands?)|a dozen)(?:\\+| or more|-odd)?"
)
_SHARE = f"(?:(?:\\d[\\d.,]{{0,15}}|{_WORDS})\\s?(?:%|per ?cent)|half|(?:a|one|two|three) (?:third|quarter|fifth)s?)"
_TAKING_PART = r"(?:participants?|respondents?|interviewees?)"
_ANYBODY = r"(?:people|persons|voices|speakers|residents|individuals|users|members)"
_HOLD = (
    r"(?:said|says?|wants?|wanted|mention\w*|think|thinks|thought|agree\w*|feel|felt|prefer\w*|support\w*|oppos\w*|"
    r"report\w*|raised?|believ\w*|call(?:ed)? for|ask(?:ed)?|named?|describ\w*|complain\w*|brought|"
    r"(?:are|were) (?:for|against|in favou?r|opposed))"
)
_COUNTED = r"(?:\d[\d,]{0,15}|[二三四五六七八九十百千兩两]{1,15})"
_ADDRESS = re.compile(r"\bhttps?:|\bwww\.|\w@\w[\w-]*\.+[\w-]", re.IGNORECASE)


def claims_a_count(text: str) -> bool:
    """Whether this says how many people, or what share of them, hold something."""
    return bool(_in_english().search(text) or _in_chinese().search(text))


def has_address(text: str) -> bool:
    """Whether this names a page or a mailbox."""
    return bool(_ADDRESS.search(text))


# Compiled when first needed: they take a third of the time of all patterns, and a turn of a chat asks neither.
@cache
def _in_english() -> re.Pattern[str]:
    return re.compile(
        rf"\b{_NUMBER}(?: (?:of|out of)(?: the| all)?(?: {_NUMBER})?)?(?: \w+){{0,2}} {_TAKING_PART}\b"
        rf"|\b{_NUMBER}(?:(?: (?:other|different|more))? {_ANYBODY}| of (?:them|us)) {_HOLD}\b"
        rf"|\b{_TAKING_PART} ?[(:] ?(?:n ?= ?)?\d"
        rf"|\b{_SHARE} (?:of )?(?:the |all |those )?(?:{_TAKING_PART}|{_ANYBODY}|them)\b",
        re.IGNORECASE,
    )


@cache
def _in_chinese() -> re.Pattern[str]:
    return re.compile(
        rf"{_COUNTED}\s*(?:位|名|個|个)\s*(?:參與者|参与者|受訪者|受访者)"
        rf"|(?:參與者|参与者|受訪者|受访者)中?的?\s*{_COUNTED}\s*(?:位|名|個|个|人|%|％)"
        rf"|{_COUNTED}\s*(?:位|名|個|个)?人(?:都)?(?:表示|認為|认为|提到|希望|支持|反對|反对|說|说|覺得|觉得|主張|主张)"
        rf"|(?:百分之{_COUNTED}|\d[\d.]{{0,15}}\s*[%％]|[半過过]半數?数?)\s*的?(?:參與者|参与者|受訪者|受访者|人)"
    )
