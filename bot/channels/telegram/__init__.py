"""The Telegram channel: updates in by webhook or long polling, messages out by the Bot API."""
