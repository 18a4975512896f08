"""Projects: sessions that belong together, and who has a role in all of them."""
