"""What the territory lacks: unmet needs without any personal identifier, and the open figures."""
