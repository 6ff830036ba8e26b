"""The directory: services and structures of data.inclusion v1, their store, search, freshness and API."""
