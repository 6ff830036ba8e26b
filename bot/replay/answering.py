"""Answers a question with a fact, as a person would: by tapping the choice that says it, else in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol


class Words(Protocol):
    """Puts a tagged value into the conversation's words."""

    def __call__(self, value: Any) -> str:
        """The words of this value."""
        ...


def answer_to(
    field: str, value: Any, asked: str | None, choices: Sequence[Mapping[str, Any]], words: Words
) -> dict[str, Any] | None:
    """How to answer `field` with `value`: `kind` and `text` or `choice` of a message; None if it was not asked.

    `choices` are those of the last answer as the gateway keeps them: {"id", "label", "payload"}.
    """
    if field != asked or value is None:
        return None
    codes = value if isinstance(value, list) else [value]
    for number, choice in enumerate(choices, start=1):
        facts = choice["payload"].get("facts") or []
        if any(_says(fact, field, value, codes) for fact in facts) and len(codes) <= 1:
            return {"kind": "choice", "choice": number}
    return {"kind": "text", "text": words(_tagged(field, value))}


def _says(fact: Mapping[str, Any], field: str, value: Any, codes: Sequence[Any]) -> bool:
    if fact.get("field") != field:
        return False
    if fact.get("operation") == "clear":
        return bool(value == [])
    return "value" in fact and bool(fact["value"] == value or fact["value"] in codes)


def _tagged(field: str, value: Any) -> Any:
    if field in ("origin", "destination"):
        return {"place": value}
    if field == "deadline":
        return {"date": value}
    if field == "arrival":
        return {"time": value}
    if isinstance(value, list):
        return {"codes": [f"{field}.{code}" for code in value]}
    if isinstance(value, int):
        return {"text": str(value)}
    return {"code": f"{field}.{value}"}
