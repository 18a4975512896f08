"""Inviting people to be members of a session or a project."""
