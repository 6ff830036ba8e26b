"""What the word lists were made into, kept for the next start of any part.

Making patterns of them costs each process thirteen seconds of processor time, reading what was made one (27 November
2026). It is kept in `models/` beside the data, for one Python and one state of lists and code: whatever is changed
there is made anew. The file is a pickle, which whoever may write it could turn against us: it is read only when nobody
but its owner may write it, and that is this user or root.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import pickle
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Made = TypeVar("Made")
FOLDER = "models"
SHORTENED = 16  # letters of the fingerprint
# What this process had last, by where it is kept: several houses in one (a replay, the tests) share it.
_here: dict[Path, Any] = {}


def made_once(data: Path, make: Callable[[], Made]) -> Made:
    """What `make` gives, or what it gave before of the same word lists of `data` by the same code.

    Nothing is kept where there is no folder `models` beside `data`, or none that may be written.
    """
    folder = data.resolve().parent / FOLDER
    if not folder.is_dir():
        return make()
    kind = f"words-{sys.implementation.cache_tag}"
    path = folder / f"{kind}-{_fingerprint(data)}.made"
    kept: Made | None = _here.get(path) or _read(path)
    if kept is not None:
        return _remember(path, kept)
    made = make()
    # A full disk or a folder for reading only: made anew at the next start.
    with contextlib.suppress(OSError):
        _write(path, made)
        for old in folder.glob(f"{kind}-*"):  # of lists gone by, or begun by who was killed
            if old != path:
                old.unlink()
    return _remember(path, made)


def _remember(path: Path, made: Made) -> Made:
    _here.clear()
    _here[path] = made
    return made


def _fingerprint(data: Path) -> str:
    """Of the lists that patterns and places are made of, and of the code that makes them."""
    digest = hashlib.sha256()
    sources = [
        *(data / "lexicons").rglob("*.yml"),
        *(data / "places").iterdir(),
        *Path(__file__).parent.glob("*.py"),
    ]
    for path in sorted(sources):
        digest.update(path.name.encode() + b"\0")
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:SHORTENED]


def _read(path: Path) -> Any:
    try:
        with path.open("rb") as file:
            about = os.fstat(file.fileno())
            if about.st_uid not in (0, os.geteuid()) or about.st_mode & 0o022:
                return None
            return pickle.load(file)
    except Exception:  # whatever is wrong with it (cut short, of other code): it is made anew
        return None


def _write(path: Path, made: object) -> None:
    """Whole or not at all: another part may be reading, or writing the same."""
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=path.name, suffix=".tmp", delete=False) as file:
        try:
            pickle.dump(made, file, protocol=pickle.HIGHEST_PROTOCOL)
            file.flush()
            os.fchmod(file.fileno(), 0o644)
            Path(file.name).replace(path)
        except BaseException:
            Path(file.name).unlink()
            raise


def main() -> None:
    """Make the patterns of this project's word lists, for the starts to come."""
    from bot.understanding.reader import Understanding  # which makes them by way of this file

    Understanding.load(Path(__file__).parents[2] / "data")


if __name__ == "__main__":
    main()
