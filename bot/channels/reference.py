"""`/api/docs`: the OpenAPI description as a plain page, so that the strict policy needs no exception."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

METHODS = ("get", "post", "put", "patch", "delete")


def router(app: FastAPI) -> APIRouter:
    """The page over `app`'s own OpenAPI."""
    made = APIRouter(include_in_schema=False)
    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=select_autoescape(),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )

    @made.get("/api/docs", response_class=HTMLResponse)
    def show() -> str:
        """Every operation by tag, with its parameters, body and answers."""
        openapi = app.openapi()
        return pages.get_template("reference.html").render(
            title=openapi["info"]["title"], groups=operations(openapi), schemas=_schemas(openapi)
        )

    return made


def operations(openapi: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The operations by tag, in order: method, path, summary, parameters, body, answers."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for path, item in openapi["paths"].items():
        for method in METHODS:
            if method not in item:
                continue
            one = item[method]
            body = one.get("requestBody", {}).get("content", {})
            groups.setdefault(next(iter(one.get("tags", [])), "Other"), []).append(
                {
                    "method": method.upper(),
                    "path": path,
                    "summary": one.get("summary", ""),
                    "description": one.get("description", ""),
                    "parameters": [
                        {
                            "name": parameter["name"],
                            "place": parameter["in"],
                            "required": parameter.get("required", False),
                            "type": named(parameter.get("schema", {})),
                            "description": parameter.get("description", ""),
                        }
                        for parameter in one.get("parameters", [])
                    ],
                    "body": [(kind, named(content.get("schema", {}))) for kind, content in body.items()],
                    "answers": [
                        (status, answer.get("description", ""))
                        for status, answer in one.get("responses", {}).items()
                    ],
                }
            )
    return groups


def named(schema: dict[str, Any]) -> str:
    """A schema in a word: its name, its type, or its alternatives."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "anyOf" in schema:
        return " | ".join(named(one) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"{named(schema.get('items', {}))}[]"
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"]))
    return str(schema.get("format") or schema.get("type") or "any")


def _schemas(openapi: dict[str, Any]) -> list[tuple[str, list[tuple[str, str, str]]]]:
    return [
        (
            name,
            [
                (field, named(content), content.get("description", ""))
                for field, content in schema.get("properties", {}).items()
            ],
        )
        for name, schema in openapi.get("components", {}).get("schemas", {}).items()
    ]
