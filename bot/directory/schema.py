"""The published schema v1 (package `data-inclusion-schema`): its models, fields and lists of codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from data_inclusion.schema import v1
from pydantic import BaseModel

Kind = Literal["service", "structure"]

MODELS: Mapping[Kind, type[BaseModel]] = {"service": v1.Service, "structure": v1.Structure}
FIELDS: Mapping[Kind, tuple[str, ...]] = {kind: tuple(model.model_fields) for kind, model in MODELS.items()}
REQUIRED: Mapping[Kind, tuple[str, ...]] = {
    kind: tuple(name for name, spec in model.model_fields.items() if spec.is_required())
    for kind, model in MODELS.items()
}

ENUMS: Mapping[str, Any] = {
    "type": v1.TypeService,
    "frais": v1.Frais,
    "thematiques": v1.Thematique,
    "publics": v1.Public,
    "modes_accueil": v1.ModeAccueil,
    "modes_mobilisation": v1.ModeMobilisation,
    "mobilisable_par": v1.PersonneMobilisatrice,
    "reseaux_porteurs": v1.ReseauPorteur,
    "categories": v1.Categorie,
}
CODES: Mapping[str, tuple[str, ...]] = {
    name: tuple(str(member.value) for member in members)
    for name, members in ENUMS.items()
    if name != "categories"
}
# Fields that hold several codes; the others of `CODES` hold one.
LISTS = frozenset(CODES.keys() - {"type", "frais"}) | {"zone_eligibilite"}


def published_score(record: Mapping[str, Any]) -> float:
    """The quality score as the published package computes it, today; used to check our own computation."""
    from data_inclusion.schema.v1.score_qualite import score

    value: float = score(v1.Service.model_validate({name: record.get(name) for name in FIELDS["service"]}))[0]
    return value
