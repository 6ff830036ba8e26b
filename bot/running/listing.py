"""The settings in force, printed with their meaning and default; secrets masked."""

from __future__ import annotations

import importlib

from pydantic import SecretStr
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from bot.handover.settings_list import SETTINGS as HANDOVER
from bot.settings import Settings

# Rooms with settings of their own: module and class. A room's settings are read where the room is built.
ROOMS = (
    ("bot.directory.settings", "DirectorySettings"),
    ("bot.channels.settings", "WebSettings"),
    ("bot.channels.settings", "TelegramSettings"),
    ("bot.channels.settings", "SmsSettings"),
    ("bot.privacy.settings", "KeepSettings"),
    ("bot.metrics", "MetricsSettings"),
    ("bot.telemetry.settings", "LogSettings"),
    ("bot.telemetry.settings", "TracesSettings"),
)


def every_class() -> list[type[BaseSettings]]:
    """The settings classes of the whole house, the common ones first."""
    own = [getattr(importlib.import_module(module), name) for module, name in ROOMS]
    return [Settings, *own, *HANDOVER]


def print_settings(settings: Settings) -> None:
    """One setting a paragraph: its variable, its value now, its default when another, its meaning."""
    for read in [settings, *(one() for one in every_class()[1:])]:
        prefix = str(read.model_config.get("env_prefix", "")).upper()
        for name, spec in type(read).model_fields.items():
            value = getattr(read, name)
            shown = "(masked)" if isinstance(value, SecretStr) else _masked(str(value))
            default = "" if spec.default in (value, PydanticUndefined) else f"   (default: {spec.default})"
            print(f"{prefix}{name.upper()}={shown}{default}\n    {spec.description}")


def _masked(value: str) -> str:
    """A URL without its password."""
    if "://" in value and "@" in value:
        scheme, rest = value.split("://", 1)
        return f"{scheme}://***@{rest.rsplit('@', 1)[1]}"
    return value
