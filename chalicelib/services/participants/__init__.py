"""Participants: who they are, what the form asks them, and what a host does about them."""
