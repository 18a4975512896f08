"""Rules of personal invitations to take part in a session."""
