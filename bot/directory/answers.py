"""The API's answers: records in the shapes of data.inclusion's v1, pages, and the models that document them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model
from sqlalchemy.orm import Session

from bot.directory import store
from bot.directory.catalogue import View
from bot.directory.schema import FIELDS, MODELS

Json = dict[str, Any]

_SCORE = (float, ...)
_CERTIFIED = (bool, ...)
_Service: type[BaseModel] = create_model(
    "Service", __base__=MODELS["service"], adresse_certifiee=_CERTIFIED, score_qualite=_SCORE
)
_PlainStructure = MODELS["structure"]
_BaseStructure: type[BaseModel] = create_model(
    "BaseStructure", __base__=MODELS["structure"], adresse_certifiee=_CERTIFIED
)


class Source(BaseModel):
    """A producer of records."""

    slug: str
    nom: str
    description: str | None


class SourceIdDict(BaseModel):
    """A record named by its source and its id."""

    source: str
    id: str


class FrameworkValue(BaseModel):
    """One code of a list of the schema."""

    value: str
    label: str
    description: str | None = None


class Problem(BaseModel):
    """An error: a sentence, or FastAPI's list of what is wrong with which parameter."""

    model_config = ConfigDict(extra="allow")

    detail: str | list[dict[str, Any]]


DetailedService = create_model("DetailedService", __base__=_Service, structure=(_BaseStructure, ...))
ListedStructure = create_model(
    "ListedStructure", __base__=_BaseStructure, score_qualite=_SCORE, doublons=(list[SourceIdDict], ...)
)
DetailedStructure = create_model(
    "DetailedStructure",
    __base__=_BaseStructure,
    score_qualite=_SCORE,
    doublons=(list[_PlainStructure], ...),  # type: ignore[valid-type]
    services=(list[_Service], ...),  # type: ignore[valid-type]
)
ServiceSearchResult = create_model(
    "ServiceSearchResult", service=(DetailedService, ...), distance=(int | None, None)
)
SearchResult = create_model(
    "SearchResult",
    service=(DetailedService, ...),
    distance=(int | None, None),
    score_recherche=(float | None, None),
)


def page_model(item: Any) -> type[BaseModel]:
    """The model of a page of these items."""
    made: type[BaseModel] = create_model(
        f"Page_{item.__name__}_",
        items=(list[item], ...),
        total=(int, ...),
        page=(int, ...),
        size=(int, ...),
        pages=(int, ...),
    )
    return made


PageOfServices = page_model(_Service)
PageOfStructures = page_model(ListedStructure)
PageOfServiceResults = page_model(ServiceSearchResult)
PageOfResults = page_model(SearchResult)


def page(items: Sequence[Json], total: int, number: int, asked: int) -> Json:
    """A page as data.inclusion gives it: `size` is the number of items there are, `pages` counts by what was asked."""
    return {
        "items": list(items),
        "total": total,
        "page": number,
        "size": len(items),
        "pages": -(-total // asked),
    }


def service(record: Mapping[str, Any], score: float, *, extra: bool = False) -> Json:
    """One service: the schema's fields, its score of the day, and `extra` only when asked for."""
    made = {name: record[name] for name in FIELDS["service"]}
    made["adresse_certifiee"] = bool(record["adresse_certifiee"])
    made["score_qualite"] = score
    if extra:
        made["extra"] = {**(record["extra"] or {}), "codes_inconnus": record["codes_inconnus"]}
    return made


def structure(record: Mapping[str, Any]) -> Json:
    """One structure: the schema's fields."""
    made = {name: record[name] for name in FIELDS["structure"]}
    made["adresse_certifiee"] = bool(record["adresse_certifiee"])
    return made


def structure_of(service_record: Mapping[str, Any], record: Mapping[str, Any] | None) -> Json:
    """The structure of a service; where its source did not give it, only what the service itself says."""
    if record is not None:
        return structure(record)
    made: Json = dict.fromkeys(FIELDS["structure"])
    made.update(
        source=service_record["source"],
        id=service_record["structure_id"],
        nom=service_record["structure_id"],
        date_maj=service_record["date_maj"],
        adresse_certifiee=False,
    )
    return made


def services(session: Session, view: View, ids: Sequence[str], *, extra: bool = False) -> list[Json]:
    """These services in this order, without their structures."""
    found = store.records(session, "service", ids)
    return [service(found[id_], score_of(view, id_), extra=extra) for id_ in ids if id_ in found]


def detailed(session: Session, view: View, ids: Sequence[str], *, extra: bool = False) -> list[Json]:
    """These services in this order, each with its structure."""
    found = store.records(session, "service", ids)
    homes = store.records(session, "structure", sorted({record["structure_id"] for record in found.values()}))
    return [
        {
            **service(found[id_], score_of(view, id_), extra=extra),
            "structure": structure_of(found[id_], homes.get(found[id_]["structure_id"])),
        }
        for id_ in ids
        if id_ in found
    ]


def score_of(view: View, id_: str) -> float:
    """The quality score of a service of the view; 0 for one that came after it."""
    at = view.index.position.get(id_)
    return float(view.index.score[at]) if at is not None else 0.0
