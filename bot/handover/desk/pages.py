"""Pages: templates, French words, and the headers that keep scripts of others out."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from babel.dates import format_date
from babel.numbers import format_decimal
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.yaml_text import yaml_loads

HERE = Path(__file__).parent
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    # Not no-referrer: the browser would then send no usable Origin with our own forms.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Words:
    """The desk's words by dotted key."""

    def __init__(self, tree: Mapping[str, Any]) -> None:
        self._flat: dict[str, str] = {}
        self._flatten("", tree)

    def __call__(self, key: str, **values: object) -> str:
        """The words of a key. Raises `KeyError` when the catalogue does not have it."""
        text = self._flat[key]
        return text.format(**values) if values else text

    def has(self, key: str) -> bool:
        """Whether the catalogue has this key."""
        return key in self._flat

    def _flatten(self, prefix: str, tree: Mapping[str, Any]) -> None:
        for key, value in tree.items():
            name = f"{prefix}{key}"
            if isinstance(value, Mapping):
                self._flatten(f"{name}.", value)
            else:
                self._flat[name] = str(value)


@functools.cache
def desk_words(data: Path) -> Words:
    """The words of `handover/desk.fr.yml` under the data folder."""
    return Words(yaml_loads((data / "handover" / "desk.fr.yml").read_text(encoding="utf-8")))


class Pages:
    """Renders templates; everything is escaped unless a template says otherwise (none does)."""

    def __init__(self, words: Words, french: Mapping[str, Any]) -> None:
        """`french` are the words of `summary.fr.yml`: names of languages and channels."""
        self.words = words
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"day": day, "km": km, "phone": phone}
        self._templates.globals["t"] = words
        self._templates.globals["language"] = french["codes"]["language"]
        self._templates.globals["channel"] = french["channels"]

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """A whole page, or a piece of one."""
        values.setdefault("who", None)
        values.setdefault("csrf", "")
        values.setdefault("here", "")
        values.setdefault("error", None)
        values.setdefault("done", None)
        return HTMLResponse(self._templates.get_template(template).render(**values), status)


def day(written: str) -> str:
    """An ISO day in French, short."""
    return format_date(date.fromisoformat(written[:10]), "d MMM y", locale="fr")


def km(value: float) -> str:
    """Kilometres in French: one decimal under ten, none above."""
    return format_decimal(value, "0.#" if value < 10 else "0", locale="fr")


def phone(number: str) -> str:
    """A French number in pairs; another as it is."""
    digits = number.removeprefix("+33").replace(" ", "")
    if not number.startswith("+33") or len(digits) != 9:
        return number
    return " ".join([f"0{digits[0]}", *(digits[at : at + 2] for at in range(1, 9, 2))])


class Problem(Exception):
    """Ends a request with a page that says why; `reason` is a code of `error.*`."""

    def __init__(self, status: int, reason: str, **values: object) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.values_of = values


class SignInFirst(Exception):
    """Ends a request at the sign-in page, which leads back to where the browser was going."""


def route_class(pages: Pages) -> type[APIRoute]:
    """A route that turns problems into pages and gives every answer the desk's headers."""

    class DeskRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Any]:
            inner = super().get_route_handler()

            async def handle(request: Request) -> Response:
                response = await _answered(inner, request, pages)
                for name, value in HEADERS.items():
                    response.headers.setdefault(name, value)
                return response

            return handle

    return DeskRoute


async def _answered(inner: Callable[[Request], Any], request: Request, pages: Pages) -> Response:
    try:
        answered: Response = await inner(request)
    except SignInFirst:
        wanted = request.url.path if request.method == "GET" else "/desk"
        return RedirectResponse(f"/desk/sign-in?next={wanted}", 303)
    except Problem as problem:
        words = pages.words(f"error.{problem.reason}", **problem.values_of)
        return pages.page("problem.html", problem.status, error=words)
    except (RequestValidationError, HTTPException):
        return pages.page("problem.html", 400, error=pages.words("error.value"))
    return answered
