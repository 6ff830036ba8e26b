"""The first-level diagnostic: which question next, how urgent, what to show, when to stop."""
