"""Judged messages: what the files say that a careful reader concludes, one message or a whole conversation each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import yaml

from bot.yaml_text import yaml_loads


class BadCases(ValueError):
    """A file of cases that cannot be used; the message names the file, the case and the key."""


@dataclass(frozen=True)
class Case:
    """What is said, and what should be understood.

    `texts` are the messages in order: taps and answers on demand of the replay format say nothing by
    themselves. `language` is None when the file does not tell; `asked` is asked before the first message.
    """

    id: str
    texts: Sequence[str]
    now: datetime
    language: str | None
    style: str
    held: bool
    asked: str | None
    expect: Mapping[str, Any]
    absent: Sequence[str]
    danger: str | None
    signal: str | None


def load_cases(paths: Iterable[Path]) -> list[Case]:
    """The cases of YAML or JSON files: ours (tests/understanding/cases/README.md) or of the replay format with
    `expect` and `absent`. Raises `BadCases`."""
    return [case for path in paths for case in _file(path)]


def _file(path: Path) -> list[Case]:
    try:
        raw = yaml_loads(path.read_bytes())
    except OSError as error:
        raise BadCases(f"{path}: {error.strerror}") from error
    except (UnicodeDecodeError, yaml.YAMLError) as error:
        raise BadCases(f"{path}: not readable as YAML or JSON: {error}") from error
    if not isinstance(raw, list) or not all(isinstance(entry, Mapping) for entry in raw):
        raise BadCases(f"{path}: a list of cases is expected.")
    return [_case(path, rank, entry) for rank, entry in enumerate(raw, start=1)]


def _case(path: Path, rank: int, entry: Mapping[str, Any]) -> Case:
    name = str(entry.get("id", rank))
    where = f"{path}: case {name}"
    messages = [entry["text"]] if "text" in entry else entry.get("messages")
    if not isinstance(messages, list):
        raise BadCases(f"{where}: neither `text` nor a list of `messages`.")
    expect, absent = entry.get("expect") or {}, entry.get("absent") or ()
    if not isinstance(expect, Mapping) or not isinstance(absent, Sequence) or isinstance(absent, str):
        raise BadCases(f"{where}: `expect` is a mapping, `absent` a list of fields.")
    style = entry.get("style") or ("sms" if entry.get("channel") == "sms" else "plain")
    language = entry.get("language") or expect.get("language")
    return Case(
        id=name,
        texts=[str(m) for m in messages if isinstance(m, str | int | float)],
        now=_moment(where, entry.get("now")),
        language=None if language is None else str(language),
        style=str(style),
        held=bool(entry.get("held")),
        asked=entry.get("asked"),
        expect={str(k): _plain(v) for k, v in expect.items() if k not in ("danger", "language")},
        absent=[str(field) for field in absent],
        danger=entry.get("danger") or expect.get("danger"),
        signal=entry.get("signal"),
    )


def _plain(value: Any) -> Any:
    """YAML makes dates of days: the profile holds words."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _moment(where: str, value: Any) -> datetime:
    if value is None:
        return datetime.now(timezone.utc)
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    except ValueError as error:
        raise BadCases(f"{where}: `now` is not a moment like 2026-11-23T09:00:00+01:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
