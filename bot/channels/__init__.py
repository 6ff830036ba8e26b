"""Channels: adapters between the outside and the gateway, each authenticated, deduplicated, bounded."""
