"""Message keys and values into sentences, by language and by channel."""

from bot.speech.speech import Speech, Spoken

__all__ = ["Speech", "Spoken"]
