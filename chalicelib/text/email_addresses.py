"""What looks like an e-mail address."""

import re

# Of what stands behind the @ a dot must part something from something: looked for ahead, so that no try is made twice.
MAIL_PATTERN = r"[^@\s]+@(?=[^@\s]+\.[^@\s])[^@\s]+"  # as the scripts of pages read it, too
_MAIL = re.compile(MAIL_PATTERN)


def is_mail_address(text: str) -> bool:
    """Whether a text is one e-mail address, as far as its form tells: something, an @, and something with a dot inside."""
    return _MAIL.fullmatch(text) is not None
