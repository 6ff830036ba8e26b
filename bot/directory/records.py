"""One row of a dump or of the API → one record of the schema v1, or the reason why not."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from bot.directory.schema import CODES, FIELDS, LISTS, MODELS, Kind

Row = Mapping[str, Any]

_CODES = {name: frozenset(codes) for name, codes in CODES.items()}
_DOCUMENT = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False)
_ASIDE = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)
_LINKS = ("lien_source", "lien_mobilisation", "site_web", "accessibilite_lieu")
_ZONE = re.compile(r"^(?:\d[0-9AB]\d{3}|\d[0-9AB]|97\d|98\d|\d{9}|99[0-5]\d{2}|france)$")
_TOKEN = re.compile(r"[\w-]+")
# What the columns hold; the schema itself sets no limit here.
_LONGEST = {"id": 400, "structure_id": 400, "source": 200, "nombre_semaines": 10_000}
_NUMBERS = frozenset({"nombre_semaines"})
# What a dump or the API adds to the schema and is either recomputed or stored in a column of its own.
_DERIVED = frozenset(
    {"score_qualite", "services", "structure", "adresse_certifiee", "extra", "codes_inconnus"}
)


@dataclass(frozen=True)
class Record:
    """A valid row.

    `values` are the record's fields as plain JSON data; `document` is the same as the text the API gives, `aside`
    the text of what it does not give (`codes_inconnus`, `extra`). `digest` of both tells whether the record changed;
    `warnings` name what was mended, as (field, reason).
    """

    kind: Kind
    values: dict[str, Any]
    digest: str
    document: str
    aside: str
    warnings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Refused:
    """A row the schema refuses, with the first field at fault and the reason; never the value itself."""

    kind: Kind
    id: str | None
    source: str | None
    field: str
    reason: str


def kind_of(row: Row) -> Kind:
    """A service has a `structure_id` or a field that only services have; anything else is a structure."""
    only = _SERVICE_ONLY
    return "service" if any(row.get(name) is not None for name in only) else "structure"


_SERVICE_ONLY = tuple(sorted(set(FIELDS["service"]) - set(FIELDS["structure"])))


def read(row: Row, kind: Kind | None = None) -> Record | Refused:
    """Validate one row against the schema v1.

    Empty strings and NaN are null; lists may come as arrays or in any of the ways CSV writes them. Codes the
    schema does not know, and half a pair of coordinates, are taken out of the fields and reported.
    """
    kind = kind or kind_of(row)
    values = {name: _clean(name, row.get(name)) for name in FIELDS[kind]}
    warnings: list[tuple[str, str]] = []
    unknown = _set_unknown_apart(values)
    warnings.extend((name, f"unknown code {code!r}") for name, codes in unknown.items() for code in codes)
    if (values["longitude"] is None) != (values["latitude"] is None):
        values["longitude"] = values["latitude"] = None
        warnings.append(("latitude", "one coordinate without the other: both left out"))
    try:
        model = MODELS[kind].model_validate(values)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        name = ".".join(str(part) for part in first["loc"][:1]) or "-"
        return Refused(kind, _text(row.get("id")), _text(row.get("source")), name, first["msg"][:200])
    valid = model.model_dump(mode="json")
    for name, most in _LONGEST.items():
        if (long := valid.get(name)) is not None and (long > most if name in _NUMBERS else len(long) > most):
            return Refused(kind, _text(row.get("id")), _text(row.get("source")), name, f"more than {most}")
    for (
        name
    ) in _LINKS:  # the validator rewrites addresses (a final slash, an encoded host): keep what was given
        if valid.get(name) is not None:
            valid[name] = values[name]
    for name in LISTS & valid.keys():
        if valid[name] is not None:
            valid[name] = sorted(set(valid[name]))
    if valid["longitude"] is not None and not _on_earth(valid["longitude"], valid["latitude"]):
        valid["longitude"] = valid["latitude"] = None
        warnings.append(("latitude", "coordinates outside the globe: both left out"))
    valid["adresse_certifiee"] = _flag(row.get("adresse_certifiee"))
    aside = {"codes_inconnus": unknown or None, "extra": _extra(row, kind)}
    document, rest = _DOCUMENT.encode(valid), _ASIDE.encode(aside)
    digest = hashlib.blake2b(f"{document}\t{rest}".encode(), digest_size=16).hexdigest()
    return Record(kind, {**valid, **aside}, digest, document, rest, tuple(warnings))


def _clean(name: str, value: Any) -> Any:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, str):
        value = _storable(value).strip()
        if value == "" or value in ("NaN", "null", "None"):
            return None
    if name in LISTS:
        # A code is letters, digits, _ and -: whatever brackets, quotes and commas a writer put around them.
        listed = isinstance(value, (list, tuple, set, frozenset))
        codes = (
            [_storable(str(item)) for item in value if item is not None]
            if listed
            else _TOKEN.findall(str(value))
        )
        return codes or None
    if isinstance(value, datetime):
        return value.date()
    if name == "date_maj" and isinstance(value, str):
        return value[:10] if len(value) > 10 and value[10] in "T " else value
    if isinstance(value, (int, float)) and not isinstance(value, bool) and name in ("siret", "code_postal"):
        return f"{int(value):0{14 if name == 'siret' else 5}d}"
    return value


def _set_unknown_apart(values: dict[str, Any]) -> dict[str, list[str]]:
    unknown: dict[str, list[str]] = {}
    for name, known in _CODES.items():
        given = values.get(name)
        if given is None:
            continue
        if name not in LISTS:
            if str(given) not in known:
                unknown[name], values[name] = [str(given)[:100]], None
            continue
        strange = sorted({code for code in given if code not in known})
        if strange:
            unknown[name] = [code[:100] for code in strange]
            values[name] = [code for code in given if code in known] or None
    if zone := values.get("zone_eligibilite"):
        strange = sorted({code for code in zone if not _ZONE.match(code)})
        if strange:
            unknown["zone_eligibilite"] = [code[:100] for code in strange]
            values["zone_eligibilite"] = [code for code in zone if _ZONE.match(code)] or None
    return unknown


def _extra(row: Row, kind: Kind) -> dict[str, Any] | None:
    given = row.get("extra")
    if isinstance(given, str):
        try:
            given = json.loads(given)
        except ValueError:
            given = {"extra": given}
    extra = dict(given) if isinstance(given, Mapping) else {}
    for name, value in row.items():
        known = name in FIELDS[kind] or name in _DERIVED or name.startswith("_")
        if not known and _clean("", value) is not None:
            extra.setdefault(name, value)
    return _json(extra) or None


def _json(value: Any) -> Any:
    """The value as JSON can hold it: dates as ISO strings, no NaN, no infinity."""
    if isinstance(value, Mapping):
        return {_storable(str(name)): _json(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_json(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, (bool, int)) else _storable(str(value))


def _storable(text: str) -> str:
    """The text without what no database stores: NUL and halves of surrogate pairs."""
    if "\x00" in text:
        text = text.replace("\x00", "")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _flag(value: Any) -> bool:
    return value if isinstance(value, bool) else str(value).lower() in ("true", "1", "t")


def _on_earth(lon: float, lat: float) -> bool:
    return -180 <= lon <= 180 and -90 <= lat <= 90


def _text(value: Any) -> str | None:
    return str(value)[:200] if isinstance(value, (str, int)) and str(value).strip() else None
