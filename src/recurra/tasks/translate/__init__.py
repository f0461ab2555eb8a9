"""Text to text, by an encoder-decoder with attention."""
