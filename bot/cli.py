"""The `relais` command."""


def main() -> None:
    """Run the command line."""
