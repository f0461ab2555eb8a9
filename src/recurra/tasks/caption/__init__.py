"""A text for an image or a vector."""
