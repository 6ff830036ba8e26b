"""The API v1 of the directory: the paths, parameters, pages and errors of data.inclusion's own."""

import hmac
import json
import math
from collections.abc import Callable, Collection, Coroutine, Iterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from sqlalchemy.orm import Session

from bot.directory import answers, listing, store
from bot.directory import parameters as p
from bot.directory.catalogue import Catalogue
from bot.directory.search import Query as Search
from bot.directory.search import UnknownCommune

_UNKNOWN_COMMUNE = "This `code_commune` does not exist."
_HALF_A_POINT = "The `lat` and `lon` must be simultaneously filled."
_NO_POINT = "The `lat` and `lon` must be a point of the globe."
_NOT_FOUND = "Not Found"
_LISTS = {
    "frais": "Récupérer le référentiel des frais",
    "modes-accueil": "Récupérer le référentiel des modes d'accueil",
    "modes-mobilisation": "Récupérer le référentiel des modes de mobilisation",
    "personnes-mobilisatrices": "Récupérer le référentiel des personnes mobilisatrices",
    "publics": "Récupérer le référentiel des publics",
    "reseaux-porteurs": "Récupérer le référentiel des réseaux porteurs",
    "thematiques": "Récupérer le référentiel des thématiques",
    "types-services": "Récupérer le référentiel des types de services",
}
_FILE_OF_LIST = {"types-services": "types-de-services"}


class PublishedRoute(APIRoute):
    """A route whose refused parameters are told as data.inclusion tells them, whatever the application around does."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The route's handler, with the error shape of the API v1."""
        inner = super().get_route_handler()

        async def handler(request: Request) -> Response:
            try:
                return await inner(request)
            except RequestValidationError as error:
                return JSONResponse({"detail": jsonable_encoder(error.errors())}, 422)

        return handler


def router(catalogue: Catalogue, tokens: Collection[str] = ()) -> APIRouter:
    """The routes under `/api/v1`. With `tokens`, the data asks for one of them as a Bearer token."""
    made = APIRouter(prefix="/api/v1", route_class=PublishedRoute)
    for name, summary in _LISTS.items():
        _document(made, name, summary)
    data = APIRouter(tags=["Données"], route_class=PublishedRoute, dependencies=[Depends(_gate(tokens))])
    _services(data, catalogue)
    _search(data, catalogue)
    _structures(data, catalogue)
    made.include_router(data)
    return made


def _gate(tokens: Collection[str]) -> Callable[..., None]:
    bearer = HTTPBearer(auto_error=False)
    known = [token.encode() for token in tokens]

    def check(given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]) -> None:
        if not known:
            return
        said = given.credentials.encode() if given else b""
        # Compared with every token, so that the time taken says nothing of which one is near.
        if not any([hmac.compare_digest(said, token) for token in known]):  # noqa: C419
            raise HTTPException(401, "Not authenticated", {"WWW-Authenticate": "Bearer"})

    return check


def _document(made: APIRouter, name: str, summary: str) -> None:
    file = p.REFERENCE / f"{_FILE_OF_LIST.get(name, name)}.json"
    listed: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))

    @made.get(
        f"/doc/{name}",
        summary=summary,
        tags=["v1 | Documentation"],
        response_model=list[answers.FrameworkValue],
        name=f"doc-{name}",
    )
    def codes() -> JSONResponse:
        return JSONResponse(listed)


def _ok(model: Any) -> dict[int | str, dict[str, Any]]:
    return {200: {"model": model}, 401: {"model": answers.Problem}, 422: {"model": answers.Problem}}


def _found(model: Any) -> dict[int | str, dict[str, Any]]:
    return {**_ok(model), 404: {"model": answers.Problem}}


def _session(catalogue: Catalogue) -> Callable[[], Iterator[Session]]:
    def opened() -> Iterator[Session]:
        with catalogue.factory() as session:
            yield session

    return opened


def _services(data: APIRouter, catalogue: Catalogue) -> None:
    opened = Annotated[Session, Depends(_session(catalogue))]

    @data.get("/services", summary="Lister les services", responses=_ok(answers.PageOfServices))
    def list_services(
        request: Request,
        session: opened,
        page: p.Page = 1,
        size: p.Size = p.DEFAULT_SIZE,
        sources: p.Sources = None,
        thematiques: p.Thematiques = None,
        code_region: p.Region = None,
        slug_region: p.SlugRegion = None,
        code_departement: p.Departement = None,
        slug_departement: p.SlugDepartement = None,
        code_commune: p.Commune = None,
        frais: p.FraisListe = None,
        publics: p.Publics = None,
        recherche_public: p.RecherchePublic = None,
        modes_accueil: p.Modes = None,
        types: p.Types = None,
        score_qualite_minimum: p.ScoreMinimum = None,
        extra: Annotated[bool, Query(include_in_schema=False)] = False,
    ) -> Response:
        view = catalogue.view(session)
        territory = listing.Territory.of(
            code_region, slug_region, code_departement, slug_departement, code_commune
        )
        query = Search(
            thematiques=_codes(thematiques),
            frais=_codes(frais),
            publics=_codes(publics),
            modes_accueil=_codes(modes_accueil),
            types=_codes(types),
            sources=sources or (),
            score_minimum=_number(score_qualite_minimum),
        )
        ids, total = listing.list_services(view, query, territory, recherche_public, page, size)
        found = answers.services(session, view, ids, extra=extra)
        return _json(answers.page(list(found.values()), total, page, size))

    @data.get("/services/{id}", summary="Détailler un service", responses=_found(answers.DetailedService))
    def retrieve_service(
        id: str,
        session: opened,
        extra: Annotated[bool, Query(include_in_schema=False)] = False,
    ) -> Response:
        found = answers.detailed(session, catalogue.view(session), [_id(id)], extra=extra)
        if not found:
            raise HTTPException(404, _NOT_FOUND)
        return _json(*found.values())

    @data.get("/sources", summary="Lister les sources", responses=_ok(list[answers.Source]))
    def list_sources(session: opened) -> JSONResponse:
        published = json.loads((p.REFERENCE / "sources.json").read_text(encoding="utf-8"))
        known = {source["slug"] for source in published}
        present = {str(source) for source in catalogue.view(session).index.sources}
        own = [{"slug": slug, "nom": slug, "description": None} for slug in sorted(present - known)]
        return JSONResponse(published + own)


def _search(data: APIRouter, catalogue: Catalogue) -> None:
    opened = Annotated[Session, Depends(_session(catalogue))]

    @data.get(
        "/search/services", summary="Rechercher des services", responses=_ok(answers.PageOfServiceResults)
    )
    def search_services(
        session: opened,
        page: p.Page = 1,
        size: p.Size = p.DEFAULT_SIZE,
        sources: p.Sources = None,
        code_commune: p.Commune = None,
        lat: p.Lat = None,
        lon: p.Lon = None,
        thematiques: p.Thematiques = None,
        frais: p.FraisListe = None,
        modes_accueil: p.Modes = None,
        publics: p.Publics = None,
        recherche_public: p.RecherchePublic = None,
        types: p.Types = None,
        score_qualite_minimum: p.ScoreMinimum = None,
        exclure_doublons: p.Doublons = False,
    ) -> Response:
        view = catalogue.view(session)
        query = Search(
            code_commune=code_commune,
            point=_point(lat, lon),
            thematiques=_codes(thematiques),
            frais=_codes(frais),
            modes_accueil=_codes(modes_accueil),
            publics=_codes(publics),
            types=_codes(types),
            sources=sources or (),
            score_minimum=_number(score_qualite_minimum),
        )
        try:
            hits, total = listing.search_services(
                view, query, recherche_public, bool(exclure_doublons), page, size
            )
        except UnknownCommune as error:
            raise HTTPException(422, _UNKNOWN_COMMUNE) from error
        found = answers.detailed(session, view, [id_ for id_, _ in hits])
        items = [f'{{"service":{found[id_]},"distance":{_null(km)}}}' for id_, km in hits if id_ in found]
        return _json(answers.page(items, total, page, size))

    @data.get("/search", summary="[BETA] Recherche par mots", responses=_ok(answers.PageOfResults))
    def search_words(
        session: opened,
        page: p.Page = 1,
        size: p.Size = p.DEFAULT_SIZE,
        q: p.Question = None,
        sources: p.Sources = None,
        code_commune: p.Commune = None,
        code_region: p.Region = None,
        slug_region: p.SlugRegion = None,
        code_departement: p.Departement = None,
        slug_departement: p.SlugDepartement = None,
        lat: p.Lat = None,
        lon: p.Lon = None,
        distance: p.Distance = 50,
        thematiques: p.Thematiques = None,
        frais: p.FraisListe = None,
        modes_accueil: p.Modes = None,
        publics: p.Publics = None,
        types: p.Types = None,
        score_qualite_minimum: p.ScoreMinimum = None,
    ) -> Response:
        view = catalogue.view(session)
        territory = listing.Territory.of(
            code_region, slug_region, code_departement, slug_departement, code_commune
        )
        query = Search(
            point=_point(lat, lon),
            radius_km=float(min(distance, _EARTH_KM)),
            thematiques=_codes(thematiques),
            frais=_codes(frais),
            modes_accueil=_codes(modes_accueil),
            publics=_codes(publics),
            types=_codes(types),
            sources=sources or (),
            score_minimum=_number(score_qualite_minimum),
        )
        hits, total = listing.search_words(view, query, q, territory, page, size)
        found = answers.detailed(session, view, [hit[0] for hit in hits])
        items = [
            f'{{"service":{found[id_]},"distance":{_null(km)},"score_recherche":{_null(rank)}}}'
            for id_, km, rank in hits
            if id_ in found
        ]
        return _json(answers.page(items, total, page, size))


def _structures(data: APIRouter, catalogue: Catalogue) -> None:
    opened = Annotated[Session, Depends(_session(catalogue))]

    @data.get("/structures", summary="Lister les structures", responses=_ok(answers.PageOfStructures))
    def list_structures(
        session: opened,
        page: p.Page = 1,
        size: p.Size = p.DEFAULT_SIZE,
        sources: p.Sources = None,
        reseaux_porteurs: p.Reseaux = None,
        code_region: p.Region = None,
        slug_region: p.SlugRegion = None,
        code_departement: p.Departement = None,
        slug_departement: p.SlugDepartement = None,
        code_commune: p.Commune = None,
        exclure_doublons: p.Doublons = False,
    ) -> Response:
        view = catalogue.view(session)
        territory = listing.Territory.of(
            code_region, slug_region, code_departement, slug_departement, code_commune
        )
        ids, total = listing.list_structures(
            view, sources or (), _codes(reseaux_porteurs), territory, bool(exclure_doublons), page, size
        )
        found = store.documents(session, "structure", ids)
        lines = view.structures.by_id
        items = [
            answers.structure(
                found[id_],
                ("score_qualite", repr(lines[id_].score)),
                (
                    "doublons",
                    answers.text(
                        [
                            {"source": lines[twin].source, "id": twin}
                            for twin in view.structures.twins.get(id_, ())
                        ]
                    ),
                ),
            )
            for id_ in ids
            if id_ in found
        ]
        return _json(answers.page(items, total, page, size))

    @data.get(
        "/structures/{id}", summary="Détailler une structure", responses=_found(answers.DetailedStructure)
    )
    def retrieve_structure(id: str, session: opened) -> Response:
        view = catalogue.view(session)
        wanted = _id(id)
        twins = view.structures.twins.get(wanted, ())
        found = store.documents(session, "structure", [wanted, *twins])
        if wanted not in found:
            raise HTTPException(404, _NOT_FOUND)
        line = view.structures.by_id.get(wanted)
        doubles = [found[twin] for twin in twins if twin in found]
        listed = [
            answers.service(document, answers.score_of(view, id_))
            for id_, document in store.services_of(session, wanted).items()
        ]
        return _json(
            answers.structure(
                found[wanted],
                ("score_qualite", repr(line.score if line else 0.0)),
                ("doublons", f"[{','.join(doubles)}]"),
                ("services", f"[{','.join(listed)}]"),
            )
        )


_EARTH_KM = 20038


def _point(lat: float | None, lon: float | None) -> tuple[float, float] | None:
    if (lat is None) != (lon is None):
        raise HTTPException(422, _HALF_A_POINT)
    if lat is None or lon is None:
        return None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):  # also refuses NaN
        raise HTTPException(422, _NO_POINT)
    return lon, lat


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")


def _null(number: float | None) -> str:
    return "null" if number is None else repr(number)


def _codes(given: Collection[str] | None) -> tuple[str, ...]:
    # The parameters are members of enumerations, which do not hash nor print like their values.
    return tuple(str(getattr(code, "value", code)) for code in given or ())


def _number(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


def _id(given: str) -> str:
    # PostgreSQL refuses this character in text; no record can bear it.
    if "\x00" in given:
        raise HTTPException(404, _NOT_FOUND)
    return given
