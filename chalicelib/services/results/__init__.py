"""What members and others read of the results of a session, section by section."""
