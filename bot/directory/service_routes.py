"""The routes of the API v1 about services: listed, one, and where they come from."""

import json
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from bot.directory import answers, listing
from bot.directory import parameters as p
from bot.directory.asked import NOT_FOUND, answer, codes, found_or_not, number, ok, record_id, session_of
from bot.directory.catalogue import Catalogue
from bot.directory.search import Query as Search


def add(data: APIRouter, catalogue: Catalogue) -> None:
    """The routes of services and their sources."""
    opened = Annotated[Session, Depends(session_of(catalogue))]

    @data.get("/services", summary="Lister les services", responses=ok(answers.PageOfServices))
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
            thematiques=codes(thematiques),
            frais=codes(frais),
            publics=codes(publics),
            modes_accueil=codes(modes_accueil),
            types=codes(types),
            sources=sources or (),
            score_minimum=number(score_qualite_minimum),
        )
        ids, total = listing.list_services(view, query, territory, recherche_public, page, size)
        found = answers.services(session, view, ids, extra=extra)
        return answer(answers.page(list(found.values()), total, page, size))

    @data.get(
        "/services/{id}", summary="Détailler un service", responses=found_or_not(answers.DetailedService)
    )
    def retrieve_service(
        id: str,
        session: opened,
        extra: Annotated[bool, Query(include_in_schema=False)] = False,
    ) -> Response:
        found = answers.detailed(session, catalogue.view(session), [record_id(id)], extra=extra)
        if not found:
            raise HTTPException(404, NOT_FOUND)
        return answer(*found.values())

    @data.get("/sources", summary="Lister les sources", responses=ok(list[answers.Source]))
    def list_sources(session: opened) -> JSONResponse:
        published = json.loads((p.REFERENCE / "sources.json").read_text(encoding="utf-8"))
        known = {source["slug"] for source in published}
        present = {str(source) for source in catalogue.view(session).index.sources}
        own = [{"slug": slug, "nom": slug, "description": None} for slug in sorted(present - known)]
        return JSONResponse(published + own)
