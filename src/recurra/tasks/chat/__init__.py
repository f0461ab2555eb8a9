"""A reply to the turns so far."""
