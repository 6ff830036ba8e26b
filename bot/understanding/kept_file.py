"""A file our parts keep between starts: read only where nobody else may write it, written whole or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO


def trusted(file: IO[bytes]) -> bool:
    """Whether nobody but its owner may write it, and that is this user or root."""
    about = os.fstat(file.fileno())
    return about.st_uid in (0, os.geteuid()) and not about.st_mode & 0o022


def write_whole(path: Path, write: Callable[[IO[bytes]], None]) -> None:
    """What `write` puts into a file goes to `path`, which another part may be reading, or writing too.

    Raises `OSError` where it cannot be kept.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".tmp", delete=False) as file:
        try:
            write(file)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink()
            raise
