"""Rules: what Harmonica does, in plain functions that know neither HTTP nor AWS."""
