"""`relais bench directory`: the same searches on our store (SQLite, PostgreSQL) and on the peer's query shape."""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from bot.database import connect, sessions
from bot.directory import answers, generator
from bot.directory.catalogue import Catalogue, View
from bot.directory.cluster import MissingPostgres, cluster
from bot.directory.communes import Communes, communes
from bot.directory.importer import import_paths
from bot.directory.peer import MissingPostgis, Peer, fill
from bot.directory.schema import CODES
from bot.directory.search import Query, search
from bot.migrations import upgrade

Answer = tuple[list[tuple[str, int | None]], int]
_REGION = "52"
_PAGE = 20


def run(quick: bool = False) -> dict[str, Any]:
    """Build the national directory, load it, and time the searches; gives the figures of the contract.

    `quick` takes a tenth of the directory and a fifth of the searches. Without PostgreSQL or PostGIS their
    figures are null and `missing` says what to install.
    """
    services, structures = (18_000, 11_000) if quick else (generator.SERVICES, generator.STRUCTURES)
    queries = _queries(100 if quick else 500, communes())
    figures: dict[str, Any] = {"services": services, "searches": len(queries), "postgres_p95_ms": None,
                               "peer_postgis_p95_ms": None, "ratio_p95": None, "identical": None}  # fmt: skip
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="relais-bench-")))
        paths = generator.write(folder, services, structures)
        sqlite = f"sqlite:///{folder / 'directory.db'}"
        figures.update(_imported(sqlite, paths))
        ours = _ours(sqlite)
        stores: dict[str, Callable[[Query], Answer]] = {"sqlite": ours}
        try:
            url = stack.enter_context(cluster(("shared_buffers=512MB", "work_mem=16MB")))
            figures["postgres_import_s"] = _imported(url, paths)["import_s"]
            stores["postgres"] = _ours(url)
            fill(url, sessions(connect(sqlite)))
            peer = Peer(url, communes())
            stack.callback(peer.close)
            stores["peer_postgis"] = peer.search
        except (MissingPostgres, MissingPostgis) as error:
            figures["missing"] = str(error)
        figures.update(_timed(stores, queries))
        if "peer_postgis" in stores:
            figures["identical"] = sum(ours(query) == stores["peer_postgis"](query) for query in queries)
            figures["ratio_p95"] = round(figures["peer_postgis_p95_ms"] / figures["sqlite_p95_ms"], 1)
    # Times of a busy machine say little: the reader must know.
    figures["load_average"] = [round(load, 1) for load in os.getloadavg()]
    return figures


def _queries(count: int, places: Communes) -> list[Query]:
    """The same searches each time: half of them in the region, half elsewhere in mainland France."""
    pick = Random(2026)
    listed = [
        one for one in places.by_code.values() if one.type == "commune" and one.point and one.code < "97"
    ]
    region = [one for one in listed if one.region == _REGION]
    return [
        Query(
            code_commune=pick.choice(region if number % 2 else listed).code,
            thematiques=tuple(pick.sample(CODES["thematiques"], pick.randrange(1, 7))),
            strict=True,
        )
        for number in range(count)
    ]


def _imported(url: str, paths: tuple[Path, Path]) -> dict[str, Any]:
    """Import in a process of its own, so that its memory is its own."""
    command = [sys.executable, "-m", "bot.directory.bench", url, *map(str, paths)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def _ours(url: str) -> Callable[[Query], Answer]:
    """A search as the API does it: columns in memory, then the records of the page read from the store."""
    factory = sessions(connect(url))
    catalogue = Catalogue(factory)
    with factory() as session:
        view = catalogue.view(session)

    def answer(query: Query) -> Answer:
        with factory() as session:
            return _page(session, view, query)

    return answer


def _page(session: Session, view: View, query: Query) -> Answer:
    hits = search(view.index, view.places, query)
    ids = [str(view.index.ids[at]) for at in hits.positions[:_PAGE]]
    found = answers.detailed(session, view, ids)
    answers.page(list(found.values()), len(hits), 1, _PAGE)
    kms = [None if np.isnan(km) else int(np.rint(km)) for km in hits.km[:_PAGE].tolist()]
    return list(zip(found, kms, strict=True)), len(hits)


def _timed(stores: dict[str, Callable[[Query], Answer]], queries: list[Query]) -> dict[str, float]:
    """The median of three rounds, after one that warms up. Stores take turns query by query, so that whatever
    else the machine does weighs on all of them alike."""
    rounds: dict[str, list[list[float]]] = {name: [] for name in stores}
    for _ in range(4):
        times: dict[str, list[float]] = {name: [] for name in stores}
        for query in queries:
            for name, answer in stores.items():
                start = time.perf_counter()
                answer(query)
                times[name].append((time.perf_counter() - start) * 1000)
        for name, measured in times.items():
            rounds[name].append(statistics.quantiles(measured, n=100))
    return {
        f"{name}_p{at}_ms": round(statistics.median(cuts[at - 1] for cuts in listed[1:]), 2)
        for name, listed in rounds.items()
        for at in (50, 95)
    }


def _import_here(url: str, paths: list[Path]) -> dict[str, Any]:
    engine = connect(url)
    upgrade(engine)
    start = time.perf_counter()
    import_paths(sessions(engine), paths)
    seconds = time.perf_counter() - start
    return {
        "import_s": round(seconds, 1),
        "import_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_import_here(sys.argv[1], [Path(name) for name in sys.argv[2:]])) + "\n")
