"""What the word lists were made into, kept for the next start of any part.

Making patterns of them costs each process thirteen seconds of processor time, reading what was made one (27 November
2026). It is kept in `models/` beside the data, for one Python and one state of lists and code: whatever is changed
there is made anew. The file is a pickle, which whoever may write it could turn against us: it is read only when nobody
but its owner may write it, and that is this user or root.
"""

from __future__ import annotations

import contextlib
import hashlib
import pickle
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from bot.understanding.expressions import keep_in
from bot.understanding.kept_file import trusted, write_whole

Made = TypeVar("Made")
FOLDER = "models"
SHORTENED = 16  # letters of the fingerprint
# What this process had last of each kind: several houses in one (a replay, the tests) share it.
_here: dict[str, tuple[Path, Any]] = {}


def made_once(data: Path, kind: str, make: Callable[[], Made]) -> Made:
    """What `make` gives, or what it gave before of the same word lists of `data` by the same code; `kind` names it.

    Nothing is kept where there is no folder `models` beside `data`, or none that may be written.
    """
    folder = data.resolve().parent / FOLDER
    if not folder.is_dir():
        return make()
    keep_in(folder)
    name = f"{kind}-{sys.implementation.cache_tag}"
    path = folder / f"{name}-{_fingerprint(data)}.made"
    had, here = _here.get(name, (None, None))
    kept: Made | None = here if had == path else _read(path)
    if kept is None:
        kept = make()
        # A full disk or a folder for reading only: made anew at the next start.
        with contextlib.suppress(OSError):
            write_whole(path, partial(pickle.dump, kept, protocol=pickle.HIGHEST_PROTOCOL))
            for old in folder.glob(f"{name}-*"):  # of lists gone by, or begun by who was killed
                if old != path:
                    old.unlink()
    _here[name] = path, kept
    return kept


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
            return pickle.load(file) if trusted(file) else None
    except Exception:  # whatever is wrong with it (cut short, of other code): it is made anew
        return None


def mark(data: Path, tag: str) -> Path:
    """The file by which `main` says it has been here for these lists, this code and the Python of this tag
    (`cpython-312`)."""
    return data.resolve().parent / FOLDER / f"ready-{tag}-{_fingerprint(data)}.made"


def main() -> None:
    """Make the patterns of this project's word lists and compile them, for the starts to come."""
    from bot.understanding.reader import Understanding  # which makes them by way of this file

    data = Path(__file__).parents[2] / "data"
    Understanding.load(data).prepare()
    here = mark(data, str(sys.implementation.cache_tag))
    with contextlib.suppress(OSError):  # as above: then the next set-up looks again
        for old in here.parent.glob(here.name.rpartition("-")[0] + "-*"):
            old.unlink()
        here.touch()


if __name__ == "__main__":
    main()
