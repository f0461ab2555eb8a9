"""The next word or character of a text, continuations, and surprisal."""
