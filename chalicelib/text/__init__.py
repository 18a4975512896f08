"""Text in any language: how it is normalised, counted, cut into words and sentences, and told by script and language."""
