"""Dump files as a stream of rows: JSON (array, object of arrays, lines), CSV, Parquet, plain or gzip."""

from __future__ import annotations

import csv
import gzip
import json
import re
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any, BinaryIO

from bot.directory.schema import FIELDS, REQUIRED, Kind

_CHUNK = 1 << 20
# One row longer than this is not a record but a broken file; it bounds the memory a bad file can take.
_LONGEST_ROW = 32 << 20
_ARRAY_START = re.compile(r'\s*\{\s*"(services|structures|items)"\s*:\s*\[')
_GEOJSON_START = re.compile(r'\s*\{\s*"type"\s*:\s*"FeatureCollection"')
_BETWEEN = re.compile(r"[\s,]*")
_KIND_OF_KEY: Mapping[str, Kind | None] = {
    "services": "service",
    "structures": "structure",
    "items": None,
    "features": None,
}


class BrokenFile(Exception):
    """A file that cannot be read to its end: names the file, the row reached, the field if one is at fault."""

    def __init__(self, path: Path, reason: str, row: int | None = None, field: str | None = None) -> None:
        self.path, self.reason, self.row, self.field = path, reason, row, field
        where = f", row {row}" if row is not None else ""
        where += f", field {field}" if field else ""
        super().__init__(f"{path.name}{where}: {reason}")


@dataclass(frozen=True)
class Row:
    """One row as read: its number in the file (from 1), its kind when the file tells it, its values."""

    number: int
    kind: Kind | None
    values: Any


def rows(path: Path) -> Iterator[Row]:
    """The rows of a dump, one at a time. Raises `BrokenFile` as soon as the file is seen not to be whole."""
    if not path.is_file():
        raise BrokenFile(path, "no such file")
    name = path.name.lower().removesuffix(".gz")
    try:
        with _binary(path) as start:
            if start.read(200).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
                raise BrokenFile(path, "this is HTML, not a dump: the address may answer with a page", 0)
        if name.endswith(".parquet"):
            yield from _parquet(path)
        elif name.endswith(".csv"):
            with _text(path) as lines:
                yield from _csv(path, lines)
        elif name.endswith((".json", ".jsonl", ".ndjson", ".geojson")):
            with _text(path) as text:
                yield from _json(path, text)
        else:
            raise BrokenFile(
                path, "unknown kind of file: .json, .jsonl, .csv or .parquet expected (plain or .gz)"
            )
    except UnicodeDecodeError as error:
        raise BrokenFile(
            path, f"not UTF-8 (byte {error.start} of a block): save it as UTF-8 and import again"
        ) from error
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BrokenFile(path, f"the gzip file is cut short or damaged ({error})") from error


def _packed(path: Path) -> bool:
    # By what it holds, not by its name: a browser may unpack a file, or keep it packed, and leave its name.
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def _binary(path: Path) -> BinaryIO | gzip.GzipFile:
    return gzip.open(path, "rb") if _packed(path) else path.open("rb")


def _text(path: Path) -> TextIOWrapper:
    binary: Any = _binary(path)
    return TextIOWrapper(binary, encoding="utf-8-sig", errors="strict", newline="")


def _csv(path: Path, lines: IO[str]) -> Iterator[Row]:
    csv.field_size_limit(min(sys.maxsize, _LONGEST_ROW))
    reader = csv.reader(lines, strict=True)
    try:
        header = next(reader, None)
        if not header:
            raise BrokenFile(path, "the file is empty")
        kind = _kind_of_columns(path, [name.strip() for name in header])
        for number, cells in enumerate(reader, start=1):
            if not cells:
                continue
            if len(cells) != len(header):
                raise BrokenFile(path, f"{len(cells)} cells where the header has {len(header)}", number)
            yield Row(number, kind, dict(zip(header, cells, strict=True)))
    except csv.Error as error:
        raise BrokenFile(path, f"not readable as CSV: {error}", max(0, reader.line_num - 1)) from error


def _parquet(path: Path) -> Iterator[Row]:
    # Imported where such a file is read: 47 MB in each of our processes otherwise (measured 2026-11-26).
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        source: Any = path
        if _packed(path):
            with gzip.open(path, "rb") as packed:
                source = pa.BufferReader(packed.read())
        with pq.ParquetFile(source) as file:
            kind = _kind_of_columns(path, list(file.schema_arrow.names))
            for batch in file.iter_batches(batch_size=2000):
                for values in batch.to_pylist():
                    number += 1
                    yield Row(number, kind, values)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, gzip.BadGzipFile):
            raise
        raise BrokenFile(path, f"not readable as Parquet: {str(error)[:200]}", number or None) from error


def _kind_of_columns(path: Path, columns: list[str]) -> Kind:
    known = set(FIELDS["service"]) | set(FIELDS["structure"])
    if not known & set(columns):
        hint = ""
        if len(columns) == 1:
            other = next((mark for mark in (";", "\t", "|") if mark in columns[0]), None)
            hint = f" (separated by {other!r} instead of commas?)" if other else ""
        raise BrokenFile(path, f"no column of the schema v1 in the header{hint}", 0)
    only_services = set(FIELDS["service"]) - set(FIELDS["structure"])
    kind: Kind = "service" if only_services & set(columns) else "structure"
    missing = [name for name in REQUIRED[kind] if name not in columns]
    if missing:
        raise BrokenFile(path, f"missing columns for {kind}s: {', '.join(missing)}", 0, missing[0])
    return kind


class _Window:
    """A sliding window over a text file, from which JSON values are taken one by one."""

    def __init__(self, path: Path, text: IO[str]) -> None:
        self.path, self.text, self.buffer, self.at, self.ended = path, text, "", 0, False
        self.decoder = json.JSONDecoder()

    def more(self) -> bool:
        chunk = "" if self.ended else self.text.read(max(_CHUNK, len(self.buffer) - self.at))
        self.ended = not chunk
        self.buffer, self.at = self.buffer[self.at :] + chunk, 0
        return not self.ended

    def peek(self) -> str:
        """The next character that separates nothing; empty at the end of the file."""
        while True:
            match = _BETWEEN.match(self.buffer, self.at)
            self.at = match.end() if match else self.at
            if self.at < len(self.buffer):
                return self.buffer[self.at]
            if not self.more():
                return ""

    def value(self, number: int) -> Any:
        while True:
            try:
                value, end = self.decoder.raw_decode(self.buffer, self.at)
            except RecursionError as error:
                raise BrokenFile(self.path, "not readable as JSON: nested too deep", number) from error
            except json.JSONDecodeError as error:
                unfinished = error.msg.startswith("Unterminated")
                # An error this close to the end of the block may only mean that the rest was not read yet.
                early = unfinished or error.pos > len(self.buffer) - 32
                if early and len(self.buffer) - self.at < _LONGEST_ROW and self.more():
                    continue
                cut = unfinished or error.pos >= len(self.buffer.rstrip())
                reason = "the file stops in the middle of a row" if cut else f"not readable as JSON: {error}"
                raise BrokenFile(self.path, reason[:200], number) from error
            if end == len(self.buffer) and not self.ended and self.more():
                continue  # a number or a word at the very end may go on in the next block
            self.at = end
            return value


def _json(path: Path, text: IO[str]) -> Iterator[Row]:
    window = _Window(path, text)
    first = window.peek()
    if first == "":
        raise BrokenFile(path, "the file is empty")
    if first == "[":
        yield from _array(window, None)
    elif first == "{":
        while len(window.buffer) - window.at < 200 and window.more():
            pass
        if any(start.match(window.buffer, window.at) for start in (_ARRAY_START, _GEOJSON_START)):
            yield from _keyed(window)
            return
        yield from _lines(window)
        return
    else:
        raise BrokenFile(path, "neither a JSON array nor an object", 0)
    if window.peek():
        raise BrokenFile(path, "something follows the end of the array")


def _feature(row: Row) -> Row:
    """The record of a GeoJSON feature: its properties, which repeat its point."""
    given = row.values.get("properties") if isinstance(row.values, Mapping) else None
    return Row(row.number, row.kind, given if isinstance(given, Mapping) else row.values)


def _array(window: _Window, kind: Kind | None, number: int = 0) -> Iterator[Row]:
    window.at += 1
    while (mark := window.peek()) != "]":
        if mark == "":
            raise BrokenFile(window.path, "the file stops before the end of its array", number)
        number += 1
        value = window.value(number)
        yield Row(number, kind, value)
    window.at += 1


def _keyed(window: _Window) -> Iterator[Row]:
    window.at += 1
    while (mark := window.peek()) != "}":
        if mark == "":
            raise BrokenFile(window.path, "the file stops before its end")
        key = window.value(0)
        if window.peek() != ":":
            raise BrokenFile(window.path, f"a colon is missing after {str(key)[:40]!r}")
        window.at += 1
        if window.peek() == "[" and key in _KIND_OF_KEY:
            listed = _array(window, _KIND_OF_KEY[key])
            yield from map(_feature, listed) if key == "features" else listed
        else:
            window.value(0)
    window.at += 1


def _lines(window: _Window) -> Iterator[Row]:
    number = 0
    while window.peek():
        number += 1
        value = window.value(number)
        if (
            number == 1
            and isinstance(value, dict)
            and _KIND_OF_KEY.keys() & value.keys()
            and "id" not in value
        ):
            for key, kind in _KIND_OF_KEY.items():
                listed = enumerate(value.get(key) or (), start=1)
                found = (Row(place, kind, item) for place, item in listed)
                yield from map(_feature, found) if key == "features" else found
            continue
        yield Row(number, None, value)
