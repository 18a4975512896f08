"""Tests: they mirror `chalicelib/`; `e2e/` runs the packaged application on a local cloud."""
