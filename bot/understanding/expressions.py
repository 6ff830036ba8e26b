"""Regular expressions compiled once and kept for the next start of any part.

Forty thousand patterns of the lexicons cost a process 55 s of processor time to compile, and one second to take up
from what the compiler gave before (27 November 2026, Python 3.12). It gives a list of numbers, which Python's `re`
hands to its engine and forgets; it is kept in `models/`, by the text of the expression and for one Python alone. There
is no public way to either: what is used of `re` stands here alone, and what is missing or wrong is compiled anew.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import importlib
import marshal
import mmap
import re
import struct
import sys
import threading
import time
import zlib
from array import array
from bisect import bisect_left
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bot.understanding.branching import parted
from bot.understanding.kept_file import trusted, write_whole

# Where this Python's `re` has its parser, its compiler and its engine.
PARTS = ("re._parser", "re._compiler") if sys.version_info >= (3, 11) else ("sre_parse", "sre_compile")
ENGINE = "_sre"
SIGN = b"relais-2"  # of which making; what another one made is made anew
_HEAD = struct.Struct("<8sQ")  # the sign, how many
WAITING = 500  # compiled anew before they are written
MOST = 200_000  # kept, of lexicons gone by too: beyond it the file begins anew
OLD_S = 3600.0  # of another Python, or begun by who was killed: by now nobody is writing it
# What a Python whose `re` is made otherwise would answer.
OTHERWISE = (ImportError, AttributeError, TypeError, RuntimeError)
_U4 = "I"  # what the engine's numbers fit in


class Expressions:
    """The compiled expressions kept in a file, found by their text. Safe to share between threads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fresh: dict[int, bytes] = {}
        self._lock = threading.Lock()
        self._kept = _Kept.read(path)

    def compiled(self, source: str) -> re.Pattern[str]:
        """What `re.compile(parted(source))` gives. Raises `re.error` as that does."""
        number = _number(source)
        entry = self._find(number)
        if entry is not None:
            # Cut short, of another making: as if there were none.
            with contextlib.suppress(Exception):
                return _taken_up(source, entry)
        try:
            entry = _compile(source)
            expression = _taken_up(source, entry)
        except OTHERWISE:
            return re.compile(parted(source))
        with self._lock:
            self._fresh[number] = entry
            full = len(self._fresh) >= WAITING
        if full:
            self.keep()
        return expression

    def _find(self, number: int) -> bytes | None:
        entry = self._fresh.get(number) or self._kept.find(number)
        if entry is None and self._kept.state != _state(self.path):  # another part has written since
            self._kept = _Kept.read(self.path)
            entry = self._kept.find(number)
        return entry

    def prepare(self, source: str) -> None:
        """Compile an expression that is not kept yet. Raises `re.error` where it is none."""
        number = _number(source)
        if self._find(number) is None:
            self.compiled(source)

    def keep(self) -> None:
        """Write what was compiled anew. A full disk or a folder for reading only: compiled anew at the next start."""
        with self._lock:
            if not self._fresh:
                return
            fresh, self._fresh = self._fresh, {}
            self._kept = _Kept.read(self.path)
            entries = {} if len(self._kept) + len(fresh) > MOST else self._kept.entries()
            entries.update(fresh)
            with contextlib.suppress(OSError):
                write_whole(self.path, lambda file: file.writelines(_Kept.told(entries)))
                self._tidy()

    def _tidy(self) -> None:
        kind = self.path.name.rpartition("-")[0]
        for other in self.path.parent.glob(f"{kind}-*"):
            if other != self.path and time.time() - other.stat().st_mtime > OLD_S:
                other.unlink(missing_ok=True)


class _Kept:
    """One state of the file: its numbers in order, where each entry begins, the entries."""

    def __init__(self, raw: memoryview, state: tuple[int, int] | None = None) -> None:
        """Raises `ValueError` when it is no such file."""
        self.state = state
        if len(raw) < _HEAD.size:
            count, sign = 0, SIGN
        else:
            sign, count = _HEAD.unpack_from(raw)
        first = _HEAD.size + count * 8
        body = first + (count + 1) * 8
        if sign != SIGN or (raw and len(raw) < body):
            raise ValueError("no expressions")
        self._numbers = raw[_HEAD.size : first].cast("Q") if raw else memoryview(b"").cast("Q")
        self._starts = raw[first:body].cast("Q") if raw else memoryview(b"").cast("Q")
        self._body = raw[body:]

    @classmethod
    def read(cls, path: Path) -> _Kept:
        """The file as it is now; an empty one where there is none that can be trusted."""
        state = _state(path)
        try:
            with path.open("rb") as file:
                if trusted(file):
                    return cls(memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)), state)
        except (OSError, ValueError):
            pass
        return cls(memoryview(b""), state)

    @staticmethod
    def told(entries: Mapping[int, bytes]) -> list[bytes]:
        """A file of these entries, in parts."""
        numbers = sorted(entries)
        starts = array("Q", [0])
        for number in numbers:
            starts.append(starts[-1] + len(entries[number]))
        head = _HEAD.pack(SIGN, len(numbers))
        return [head, array("Q", numbers).tobytes(), starts.tobytes(), *(entries[n] for n in numbers)]

    def __len__(self) -> int:
        return len(self._numbers)

    def find(self, number: int) -> bytes | None:
        at = bisect_left(self._numbers, number)
        if at == len(self._numbers) or self._numbers[at] != number:
            return None
        return bytes(self._body[self._starts[at] : self._starts[at + 1]])

    def entries(self) -> dict[int, bytes]:
        bounds = zip(self._starts, self._starts[1:], strict=False)
        return {n: bytes(self._body[a:b]) for n, (a, b) in zip(self._numbers, bounds, strict=False)}


def _state(path: Path) -> tuple[int, int] | None:
    """What tells one writing of a file from the next; None where there is none."""
    try:
        about = path.stat()
    except OSError:
        return None
    return about.st_ino, about.st_mtime_ns


def _number(source: str) -> int:
    return int.from_bytes(hashlib.blake2b(source.encode(), digest_size=8).digest(), "little")


def _compile(source: str) -> bytes:
    """What the compiler of `re` makes of an expression."""
    parser: Any
    compiler: Any
    parser, compiler = map(importlib.import_module, PARTS)
    parsed = parser.parse(parted(source), 0)
    state = parsed.state
    code = array(_U4, compiler._code(parsed, state.flags)).tobytes()
    return zlib.compress(marshal.dumps((state.flags, state.groups - 1, dict(state.groupdict), code)), 1)


def _taken_up(source: str, entry: bytes) -> re.Pattern[str]:
    """The expression of which the compiler made `entry`; its numbers are checked by the engine of `re`."""
    engine: Any = importlib.import_module(ENGINE)
    flags, groups, named, code = marshal.loads(zlib.decompress(entry))
    names: list[str | None] = [None] * (groups + 1)
    for name, group in named.items():
        names[group] = name
    numbers = array(_U4, code).tolist()
    expression: re.Pattern[str] = engine.compile(source, flags, numbers, groups, named, tuple(names))
    return expression


_kept: Expressions | None = None


def keep_in(folder: Path) -> None:
    """From now on expressions are taken up from this folder, and kept there; nothing where there is no such folder."""
    global _kept
    path = folder / f"expressions-{sys.implementation.cache_tag}-{sys.hexversion:x}.made"
    if folder.is_dir() and (_kept is None or _kept.path != path):
        keep()
        _kept = Expressions(path)


def compiled(source: str) -> re.Pattern[str]:
    """What `re.compile(parted(source))` gives, taken up where it was kept."""
    return re.compile(parted(source)) if _kept is None else _kept.compiled(source)


def prepare(source: str) -> None:
    """Compile an expression that is not kept yet; nothing where nothing is kept."""
    if _kept is not None:
        _kept.prepare(source)


@atexit.register
def keep() -> None:
    """Write what was compiled anew since."""
    if _kept is not None:
        _kept.keep()
