"""Sessions: made, edited, listed, ended, deleted."""
