"""What hosts take away of a session: documents made of stored records, without a word that is not in them."""
