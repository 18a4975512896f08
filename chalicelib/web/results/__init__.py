"""What came of a session, section by section, as its members and whoever else may see it read it; the frame is the door's."""
