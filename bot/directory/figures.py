"""How much the directory holds, and how good it is: the counts of `relais directory stats`."""

from __future__ import annotations

from collections import Counter
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.directory import importer, overlays
from bot.directory.catalogue import View
from bot.directory.schema import ENUMS
from bot.directory.search import Query, search
from bot.directory.tables import Run


def figures(session: Session, view: View) -> dict[str, Any]:
    """Counts of what is in force, plain JSON data."""
    gone = {kind: session.scalar(select(func.count()).select_from(table).where(table.c.withdrawn_at.is_not(None)))
            for kind, table in importer.TABLES.items()}  # fmt: skip
    last = session.scalars(select(Run).order_by(Run.id.desc()).limit(1)).first()
    local = sum(len(said) for said in overlays.in_force(session, view.day).values())
    index = view.index
    return {
        "version": view.version,
        "services": len(index),
        "structures": len(view.structures.lines),
        "withdrawn": gone,
        "sources": dict(Counter(str(source) for source in index.sources).most_common()),
        "themes": {
            str(code.value): count
            for code in ENUMS["categories"]
            if (count := _of_category(view, str(code.value)))
        },
        "over": int((~view.usable).sum()),
        "not_updated_for_a_year": int((index.age_days > 365).sum()),
        "without_own_point": int((~index.own_point).sum()),
        "without_any_place": len(index) - index.placed,
        "remote": len(index.remote),
        "without_publics": int((index.publics == 0).sum()),
        "score_median": round(float(sorted(index.score)[len(index) // 2]), 2) if len(index) else None,
        "local_knowledge": local,
        "last_change": {"kind": last.kind, "at": last.at.isoformat(timespec="seconds")} if last else None,
    }


def _of_category(view: View, category: str) -> int:
    return len(search(view.index, view.places, Query(thematiques=[category])))
