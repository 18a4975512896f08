"""What an operator takes out of a stage, brings into another one, and removes: `docs/moving.md`."""
