from __future__ import annotations

from pathlib import Path

import pytest

from bot.database import connect, sessions
from bot.directory import bench, generator
from bot.directory.communes import communes
from bot.directory.importer import import_paths
from bot.directory.peer import MissingPostgis, Peer, fill
from bot.migrations import upgrade
from tests import postgres


@pytest.mark.postgres
def test_our_strict_search_gives_the_pages_of_the_peer(postgres_url: str, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'directory.db'}"
    engine = connect(url)
    upgrade(engine)
    factory = sessions(engine)
    import_paths(factory, generator.write(tmp_path, 4000, 1500))
    target = postgres.fresh(postgres_url)
    try:
        fill(target, factory)
    except MissingPostgis as error:
        pytest.skip(str(error))
    peer, ours = Peer(target, communes()), bench._ours(url)
    try:
        queries = bench._queries(60, communes())
        assert [ours(query) for query in queries] == [peer.search(query) for query in queries]
        assert sum(len(ours(query)[0]) for query in queries) > 500
    finally:
        peer.close()
        engine.dispose()
