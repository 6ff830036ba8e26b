"""`.env.example`: every setting of every room, found from the classes themselves."""

from __future__ import annotations

import importlib
import textwrap
from collections.abc import Iterator
from pathlib import Path

from pydantic import SecretStr
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

import bot
from bot.settings import ROOT, Settings

HEADER = """\
# Settings of Relais, with their meaning and default. Copy to `.env` beside this file and change what you need;
# the environment wins over the file. Written by `relais env-example`; a test keeps it like the code.
"""
WIDTH = 110


def settings_classes() -> list[type[BaseSettings]]:
    """Every settings class of `bot`, the general ones first, then by prefix."""
    for file in sorted(Path(bot.__file__).parent.rglob("*.py")):
        if "(BaseSettings)" in file.read_text(encoding="utf-8"):
            name = file.relative_to(ROOT).with_suffix("").as_posix().replace("/", ".")
            importlib.import_module(name)
    found = [one for one in _subclasses(BaseSettings) if one.__module__.startswith("bot.")]
    return sorted(found, key=lambda one: (one is not Settings, str(one.model_config.get("env_prefix"))))


def example() -> str:
    """The whole file."""
    return HEADER + "".join(_section(kind) for kind in settings_classes())


def _subclasses(kind: type[BaseSettings]) -> Iterator[type[BaseSettings]]:
    for one in kind.__subclasses__():
        yield one
        yield from _subclasses(one)


def _section(kind: type[BaseSettings]) -> str:
    prefix = str(kind.model_config.get("env_prefix", ""))
    title = (kind.__doc__ or "").strip().splitlines()[0]
    lines = ["", f"# --- {title}"]
    for name, spec in kind.model_fields.items():
        lines += textwrap.wrap(
            spec.description or "", WIDTH, initial_indent="# ", subsequent_indent="# ", break_on_hyphens=False
        )
        lines.append(f"# {prefix}{name.upper()}={_default(spec.default)}")
    return "\n".join(lines) + "\n"


def _default(value: object) -> str:
    if value is None or value is PydanticUndefined or isinstance(value, SecretStr):
        return ""
    if isinstance(value, Path):
        return value.relative_to(ROOT).as_posix() if value.is_relative_to(ROOT) else str(value)
    if isinstance(value, tuple):
        return "[]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
