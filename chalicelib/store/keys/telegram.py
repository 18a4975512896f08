"""Keys of items in `telegram`."""

GROUPS = "group#"
CHATS, CHAT, ATTENDED, UPDATES = "chat#", "chat", "session#", "update#"


def chat(token: str) -> str:
    """`chat#<token of the chat's id>`: Telegram's own id is nowhere in the table."""
    return f"{CHATS}{token}"


def attended(session_id: str) -> str:
    """`session#<id>`: a session that somebody takes part in from a chat."""
    return f"{ATTENDED}{session_id}"


def update(update_id: int) -> str:
    """`update#<id>`."""
    return f"{UPDATES}{update_id}"


def group(group_id: str) -> str:
    """`group#<group_id>`."""
    return f"{GROUPS}{group_id}"
