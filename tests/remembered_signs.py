"""What the table of signs of danger finds, remembered for the tests at the doors, which say the same few things again and again.

The tests of the table itself have no tables in memory, and hold each text against it anew.
"""

import pytest

from chalicelib.services.safety.table import LanguageSigns, Sign

_SHORT = 2_000  # characters
_found: dict[tuple[int, str], Sign | None] = {}
_look = LanguageSigns.first_in


def remember(patch: pytest.MonkeyPatch) -> None:
    """From now on, look for signs in a text once."""
    patch.setattr(LanguageSigns, "first_in", _first_in)


def _first_in(signs: LanguageSigns, text: str) -> Sign | None:
    if len(text) > _SHORT:
        return _look(signs, text)
    key = id(signs), text  # the table is read once a process
    if key not in _found:
        _found[key] = _look(signs, text)
    return _found[key]
