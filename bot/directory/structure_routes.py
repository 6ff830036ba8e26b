"""The routes of the API v1 about structures: listed, and one with its services."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response
from sqlalchemy.orm import Session

from bot.directory import answers, listing, store
from bot.directory import parameters as p
from bot.directory.asked import NOT_FOUND, answer, codes, found_or_not, ok, record_id, session_of
from bot.directory.catalogue import Catalogue


def add(data: APIRouter, catalogue: Catalogue) -> None:
    """The routes of structures."""
    opened = Annotated[Session, Depends(session_of(catalogue))]

    @data.get("/structures", summary="Lister les structures", responses=ok(answers.PageOfStructures))
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
            view, sources or (), codes(reseaux_porteurs), territory, bool(exclure_doublons), page, size
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
        return answer(answers.page(items, total, page, size))

    @data.get(
        "/structures/{id}",
        summary="Détailler une structure",
        responses=found_or_not(answers.DetailedStructure),
    )
    def retrieve_structure(id: str, session: opened) -> Response:
        view = catalogue.view(session)
        wanted = record_id(id)
        twins = view.structures.twins.get(wanted, ())
        found = store.documents(session, "structure", [wanted, *twins])
        if wanted not in found:
            raise HTTPException(404, NOT_FOUND)
        line = view.structures.by_id.get(wanted)
        doubles = [found[twin] for twin in twins if twin in found]
        listed = [
            answers.service(document, answers.score_of(view, id_))
            for id_, document in store.services_of(session, wanted).items()
        ]
        return answer(
            answers.structure(
                found[wanted],
                ("score_qualite", repr(line.score if line else 0.0)),
                ("doublons", f"[{','.join(doubles)}]"),
                ("services", f"[{','.join(listed)}]"),
            )
        )
