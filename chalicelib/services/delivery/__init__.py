"""Channels where a session is announced."""
