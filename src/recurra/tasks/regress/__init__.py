"""A number for a whole input."""
