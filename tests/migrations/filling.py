"""Fills a database of any revision with one row in every table, so that a step can be tried on data."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

ADDRESS = ("commune", "code_postal", "code_insee", "adresse", "complement_adresse", "longitude", "latitude")
MOMENT = datetime(2026, 11, 23, 8, 0, tzinfo=UTC).replace(tzinfo=None)
# A document holds every field of its schema, whichever columns a revision has.
FIELDS = """description lien_source telephone courriel site_web horaires_accueil accessibilite_lieu adresse_certifiee
 type thematiques frais frais_precisions publics publics_precisions conditions_acces modes_accueil zone_eligibilite
 contact_nom_prenom lien_mobilisation modes_mobilisation mobilisable_par mobilisation_precisions
 volume_horaire_hebdomadaire nombre_semaines reseaux_porteurs siret structure_id source id nom date_maj"""


def fill(connection: sa.Connection) -> dict[str, dict[str, Any]]:
    """Write a row into every table there is, parents first; the rows by table, as read back."""
    tables = sa.MetaData()
    tables.reflect(connection)
    made: dict[str, dict[str, Any]] = {}
    for table in tables.sorted_tables:
        if table.name == "alembic_version":
            continue
        row = {column.name: _value(column, made) for column in table.columns if not _left_out(column)}
        connection.execute(sa.insert(table).values(row))
        made[table.name] = read(connection, table.name)
    return made


def read(connection: sa.Connection, name: str) -> dict[str, Any]:
    """The one row of a table."""
    table = sa.Table(name, sa.MetaData(), autoload_with=connection)
    (row,) = connection.execute(sa.select(table)).mappings().all()
    return dict(row)


def _left_out(column: sa.Column[Any]) -> bool:
    """What the database numbers itself."""
    return column.primary_key and isinstance(column.type, sa.Integer) and not column.foreign_keys


def _value(column: sa.Column[Any], made: dict[str, dict[str, Any]]) -> Any:
    for key in column.foreign_keys:
        parent = key.column
        # A row that points at its own kind points nowhere.
        return made[parent.table.name][parent.name] if parent.table.name in made else None
    if column.name == "document":
        return json.dumps({**dict.fromkeys((*FIELDS.split(), *ADDRESS)), "id": "x", "description": "mots"})
    if column.name == "extra":
        return {}
    kind = column.type
    if isinstance(kind, sa.JSON):
        return []
    if isinstance(kind, sa.DateTime):
        return MOMENT
    if isinstance(kind, sa.Date):
        return date(2026, 11, 23)
    if isinstance(kind, sa.Boolean):
        return True
    if isinstance(kind, sa.Numeric | sa.Float | sa.Integer):
        return 1
    if isinstance(kind, sa.LargeBinary):
        return b"sealed"
    return "x" * min(getattr(kind, "length", None) or 5, 5)
