"""Scripted conversations: what a replay file holds, checked before anything is played."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from bot.yaml_text import yaml_loads

CHANNELS = ("web", "telegram", "sms")


class BadScript(Exception):
    """A replay file that cannot be read; the message names the file, the conversation and the field."""


@dataclass(frozen=True)
class Script:
    """One conversation to play.

    A message is text, {"choice": number}, {"answer": {field: value}}, {"event": "image"} or {"wait": hours},
    which lets time pass before the next one.
    """

    id: str
    channel: str
    language: str | None
    now: datetime
    messages: Sequence[str | Mapping[str, Any]]


def read(path: Path) -> list[Script]:
    """The conversations of a YAML or JSON file. Raises `BadScript`."""
    try:
        text = path.read_text(encoding="utf-8")
        raw = json.loads(text) if path.suffix == ".json" else yaml_loads(text)
    except OSError as error:
        raise BadScript(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, ValueError, yaml.YAMLError) as error:
        raise BadScript(f"{path}: not readable as {path.suffix or 'YAML'}: {error}") from error
    if not isinstance(raw, list):
        raise BadScript(f"{path}: a list of conversations is expected.")
    return [_script(path, number, entry) for number, entry in enumerate(raw, start=1)]


def _script(path: Path, number: int, entry: Any) -> Script:
    if not isinstance(entry, Mapping):
        raise BadScript(f"{path}: conversation {number} is not a mapping.")
    where = f"{path}: conversation {entry.get('id', number)}"
    channel = entry.get("channel") or "web"
    if channel not in CHANNELS:
        raise BadScript(f"{where}: channel {channel!r} is not one of {', '.join(CHANNELS)}.")
    messages = entry.get("messages")
    if not isinstance(messages, list) or not all(isinstance(item, str | Mapping) for item in messages):
        raise BadScript(
            f"{where}: `messages` must be a list of texts, {{choice: N}} or {{answer: {{field: value}}}}."
        )
    language = entry.get("language")
    return Script(
        id=str(entry.get("id", number)),
        channel=channel,
        language=None if language is None else str(language),
        now=_moment(where, entry.get("now")),
        messages=messages,
    )


def _moment(where: str, value: Any) -> datetime:
    """The frozen clock; the present when none is given. YAML reads moments itself, and drops their zone to UTC."""
    if value is None:
        return datetime.now(UTC)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise BadScript(f"{where}: `now` is not a moment like 2026-11-23T09:00:00+01:00.") from error
    if not isinstance(value, datetime):
        raise BadScript(f"{where}: `now` is not a moment like 2026-11-23T09:00:00+01:00.")
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def in_words(field: str, value: Any, asked: str | None) -> str | None:
    """The words a person would answer this fact with; None when another field was asked."""
    if field != asked or value is None:
        return None
    return " ".join(str(item) for item in value) if isinstance(value, list) else str(value)
