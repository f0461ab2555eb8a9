"""The next word or character, and texts that go on."""
