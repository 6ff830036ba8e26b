"""The query shape of data.inclusion's own search, on PostGIS, rebuilt from its documented behaviour: the measure
our search is compared with. It is their shape of query, not their server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from bot.directory import store
from bot.directory.communes import NATIONAL, Communes
from bot.directory.index import expand_themes
from bot.directory.schema import FIELDS, LISTS, Kind
from bot.directory.search import Query

_POINT = "ST_MakePoint(longitude, latitude)::geography"
_TYPES = {"longitude": "float8", "latitude": "float8", "date_maj": "date", "nombre_semaines": "int",
          "volume_horaire_hebdomadaire": "float8"}  # fmt: skip
_INDEXES = (
    "CREATE INDEX ON peer_service USING gin (thematiques)",
    "CREATE INDEX ON peer_service USING gin (modes_accueil)",
    f"CREATE INDEX ON peer_service USING gist (({_POINT}))",
    "CREATE INDEX ON peer_service (source)",
    "CREATE INDEX ON peer_service (structure_id)",
)
_HERE = "ST_MakePoint(%(lon)s, %(lat)s)::geography"
_WITHIN = f"ST_DWithin(ST_MakePoint(s.longitude, s.latitude)::geography, {_HERE}, 50000)"
_WHERE = f"""
    FROM peer_service s JOIN peer_structure t ON t.id = s.structure_id
    WHERE (s.zone_eligibilite IS NULL OR s.zone_eligibilite && %(zones)s::text[])
      AND s.thematiques && %(themes)s::text[]
      AND ({_WITHIN} OR s.modes_accueil @> ARRAY['a-distance'])
"""
_PAGE = f"""
    SELECT s.*, t.*, CASE WHEN s.modes_accueil @> ARRAY['en-presentiel'] AND {_WITHIN}
        THEN (ST_Distance(ST_MakePoint(s.longitude, s.latitude)::geography, {_HERE}) / 1000)::int END AS km
    {_WHERE} ORDER BY km ASC NULLS LAST, s.id LIMIT 20
"""
_COUNT = f"SELECT count(*) {_WHERE}"


class MissingPostgis(RuntimeError):
    """The PostgreSQL server has no PostGIS to give."""


def fill(url: str, factory: sessionmaker[Session]) -> None:
    """Copy the services and structures in force from our store into the peer's tables, indexed and analysed.

    Raises `MissingPostgis`.
    """
    with psycopg.connect(_dsn(url), autocommit=True) as target:
        offered = target.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'postgis'").fetchone()
        if offered is None:
            raise MissingPostgis("PostGIS is not installed: apt-get install postgresql-postgis")
        target.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    with psycopg.connect(_dsn(url), autocommit=True) as target, factory() as session:
        kinds: tuple[Kind, ...] = ("service", "structure")
        for kind in kinds:
            names = FIELDS[kind]
            columns = ", ".join(f"{name} {_column(name)}" for name in names)
            target.execute(f"CREATE TABLE peer_{kind} ({columns}, PRIMARY KEY (id))".encode())
            with target.cursor().copy(f"COPY peer_{kind} ({', '.join(names)}) FROM STDIN".encode()) as copy:
                for record in store.every(session, kind):
                    copy.write_row([record[name] for name in names])
        for statement in _INDEXES:
            target.execute(statement.encode())
        target.execute("VACUUM ANALYZE peer_service")
        target.execute("VACUUM ANALYZE peer_structure")


class Peer:
    """A connection that answers searches as the peer's query does: page of 20 and count, prepared statements."""

    def __init__(self, url: str, places: Communes) -> None:
        self.connection = psycopg.connect(_dsn(url), autocommit=True)
        self.places = places

    def search(self, query: Query) -> tuple[list[tuple[str, int | None]], int]:
        """(id, kilometres) of the first page, and the total."""
        commune = self.places.by_code[str(query.code_commune)]
        lon, lat = query.point or commune.point or (0.0, 0.0)
        zones = [commune.code, commune.departement, *NATIONAL, *([commune.epci] if commune.epci else [])]
        values = {"lon": lon, "lat": lat, "zones": zones, "themes": sorted(expand_themes(query.thematiques))}
        rows: Sequence[Any] = self.connection.execute(_PAGE.encode(), values, prepare=True).fetchall()
        total = self.connection.execute(_COUNT.encode(), values, prepare=True).fetchone()
        at = FIELDS["service"].index("id")
        return [(row[at], row[-1]) for row in rows], int(total[0] if total else 0)

    def close(self) -> None:
        """End the connection."""
        self.connection.close()


def _column(name: str) -> str:
    if name in LISTS:
        return "text[]"
    return _TYPES.get(name, 'text COLLATE "C"' if name in ("id", "structure_id") else "text")


def _dsn(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
