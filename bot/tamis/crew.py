"""A large directory read by several processes at once: each reads batches, all answers come back in order."""

from __future__ import annotations

import dataclasses
import itertools
import multiprocessing
import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

from bot.tamis.criteria import Criterion
from bot.tamis.places import Places
from bot.tamis.reader import Reader, Reading

ALONE = (
    10_000  # texts read before anyone is called: a region's directory is read sooner than a helper wakes up
)
MOST = 4  # helpers, however many cores: each holds lexicons and communes of its own
BATCH = 400
AHEAD = 3  # batches a helper may have waiting, so that memory holds few texts at a time

Service = Mapping[str, Any]
Known = Callable[[Service], Reading | None]
_reader: Reader | None = None


class Crew:
    """Reads services, here at first, then with a process a core. A helper lost is done without."""

    def __init__(self, reader: Reader, helpers: int | None = None, alone: int = ALONE) -> None:
        self._reader = reader
        self._helpers = min(os.cpu_count() or 1, MOST) if helpers is None else helpers
        self._alone = alone
        self._pool: ProcessPoolExecutor | None = None

    def read(self, services: Iterable[Service], known: Known) -> Iterator[tuple[Service, Reading]]:
        """Each service with its reading, in the order given; those `known` has an answer for are not read."""
        shared: dict[Any, Any] = {}
        waiting: deque[tuple[list[Service], list[Reading | None], Future[list[Reading]] | None]] = deque()
        remaining, unread = iter(services), 0
        try:
            while batch := list(itertools.islice(remaining, BATCH)):
                answers = [known(service) for service in batch]
                texts = [service for service, answer in zip(batch, answers, strict=True) if answer is None]
                unread += len(texts)
                waiting.append((batch, answers, self._begun(texts, unread)))
                while waiting and (waiting[0][2] is None or len(waiting) > AHEAD * self._helpers):
                    yield from self._finished(*waiting.popleft(), shared)
            while waiting:
                yield from self._finished(*waiting.popleft(), shared)
        finally:
            self._leave()

    def _begun(self, texts: list[Service], unread: int) -> Future[list[Reading]] | None:
        if not texts or unread <= self._alone or self._helpers < 2:
            return None
        try:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self._helpers,
                    # Never a fork: the process that asks may hold locks of other threads.
                    multiprocessing.get_context("spawn"),
                    _wake,
                    (self._reader.data, self._reader.places),
                )
            return self._pool.submit(_read, [dict(service) for service in texts])
        except (BrokenProcessPool, OSError):
            self._leave()
            self._helpers = 1
            return None

    def _finished(
        self,
        batch: Sequence[Service],
        answers: Sequence[Reading | None],
        begun: Future[list[Reading]] | None,
        shared: dict[Any, Any],
    ) -> Iterator[tuple[Service, Reading]]:
        found: Iterator[Reading] = iter(())
        if begun is not None:
            try:
                found = iter(begun.result())
            except (BrokenProcessPool, OSError):
                self._helpers, begun = 1, None
        for service, answer in zip(batch, answers, strict=True):
            if answer is None:
                answer = _same(self._reader.read(service) if begun is None else next(found), shared)
            yield service, answer

    def _leave(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def _same(reading: Reading, shared: dict[Any, Any]) -> Reading:
    # Sources repeat themselves: equal criteria, and equal rows of them, are kept once for the whole directory.
    row = shared.get(reading.criteria)
    if row is None:
        row = tuple(_once(criterion, shared) for criterion in reading.criteria)
        shared[row] = row
    unread = shared.setdefault(reading.unread, reading.unread)
    return dataclasses.replace(reading, criteria=row, unread=unread)


def _once(criterion: Criterion, shared: dict[Any, Any]) -> Criterion:
    expression = shared.setdefault(criterion.expression, criterion.expression)
    text = shared.setdefault(criterion.text, criterion.text)
    kept: Criterion = shared.setdefault(criterion, Criterion(expression, text, criterion.source_field))
    return kept


def _wake(data: Path, places: Places | None) -> None:
    global _reader
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asked decides when to stop
    threading.Thread(target=_follow, daemon=True).start()
    _reader = Reader.load(data, places)


def _follow() -> None:
    # A helper never outlives the one it works for, even when that one is killed.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _read(services: list[dict[str, Any]]) -> list[Reading]:
    assert _reader is not None, "woken before it reads"
    return [_reader.read(service) for service in services]
