"""The routes of the API v1 that search for services: around a place, and by words."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response
from sqlalchemy.orm import Session

from bot.directory import answers, listing
from bot.directory import parameters as p
from bot.directory.asked import answer, codes, null, number, ok, point, session_of
from bot.directory.catalogue import Catalogue
from bot.directory.search import Query as Search
from bot.directory.search import UnknownCommune

_UNKNOWN_COMMUNE = "This `code_commune` does not exist."
# Half the way round the globe: farther is nowhere.
_EARTH_KM = 20038


def add(data: APIRouter, catalogue: Catalogue) -> None:
    """The routes that search: by place and criteria, and by words."""
    opened = Annotated[Session, Depends(session_of(catalogue))]

    @data.get(
        "/search/services", summary="Rechercher des services", responses=ok(answers.PageOfServiceResults)
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
            point=point(lat, lon),
            thematiques=codes(thematiques),
            frais=codes(frais),
            modes_accueil=codes(modes_accueil),
            publics=codes(publics),
            types=codes(types),
            sources=sources or (),
            score_minimum=number(score_qualite_minimum),
        )
        try:
            hits, total = listing.search_services(
                view, query, recherche_public, bool(exclure_doublons), page, size
            )
        except UnknownCommune as error:
            raise HTTPException(422, _UNKNOWN_COMMUNE) from error
        found = answers.detailed(session, view, [id_ for id_, _ in hits])
        items = [f'{{"service":{found[id_]},"distance":{null(km)}}}' for id_, km in hits if id_ in found]
        return answer(answers.page(items, total, page, size))

    @data.get("/search", summary="[BETA] Recherche par mots", responses=ok(answers.PageOfResults))
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
            point=point(lat, lon),
            radius_km=float(min(distance, _EARTH_KM)),
            thematiques=codes(thematiques),
            frais=codes(frais),
            modes_accueil=codes(modes_accueil),
            publics=codes(publics),
            types=codes(types),
            sources=sources or (),
            score_minimum=number(score_qualite_minimum),
        )
        hits, total = listing.search_words(view, query, q, territory, page, size)
        found = answers.detailed(session, view, [hit[0] for hit in hits])
        items = [
            f'{{"service":{found[id_]},"distance":{null(km)},"score_recherche":{null(rank)}}}'
            for id_, km, rank in hits
            if id_ in found
        ]
        return answer(answers.page(items, total, page, size))
