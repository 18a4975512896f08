"""Rules of models of one's own: keys for servers of models that a host brings, and the choice among what they offer."""
