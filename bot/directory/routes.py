"""The API v1 of the directory: the paths, parameters, pages and errors of data.inclusion's own."""

import hmac
import json
from collections.abc import Callable, Collection, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from bot.directory import answers, search_routes, service_routes, structure_routes
from bot.directory import parameters as p
from bot.directory.catalogue import Catalogue

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
    for room in (service_routes, search_routes, structure_routes):
        room.add(data, catalogue)
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
