"""What the tasks that write a text have in common: the record of an encoder-decoder, how it learns, how it answers."""
