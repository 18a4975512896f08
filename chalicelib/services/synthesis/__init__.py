"""What is made of the conversations: digests, summary, brief."""
