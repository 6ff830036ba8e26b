"""The API's answers: records in the shapes of data.inclusion's v1, pages, and the models that document them.

Records are kept as the text of JSON objects, and an answer is put together from these texts as they are: neither
read nor written again, whatever the size of the page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, create_model
from sqlalchemy.orm import Session

from bot.directory import store
from bot.directory.catalogue import View
from bot.directory.schema import FIELDS, MODELS

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


def page(items: Sequence[str], total: int, number: int, asked: int) -> str:
    """A page as data.inclusion gives it: `size` is the number of items there are, `pages` counts by what was asked."""
    pages = -(-total // asked)
    return (
        f'{{"items":[{",".join(items)}],"total":{total},"page":{number},"size":{len(items)},"pages":{pages}}}'
    )


def service(document: str, score: float, *added: tuple[str, str]) -> str:
    """One service: its document, its score of the day, and what else the answer holds, as (name, JSON text)."""
    return _with(document, ("score_qualite", repr(score)), *added)


def structure(document: str, *added: tuple[str, str]) -> str:
    """One structure: its document, and what else the answer holds."""
    return _with(document, *added)


def services(session: Session, view: View, ids: Sequence[str], *, extra: bool = False) -> dict[str, str]:
    """These services by id, in this order, without their structures; `extra` adds what the schema does not hold."""
    found = store.documents(session, "service", ids)
    aside = _aside(session, ids) if extra else {}
    return {id_: service(found[id_], score_of(view, id_), *aside.get(id_, ())) for id_ in ids if id_ in found}


def detailed(session: Session, view: View, ids: Sequence[str], *, extra: bool = False) -> dict[str, str]:
    """These services by id, in this order, each with its structure."""
    found = store.documents(session, "service", ids)
    home_of = {id_: _home_of(view, id_, document) for id_, document in found.items()}
    homes = store.documents(session, "structure", sorted(set(home_of.values())))
    aside = _aside(session, ids) if extra else {}
    return {
        id_: service(
            found[id_],
            score_of(view, id_),
            *aside.get(id_, ()),
            ("structure", homes.get(home_of[id_]) or _unknown_home(found[id_])),
        )
        for id_ in ids
        if id_ in found
    }


def score_of(view: View, id_: str) -> float:
    """The quality score of a service of the view; 0 for one that came after it."""
    at = view.index.position.get(id_)
    return float(view.index.score[at]) if at is not None else 0.0


def _with(document: str, *added: tuple[str, str]) -> str:
    return document[:-1] + "".join(f',"{name}":{value}' for name, value in added) + "}"


def _aside(session: Session, ids: Iterable[str]) -> Mapping[str, tuple[tuple[str, str]]]:
    found = store.records(session, "service", list(ids))
    return {
        id_: (
            (
                "extra",
                text({**(record["extra"] or {}), "codes_inconnus": record["codes_inconnus"]}),
            ),
        )
        for id_, record in found.items()
    }


def _home_of(view: View, id_: str, document: str) -> str:
    at = view.index.position.get(id_)
    # A service that came after the view was made is not in its columns.
    return str(json.loads(document)["structure_id"] if at is None else view.index.structure_ids[at])


def _unknown_home(document: str) -> str:
    """The structure of a service whose source did not give it: only what the service itself says."""
    said = json.loads(document)
    made: dict[str, Any] = dict.fromkeys(FIELDS["structure"])
    made.update(
        source=said["source"],
        id=said["structure_id"],
        nom=said["structure_id"],
        date_maj=said["date_maj"],
        adresse_certifiee=False,
    )
    return text(made)


def text(value: Any) -> str:
    """A value as JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
