"""The settings in force, printed with their meaning and default; secrets masked."""

from __future__ import annotations

from pydantic import SecretStr
from pydantic_core import PydanticUndefined

from bot.settings import Settings


def print_settings(settings: Settings) -> None:
    """One setting a paragraph: its variable, its value now, its default when another, its meaning."""
    for name, spec in type(settings).model_fields.items():
        value = getattr(settings, name)
        shown = "(masked)" if isinstance(value, SecretStr) else _masked(str(value))
        default = "" if spec.default in (value, PydanticUndefined) else f"   (default: {spec.default})"
        print(f"RELAIS_{name.upper()}={shown}{default}\n    {spec.description}")


def _masked(value: str) -> str:
    """A URL without its password."""
    if "://" in value and "@" in value:
        scheme, rest = value.split("://", 1)
        return f"{scheme}://***@{rest.rsplit('@', 1)[1]}"
    return value
