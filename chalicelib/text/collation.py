"""The order of names in a list, as readers look for them: capitals are not first, accents and the length of numbers count last."""

import re
import unicodedata

from chalicelib.text.normalise import fold, normalise

_NUMBER = re.compile(r"[0-9]+")
_DIGITS = 9  # of a number that counts as one; a longer one is an id, and compared by its first digits


def sort_key(name: str) -> tuple[str, str]:
    """Returns what names are sorted by: letters without case and accents, "2" before "10"; of equal ones, the names themselves.

    That is the order of most alphabets. Han characters come in the order of Unicode, by radical and strokes, not by sound.
    """
    folded = fold(name)
    if not folded.isascii():
        letters = normalise(folded, "NFKD")
        folded = "".join(it for it in letters if not unicodedata.combining(it))
    return _NUMBER.sub(lambda found: found[0].zfill(_DIGITS), folded), name
