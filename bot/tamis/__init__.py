"""The tamis: conditions read into criteria, and the offer sieved for one person: open, to check, blocked."""
