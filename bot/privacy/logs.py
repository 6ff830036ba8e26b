"""Log files turned over once a night, so that retention can remove the old ones."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path


def turn_over(folder: Path, now: datetime) -> list[Path]:
    """Move the content of each `*.log` to `<name>.<day>` and empty it in place: who writes goes on writing there.

    The new files are returned. A second call on the same day adds to the day's file.
    """
    made = []
    for file in sorted(folder.glob("*.log")):
        if not file.stat().st_size:
            continue
        kept = file.with_name(f"{file.name}.{now:%Y%m%d}")
        with file.open("rb+") as current, kept.open("ab") as day:
            kept.chmod(0o600)
            shutil.copyfileobj(current, day)
            # A line written between the copy and this is lost; it is a log's line.
            current.truncate(0)
        made.append(kept)
    return made
