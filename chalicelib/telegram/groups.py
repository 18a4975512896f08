"""Groups: linked to a host by an administrator of theirs, and let go again."""

from chalicelib.telegram.incoming import Incoming, Step


def set_up(incoming: Incoming, code: str) -> Step:
    """Links this group to the host whose code it is."""
    return Step()


def unlink(incoming: Incoming, argument: str) -> Step:
    """Has no more sessions announced in this group."""
    return Step()


def tell_help(incoming: Incoming, argument: str) -> Step:
    """Says in a group what the bot does there."""
    return Step()


def tap(incoming: Incoming, parts: list[str]) -> Step:
    """Does what a button in a group says."""
    return Step((incoming.answer_tap(),))


def change_membership(incoming: Incoming) -> Step:
    """Follows that the bot came into a group, or was taken out of one."""
    return Step()


def migrate(incoming: Incoming) -> Step:
    """Follows a group that became a supergroup, under another id."""
    return Step()


def refuse_in_private(incoming: Incoming, argument: str) -> Step:
    """Says that this command is for groups."""
    return Step()
