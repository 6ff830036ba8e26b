"""Log lines: the moment, the level, who says it, which request or turn it belongs to, and a line of codes."""

from __future__ import annotations

import json
import logging
import re
import sys
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

from bot.telemetry.settings import LogSettings

request: ContextVar[str] = ContextVar("request", default="")
"""The identifier of the request or turn under way in this thread or task; empty outside both."""

OURS = ("bot", "actions")
_PAIR = re.compile(r"(\w+)=(\S+)")


def of_turn(number: int | str) -> str:
    """The identifier of a turn (its inbox number), the same in every process that works on it."""
    return f"turn-{number}"


class Marked(logging.Filter):
    """Adds the request's identifier to every record."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Always lets the record pass."""
        record.request = request.get()
        return True


class Lines(logging.Formatter):
    """For people: one line, no traceback (its last line may quote a message)."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        mark = getattr(record, "request", "")
        where = f" [{mark}]" if mark else ""
        return f"{record.levelname} {record.name}{where} {_said(record)}"


class Objects(logging.Formatter):
    """For a collector: one JSON object a line; `name=value` pairs of the line are fields of their own."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said = _said(record)
        fields = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": getattr(record, "request", "") or None,
            "message": said,
        }
        fields = {**dict(_PAIR.findall(said)), **fields}
        return json.dumps(
            {name: value for name, value in fields.items() if value is not None}, ensure_ascii=False
        )


def configure(settings: LogSettings, stream: TextIO | None = None) -> None:
    """Send every log line of this process to `stream` (its standard error) in the form asked for; once a process."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.addFilter(Marked())
    handler.setFormatter(Objects() if settings.form == "json" else Lines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(settings.level.upper())


def _said(record: logging.LogRecord) -> str:
    """The message on one line; of an exception its kind alone."""
    said = record.getMessage().replace("\n", " ")
    kind = record.exc_info[0] if record.exc_info else None
    return f"{said} ({kind.__name__})" if kind is not None else said
