"""From words to profile updates, in twelve languages. Imports nothing else of `bot`: it runs in two Pythons."""
