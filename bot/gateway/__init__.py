"""The gateway: inbox, outbox, who holds the conversation, one conversation at a time."""
