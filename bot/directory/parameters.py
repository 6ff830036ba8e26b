"""Query parameters of the API v1, with the names, limits and lists of data.inclusion's own OpenAPI."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Query

from bot.directory.schema import ENUMS
from bot.settings import ROOT

REFERENCE = ROOT / "data" / "directory" / "reference"


def _enumerated(name: str) -> list[str]:
    document: dict[str, Any] = json.loads((REFERENCE / "openapi-v1.json").read_text(encoding="utf-8"))
    listed: list[str] = document["components"]["schemas"][name]["enum"]
    return listed


# The reference lists codes and slugs in the same order.
REGION_OF_SLUG = dict(zip(_enumerated("RegionSlugEnum"), _enumerated("RegionCodeEnum"), strict=True))
DEPARTEMENT_OF_SLUG = dict(
    zip(_enumerated("DepartementSlugEnum"), _enumerated("DepartementCodeEnum"), strict=True)
)

if TYPE_CHECKING:
    RegionCode = str
    RegionSlug = str
    DepartementCode = str
    DepartementSlug = str
    Thematique = str
    Categorie = str
    Frais = str
    Public = str
    ModeAccueil = str
    TypeService = str
    ReseauPorteur = str
else:

    def _members(codes):  # noqa: ANN001
        return {
            code.replace("-", "_").upper() if not code[0].isdigit() else f"C{code}": code for code in codes
        }

    RegionCode = StrEnum("RegionCodeEnum", _members(REGION_OF_SLUG.values()))
    RegionSlug = StrEnum("RegionSlugEnum", _members(REGION_OF_SLUG))
    DepartementCode = StrEnum("DepartementCodeEnum", _members(DEPARTEMENT_OF_SLUG.values()))
    DepartementSlug = StrEnum("DepartementSlugEnum", _members(DEPARTEMENT_OF_SLUG))
    Thematique, Categorie = ENUMS["thematiques"], ENUMS["categories"]
    Frais, Public = ENUMS["frais"], ENUMS["publics"]
    ModeAccueil, TypeService = ENUMS["modes_accueil"], ENUMS["type"]
    ReseauPorteur = ENUMS["reseaux_porteurs"]

Page = Annotated[int, Query(ge=1, description="Page number")]
Size = Annotated[int, Query(ge=1, le=10000, description="Page size")]
DEFAULT_SIZE = 5000
Sources = Annotated[list[str] | None, Query(description="Identifiants de source (voir `/sources`).")]
Commune = Annotated[
    str | None, Query(min_length=5, max_length=5, pattern=r"^\w{5}$", description="Code INSEE.")
]
Region = Annotated[RegionCode | None, Query(description="Code INSEE géographique d'une région.")]
SlugRegion = Annotated[RegionSlug | None, Query()]
Departement = Annotated[
    DepartementCode | None, Query(description="Code INSEE géographique d'un département.")
]
SlugDepartement = Annotated[DepartementSlug | None, Query()]
Lat = Annotated[float | None, Query(description="Latitude du point de recherche, avec `lon`.")]
Lon = Annotated[float | None, Query(description="Longitude du point de recherche, avec `lat`.")]
Distance = Annotated[int, Query(ge=1, description="Rayon en kilomètres autour de `lat` et `lon`.")]
Thematiques = Annotated[
    list[Thematique | Categorie] | None, Query(description="Au moins une de ces thématiques.")
]
FraisListe = Annotated[list[Frais] | None, Query(description="Un de ces frais.")]
Publics = Annotated[
    list[Public] | None, Query(description="Au moins un de ces publics, ou publics inconnus.")
]
Modes = Annotated[list[ModeAccueil] | None, Query(description="Au moins un de ces modes d'accueil.")]
Types = Annotated[list[TypeService] | None, Query(description="Un de ces types.")]
Reseaux = Annotated[list[ReseauPorteur] | None, Query(description="Au moins un de ces réseaux porteurs.")]
RecherchePublic = Annotated[str | None, Query(description="Mots cherchés parmi les publics.")]
ScoreMinimum = Annotated[float | None, Query(description="Score de qualité minimum.")]
Question = Annotated[str | None, Query(description="Termes à rechercher.")]
Doublons = Annotated[
    bool | None, Query(description="Ne garder que la meilleure structure parmi ses doublons.")
]
