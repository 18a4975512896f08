"""Pages for hosts: signing in, keys, the account."""
