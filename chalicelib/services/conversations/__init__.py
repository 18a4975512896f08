"""One participant's conversation: joining it, a turn of it, its end."""
