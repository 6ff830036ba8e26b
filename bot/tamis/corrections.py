"""What a counsellor says a service really requires, laid over what was read, for as long as the text stands."""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.tamis.criteria import Criterion
from bot.tamis.reader import READ_EXTRA, READ_FIELDS, Reader, Reading

SOURCE_FIELDS = (*READ_FIELDS, "publics", "zone_eligibilite", "mobilisable_par")


@dataclass(frozen=True, slots=True)
class Correction:
    """One version of what a service requires. `digest` is that of the text the author had before their eyes.

    `criteria` None withdraws the earlier corrections: what is read counts again.
    """

    service_id: str
    version: int
    author: str
    made_at: dt.datetime
    digest: str
    criteria: tuple[Criterion, ...] | None
    needs_professional: bool | None = None
    comment: str = ""


def digest(service: Mapping[str, Any]) -> str:
    """A fingerprint of everything conditions are read from; the same whatever the order of coded lists."""
    kept = {}
    for field in SOURCE_FIELDS:
        value = service.get(field)
        listed = isinstance(value, list | tuple | set | frozenset)
        kept[field] = sorted(str(item) for item in value) if listed and value is not None else value
    extra = service.get("extra")
    if isinstance(extra, Mapping):
        # Who runs the service or what was reported of it stands there too, and says nothing of who may enter.
        kept["extra"] = {field: extra[field] for field in READ_EXTRA if extra.get(field)}
    text = json.dumps(kept, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def mark(service: Mapping[str, Any]) -> int:
    """A short fingerprint of everything a reading depends on: two readings with the same mark are the same."""
    around = [str(service.get(field)) for field in ("source", "date_maj", "code_insee")]
    return int(hashlib.sha256("\n".join([digest(service), *around]).encode()).hexdigest()[:16], 16)


def in_force(corrections: Sequence[Correction]) -> Correction | None:
    """The last version, or None when there is none or it withdraws."""
    last = max(corrections, key=lambda correction: correction.version, default=None)
    return None if last is None or last.criteria is None else last


def overlay(
    reading: Reading, service: Mapping[str, Any], corrections: Sequence[Correction], reader: Reader
) -> Reading:
    """The reading with the correction in force. Once the source text has changed the reading counts again,
    marked `to_review`: the correction is kept, and asks to be looked at.
    """
    correction = in_force(corrections)
    if correction is None or correction.criteria is None:
        return reading
    if correction.digest != digest(service):
        return dataclasses.replace(reading, to_review=True)
    professional = correction.needs_professional
    return dataclasses.replace(
        reading,
        criteria=correction.criteria,
        level=reader.level(correction.criteria),
        unread=(),
        needs_professional=reading.needs_professional if professional is None else professional,
        corrected_by=correction.author,
    )
