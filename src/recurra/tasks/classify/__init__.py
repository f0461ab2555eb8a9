"""A label for a text, a vector or a series."""
