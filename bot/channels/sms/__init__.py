"""The SMS channel: one small protocol, one adapter for each provider."""
