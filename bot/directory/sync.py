"""Synchronising from data.inclusion's API v1: every page, once each, then the same all-or-nothing load."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from sqlalchemy.orm import Session, sessionmaker

from bot.directory.importer import Progress, load
from bot.directory.noticed import Report
from bot.directory.readers import Row
from bot.directory.schema import Kind

PATHS: dict[Kind, str] = {"structure": "structures", "service": "services"}
# Pages older than this are of another day's directory.
_RESUMED_FOR = 12 * 3600
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})


class SyncError(Exception):
    """The API could not be read to its end; nothing was changed. The message says which page and why."""


@dataclass(frozen=True)
class Client:
    """Reads the API page by page.

    `base` is the address up to and including `/api/v1`. Each request waits at most `connect` seconds for an
    answer to begin its connection and `timeout` for each part of it; it is tried again `retries` times on
    network errors and on the answers that pass, waiting longer each time. A redirect to another host, or out
    of https, is refused: the token goes nowhere else.
    """

    base: str
    token: str | None = None
    size: int = 1000
    connect: float = 10.0
    timeout: float = 60.0
    retries: int = 5
    wait: Callable[[float], None] = time.sleep

    def page(self, session: requests.Session, path: str, number: int, **filters: Any) -> dict[str, Any]:
        """One page: `items`, `total`, `page`, `size`, `pages`. Raises `SyncError`."""
        where = f"{path}, page {number}"
        for attempt in range(self.retries + 1):
            said, after = "", None
            try:
                answer = self._get(
                    session, f"{self.base.rstrip('/')}/{path}", {"page": number, "size": self.size, **filters}
                )
            except (
                requests.ConnectionError,
                requests.Timeout,
                requests.exceptions.ChunkedEncodingError,
            ) as error:
                said = type(error).__name__
            except requests.RequestException as error:
                raise SyncError(f"{where}: {type(error).__name__}") from error
            else:
                if answer.status_code == 200:
                    return _page(answer, where)
                said = f"answer {answer.status_code}"
                if answer.status_code in (401, 403):
                    raise SyncError(f"{where}: the token was refused ({answer.status_code})")
                if answer.status_code not in _RETRIED:
                    raise SyncError(f"{where}: {said}")
                after = answer.headers.get("Retry-After")
            if attempt < self.retries:
                pause = float(after) if after and after.isdigit() else min(60.0, 2.0**attempt)
                self.wait(
                    min(pause, 120.0) + random.uniform(0, 0.5)
                )  # so that clients do not all come back at once
        raise SyncError(f"{where}: {said}, {self.retries + 1} times")

    def _get(self, session: requests.Session, url: str, query: dict[str, Any]) -> requests.Response:
        headers = {"Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        for _ in range(5):
            answer = session.get(
                url,
                params=query,
                headers=headers,
                timeout=(self.connect, self.timeout),
                allow_redirects=False,
            )
            if not answer.is_redirect:
                return answer
            target = requests.compat.urljoin(url, answer.headers["Location"])
            here, there = urlsplit(url), urlsplit(target)
            if (here.scheme, here.netloc) != (there.scheme, there.netloc):
                raise SyncError(f"redirected to another address ({there.scheme}://{there.netloc}): refused")
            url, query = target, {}
        raise SyncError("redirected too many times")


def sync(
    factory: sessionmaker[Session],
    client: Client,
    resume: Path,
    progress: Progress | None = None,
    *,
    force: bool = False,
    **filters: Any,
) -> Report:
    """Read every structure and service of the API, then load them; what the API no longer gives is withdrawn.

    Pages already read are kept in `resume` (a folder) until the load is done, so that an interrupted run goes
    on where it stopped. Rows are kept once by id: a reload at the source between two pages repeats some. When
    the pages do not add up to the total the source announces, they are read once again from the start. `progress`
    is called with the number of rows fetched of a kind, then with the number loaded.
    Raises `SyncError`, `importer.Refusal`.
    """
    resume.mkdir(parents=True, exist_ok=True)
    # Pages of another address, size or filter are no continuation of this run.
    identity = json.dumps([client.base, client.size, filters], sort_keys=True)
    mark = resume / "run.json"
    fresh = mark.is_file() and time.time() - mark.stat().st_mtime < _RESUMED_FOR
    if not fresh or mark.read_text(encoding="utf-8") != identity:
        _clear(resume)
        mark.write_text(identity, encoding="utf-8")
    with requests.Session() as session:
        for kind in PATHS:
            _read(session, client, kind, resume, filters, progress)
    # With a filter the API shows a part of each source: what is not in it has not vanished.
    report = load(factory, _rows(resume), progress, force=force, partial=bool(filters), kind="sync")
    _clear(resume)
    return report


def _read(
    session: requests.Session,
    client: Client,
    kind: Kind,
    resume: Path,
    filters: dict[str, Any],
    progress: Progress | None,
) -> None:
    """Fetch all pages of a kind into `resume`, once more from the start when they do not add up."""
    first = _fetched(session, client, kind, resume, filters, progress)
    if first.complete:
        return
    for page in resume.glob(f"{kind}-*.json"):
        page.unlink()
    again = _fetched(session, client, kind, resume, filters, progress)
    # Twice the same ids in as many rows as announced: the source itself gives some of them several times.
    repeats = again.ids == first.ids and again.rows >= again.total
    if not again.complete and not repeats:
        raise SyncError(f"{PATHS[kind]}: the source changes while it is read; try again later")


@dataclass(frozen=True)
class _Fetched:
    ids: frozenset[str]
    rows: int
    total: int

    @property
    def complete(self) -> bool:
        return len(self.ids) >= self.total


def _fetched(
    session: requests.Session,
    client: Client,
    kind: Kind,
    resume: Path,
    filters: dict[str, Any],
    progress: Progress | None,
) -> _Fetched:
    """Fetch the pages that are missing; gives the ids and rows they hold and the total the last page announces."""
    number, pages, total, rows = 1, 1, 0, 0
    ids: set[str] = set()
    while number <= pages:
        kept = resume / f"{kind}-{number:06d}.json"
        if kept.is_file():
            page = json.loads(kept.read_text(encoding="utf-8"))
        else:
            page = client.page(session, PATHS[kind], number, **filters)
            partial = kept.with_suffix(".part")
            partial.write_text(json.dumps(page), encoding="utf-8")
            partial.replace(kept)
        ids.update(str(item.get("id")) for item in page["items"] if isinstance(item, dict))
        rows += len(page["items"])
        if progress:
            progress(rows)
        pages, total = int(page["pages"]), int(page["total"])
        number += 1
    return _Fetched(frozenset(ids), rows, total)


def _rows(resume: Path) -> Iterator[tuple[str, Row]]:
    for kind, path in PATHS.items():
        number, seen = 0, set()
        for kept in sorted(resume.glob(f"{kind}-*.json")):
            for item in json.loads(kept.read_text(encoding="utf-8"))["items"]:
                number += 1
                id_ = item.get("id") if isinstance(item, dict) else None
                if id_ is None or id_ not in seen:
                    seen.add(id_)
                    yield f"/{path}", Row(number, kind, item)


def _page(answer: requests.Response, where: str) -> dict[str, Any]:
    try:
        page = answer.json()
    except requests.exceptions.JSONDecodeError as error:
        raise SyncError(f"{where}: not JSON ({answer.headers.get('Content-Type', 'no type')})") from error
    if not isinstance(page, dict) or not isinstance(page.get("items"), list):
        raise SyncError(f"{where}: not a page of the API v1")
    if not all(isinstance(page.get(name), int) for name in ("total", "pages")):
        raise SyncError(f"{where}: a page without total nor number of pages")
    return page


def _clear(folder: Path) -> None:
    for path in [*folder.glob("*.json"), *folder.glob("*.part")]:
        path.unlink(missing_ok=True)
