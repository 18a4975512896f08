"""Doors for browsers, a folder each, and the kit that they share."""
