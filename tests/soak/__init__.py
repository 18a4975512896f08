"""A long consultation against a model that fails: `make soak`."""
