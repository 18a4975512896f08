"""Links into Telegram, which open the bot in a private chat."""

SESSION = "s_"  # what a session's id stands behind in such a link


def session_link(bot: str, session_id: str) -> str:
    """Returns the address that opens the bot with a session."""
    return f"https://t.me/{bot.removeprefix('@')}?start={SESSION}{session_id.replace('-', '')}"
