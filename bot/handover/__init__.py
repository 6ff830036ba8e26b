"""From the conversation to a human: which platform, the summary, the handover's life, the desk."""
