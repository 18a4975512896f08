"""Door: the pages of participants, the conversation and its results."""
