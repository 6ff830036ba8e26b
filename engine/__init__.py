"""The Rasa runtime: its own Python, lock file and process. Loopback only."""
