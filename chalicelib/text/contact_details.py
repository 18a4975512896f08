"""What in a text could reach somebody: telephone numbers and addresses, also where they are written so as not to look it.

Texts are expected in NFKC and with typographic twins folded. A number is taken for a telephone's by its digits alone. Amounts with
commas and times with colons are left alone; times and years in a row without them may be taken for one ("from 0800 to 1630").
"""

import re
from collections.abc import Iterator

_LEAST = 7  # digits of a telephone number
# Whatever may stand between digits; commas and colons part numbers and times.
_IN_ONE = re.compile(r"(?:\d(?:[^\w,:;]|_){0,3}){6}\d")
_FIGURE_OR_DIGITS = re.compile(r"(?P<figure>(?<!\d)(?:[1-9]\d{0,2}(?:,\d{3}){1,6}(?!,?\d)|\d\d?:\d\d(?!\d)))|\d+")
_GAP = re.compile(r"[^\w:]{0,3}(?:[^\W\d_]{1,12}[^\w:]{1,3}){0,2}")
_LONGEST_GAP = 35
_YEAR = re.compile(r"(?:19|20)\d\d")
_AMERICAN = [3, 3, 4]  # digits of the parts of a number there
_DIGIT = re.compile(
    r"\d|zero|oh|one|two|three|four|five|six|seven|eight|nine"
    "|null|eins|zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun"
    "|cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve"
    "|zéro|un|deux|trois|quatre|cinq|sept|huit|neuf"
    "|صفر|واحد|اثنان|اثنين|ثلاثة|أربعة|خمسة|ستة|سبعة|ثمانية|تسعة",
    re.IGNORECASE,
)
_CHINESE_DIGITS = re.compile(r"(?:[零〇一二三四五六七八九][\s-]?){7}")
_WORD = re.compile(r"\w+")

_ADDRESS = re.compile(r"@|\bhttps?:|\bwww\.|\w\.[^\W\d_]{2,}", re.IGNORECASE)
_SPELLED_ADDRESS = re.compile(
    r"[(\[{<]\s?(?:at|ät|arroba|arobase|klammeraffe|dot|punkt|punto|point|آت|نقطة|دوت|艾特|点|點)\s?[)\]}>]"
    r"|\bat (?!the )[\w-]{1,60} dot \w\w"
    r"|\b(?:at|ät|klammeraffe) [\w-]{1,60} punkt \w\w"
    r"|\barroba [\w-]{1,60} punto \w\w"
    r"|\barobase [\w-]{1,60} point \w\w"
    r"|\bآت \w{1,60} (?:دوت|نقطة) \w\w"
    r"|(?:艾特|小老鼠)\s?[\w-]{1,60}?\s?[点點]\s?\w\w"
    r"|\b(?:dot|punkt|punto|point) (?:com|org|net|edu|gov)\b",
    re.IGNORECASE,
)


def has_telephone(text: str) -> bool:
    """Says whether digits of the text could be a telephone number: in one, parted by commas or by words, or spelled out."""
    if _IN_ONE.search(text) or _CHINESE_DIGITS.search(text) or _spells_digits(text):
        return True
    return any(map(_is_telephone, _rows(text)))


def has_address(text: str) -> bool:
    """Says whether the text has an address of a page or a mailbox, with its signs or with words for them."""
    return bool(_ADDRESS.search(text) or _SPELLED_ADDRESS.search(text))


def _rows(text: str) -> Iterator[list[str]]:
    """Yields the groups of digits that stand in a row, with no more than a sign or two words between them; a + stays before its own."""
    row: list[str] = []
    last = 0
    for found in _FIGURE_OR_DIGITS.finditer(text):
        gap = text[last : found.start()]
        if row and (len(gap) > _LONGEST_GAP or not _GAP.fullmatch(gap)):
            yield row
            row = []
        last = found.end()
        if found["figure"]:
            yield row
            row = []
        else:
            row.append(("+" if gap.endswith("+") else "") + found.group())
    yield row


def _is_telephone(row: list[str]) -> bool:
    """Says whether groups look like parts of one: by a zero in front, a +, single digits, or three, three and four of them."""
    if sum(len(group.removeprefix("+")) for group in row) < _LEAST:
        return False
    sizes = list(map(len, row))
    if any(group.startswith("+") or (group.startswith("0") and len(group) > 1) for group in row) or set(sizes) == {1}:
        return True
    return sizes[-3:] == _AMERICAN and not _YEAR.fullmatch(row[-1])


def _spells_digits(text: str) -> bool:
    """Says whether as many words for digits, or single digits, follow one another as a telephone number has."""
    count = 0
    for word in _WORD.findall(text):
        count = count + 1 if _DIGIT.fullmatch(word) else 0
        if count == _LEAST:
            return True
    return False
