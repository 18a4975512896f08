"""A stand-in for Telegram: the Bot API over HTTP, and people and groups that tests and a page of its own move.

It keeps to https://core.telegram.org/bots/api: what the real one refuses, this one refuses in the same words.
"""
