"""The web channel: session tokens, POST up, Server-Sent Events down, the chat page."""
