"""Names of files, made of words that somebody wrote: safe on every system, and as headers of HTTP have them."""

import re
import unicodedata
from urllib.parse import quote

_LONGEST = 60  # characters of the words; a name may have 255 bytes
# What some system gives a meaning, and what is seen by nobody, as that which turns the direction of the letters behind it.
_UNSAFE = re.compile(r'[\\/:*?"<>|%;\s.,\'`]+')
_UNSEEN = ("Cc", "Cf", "Co", "Cs", "Zl", "Zp")


def file_name(words: str, what: str, ending: str) -> str:
    """Returns `<words>-<what>.<ending>` with the letters of any script in it; without words, `<what>.<ending>`."""
    seen = "".join(" " if unicodedata.category(it) in _UNSEEN else it for it in unicodedata.normalize("NFC", words))
    named = _UNSAFE.sub("-", seen)[:_LONGEST].strip("-").lower()
    return "-".join(filter(None, (named, what))) + f".{ending}"


def content_disposition(name: str) -> str:
    """Returns the header that saves an answer as a file of this name (RFC 6266); who knows no RFC 8187 gets what of it is ASCII."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"-{2,}", "-", plain).strip("-")
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def headers_of_file(name: str) -> dict[str, str]:
    """Returns the headers with which a browser saves a file, and neither shows it as a page of ours nor guesses what it is."""
    return {
        "Content-Disposition": content_disposition(name),
        "Content-Security-Policy": "sandbox; default-src 'none'; style-src 'unsafe-inline'",
        "X-Content-Type-Options": "nosniff",
    }
