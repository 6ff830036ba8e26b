"""Records of the directory as documents, beside the few columns something is looked for by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "d002"
down_revision = "h006"
branch_labels = None
depends_on = None

_JSON = sa.JSON(none_as_null=True)
_ADDRESS = ("commune", "code_postal", "code_insee", "adresse", "complement_adresse", "longitude", "latitude")
# The fields of the schema v1 in its order, and those that keep a column of their own.
_FIELDS = {
    "directory_structure": (
        "source", "id", "nom", "date_maj", "description", "lien_source", "siret", *_ADDRESS, "telephone", "courriel",
        "site_web", "horaires_accueil", "accessibilite_lieu", "reseaux_porteurs", "adresse_certifiee",
    ),
    "directory_service": (
        "source", "structure_id", "id", "nom", "description", "lien_source", "date_maj", "type", "thematiques",
        "frais", "frais_precisions", "publics", "publics_precisions", "conditions_acces", *_ADDRESS, "telephone",
        "courriel", "modes_accueil", "zone_eligibilite", "contact_nom_prenom", "lien_mobilisation",
        "modes_mobilisation", "mobilisable_par", "mobilisation_precisions", "volume_horaire_hebdomadaire",
        "nombre_semaines", "horaires_accueil", "adresse_certifiee",
    ),
}  # fmt: skip
_KEPT = {
    "directory_structure": {"id", "source", "nom", "date_maj", "siret", "code_insee", "reseaux_porteurs"},
    "directory_service": {
        "id", "source", "structure_id", "nom", "date_maj", "type", "thematiques", "frais", "publics", "code_insee",
        "longitude", "latitude", "modes_accueil", "zone_eligibilite",
    },
}  # fmt: skip
_TYPES: dict[str, sa.types.TypeEngine[Any]] = {
    "date_maj": sa.Date(), "longitude": sa.Float(), "latitude": sa.Float(), "thematiques": _JSON, "publics": _JSON,
    "modes_accueil": _JSON, "zone_eligibilite": _JSON, "modes_mobilisation": _JSON, "mobilisable_par": _JSON,
    "reseaux_porteurs": _JSON, "volume_horaire_hebdomadaire": sa.Float(), "nombre_semaines": sa.Integer(),
    "adresse_certifiee": sa.Boolean(), "code_postal": sa.String(5),
}  # fmt: skip
_BATCH = 1000


def upgrade() -> None:
    """Apply."""
    for name, fields in _FIELDS.items():
        op.add_column(name, sa.Column("document", sa.Text(), nullable=True))
        columns = [sa.column(field, _TYPES.get(field)) for field in fields]
        aside = [sa.column("codes_inconnus", _JSON), sa.column("extra", _JSON)]
        for rows in _batches(name, [*columns, *aside]):
            _change(name, [_document(dict(row), fields) for row in rows])
        with op.batch_alter_table(name) as batch:
            batch.alter_column("document", existing_type=sa.Text(), nullable=False)
            for field in fields:
                if field not in _KEPT[name]:
                    batch.drop_column(field)


def downgrade() -> None:
    """Take back."""
    for name, fields in _FIELDS.items():
        moved = [field for field in fields if field not in _KEPT[name]]
        for field in moved:
            op.add_column(name, sa.Column(field, _TYPES.get(field, sa.Text()), nullable=True))
        for rows in _batches(name, [sa.column("id"), sa.column("document")]):
            _change(
                name,
                [
                    {"key": row["id"], **{field: json.loads(row["document"])[field] for field in moved}}
                    for row in rows
                ],
            )
        with op.batch_alter_table(name) as batch:
            batch.drop_column("document")
            if name == "directory_service":
                batch.alter_column("description", existing_type=sa.Text(), nullable=False)


def _document(row: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    aside = {name: row[name] for name in ("codes_inconnus", "extra")}
    row["date_maj"] = row["date_maj"].isoformat()
    row["adresse_certifiee"] = bool(row["adresse_certifiee"])
    document = json.dumps({field: row[field] for field in fields}, ensure_ascii=False, separators=(",", ":"))
    rest = json.dumps(aside, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    # As the import computes it, so that the next one finds these records unchanged.
    digest = hashlib.blake2b(f"{document}\t{rest}".encode(), digest_size=16).hexdigest()
    return {"key": row["id"], "document": document, "digest": digest}


def _batches(name: str, columns: list[sa.ColumnClause[Any]]) -> Iterator[list[Any]]:
    """All rows, a thousand at a time, in order of id."""
    table, last = sa.table(name, *columns), ""
    wanted = sa.select(table).order_by(table.c.id).limit(_BATCH)
    while rows := op.get_bind().execute(wanted.where(table.c.id > last)).mappings().all():
        yield list(rows)
        last = rows[-1]["id"]


def _change(name: str, rows: list[dict[str, Any]]) -> None:
    names = [field for field in rows[0] if field != "key"]
    table = sa.table(name, sa.column("id"), *(sa.column(field, _TYPES.get(field)) for field in names))
    changes: dict[str, Any] = {field: sa.bindparam(field, type_=_TYPES.get(field)) for field in names}
    op.get_bind().execute(sa.update(table).where(table.c.id == sa.bindparam("key")).values(changes), rows)
