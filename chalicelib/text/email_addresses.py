"""What looks like an e-mail address, and how mail services write it."""

import re

# Of what stands behind the @ a dot must part something from something: looked for ahead, so that no try is made twice.
MAIL_PATTERN = r"[^@\s]+@(?=[^@\s]+\.[^@\s])[^@\s]+"  # as the scripts of pages read it, too
_MAIL = re.compile(MAIL_PATTERN)


def is_mail_address(text: str) -> bool:
    """Whether a text is one e-mail address, as far as its form tells: something, an @, and something with a dot inside."""
    return _MAIL.fullmatch(text) is not None


def to_ascii_domain(address: str) -> str:
    """Returns an address as mail services take and tell it: what follows the @ in ASCII (RFC 5891). One that has no such form stays
    as it is: the mail service says so."""
    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    import idna  # few addresses need it

    try:
        return local + at + idna.encode(domain, uts46=True).decode()
    except idna.IDNAError:
        return address
