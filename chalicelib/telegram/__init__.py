"""Door: the Telegram bot. The webhook takes updates; what they come to is one step each, replies to conversations follow later."""
