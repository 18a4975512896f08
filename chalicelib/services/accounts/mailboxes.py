"""When two spellings of an address are of one mailbox."""


def is_same_mailbox(one: str, other: str) -> bool:
    """Whether two spellings are of one mailbox for certain: letters beyond ASCII may fold into others, as ß into ss."""
    return one == other or (one.isascii() and other.isascii() and one.lower() == other.lower())
