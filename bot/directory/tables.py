"""Tables of the directory: structures, services, sources, import runs and local knowledge."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, DateTime, Float, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.database import Base


class Source(Base):
    """A producer of records (`dora`, `mes-aides`…) and the digest of what was last loaded in one piece."""

    __tablename__ = "directory_source"

    slug: Mapped[str] = mapped_column(String(200), primary_key=True)
    nom: Mapped[str | None] = mapped_column(Text)
    digest: Mapped[str | None] = mapped_column(String(64))
    loaded_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Structure(Base):
    """A structure of the schema v1, kept for a while after it vanished from its source.

    `document` is the record as the API gives it; the other fields of the schema are here only as far as something
    is looked for by them. `codes_inconnus` holds, by field, the codes the schema does not know.
    """

    __tablename__ = "directory_structure"
    __table_args__ = (Index("ix_directory_structure_source", "source"),)

    id: Mapped[str] = mapped_column(String(400), primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    nom: Mapped[str] = mapped_column(Text)
    date_maj: Mapped[date] = mapped_column(Date)
    siret: Mapped[str | None] = mapped_column(String(14))
    code_insee: Mapped[str | None] = mapped_column(String(5))
    reseaux_porteurs: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    document: Mapped[str] = mapped_column(Text)
    codes_inconnus: Mapped[dict[str, list[str]] | None] = mapped_column(JSON(none_as_null=True))
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    digest: Mapped[str] = mapped_column(String(32))
    withdrawn_at: Mapped[date | None] = mapped_column(Date)


class Service(Base):
    """A service of the schema v1, kept as structures are.

    `score_sum` and `score_count` are the part of the quality score that does not depend on the day. No foreign
    key binds `structure_id`: a dump may bring services before, or without, their structures.
    """

    __tablename__ = "directory_service"
    __table_args__ = (
        Index("ix_directory_service_source", "source"),
        Index("ix_directory_service_structure", "structure_id"),
    )

    id: Mapped[str] = mapped_column(String(400), primary_key=True)
    source: Mapped[str] = mapped_column(String(200))
    structure_id: Mapped[str] = mapped_column(String(400))
    nom: Mapped[str] = mapped_column(Text)
    date_maj: Mapped[date] = mapped_column(Date)
    type: Mapped[str | None] = mapped_column(String(100))
    thematiques: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    frais: Mapped[str | None] = mapped_column(String(100))
    publics: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    code_insee: Mapped[str | None] = mapped_column(String(5))
    longitude: Mapped[float | None] = mapped_column(Float)
    latitude: Mapped[float | None] = mapped_column(Float)
    modes_accueil: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    zone_eligibilite: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    document: Mapped[str] = mapped_column(Text)
    codes_inconnus: Mapped[dict[str, list[str]] | None] = mapped_column(JSON(none_as_null=True))
    extra: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    score_sum: Mapped[float] = mapped_column(Float)
    score_count: Mapped[int] = mapped_column(Integer)
    digest: Mapped[str] = mapped_column(String(32))
    withdrawn_at: Mapped[date | None] = mapped_column(Date)


class Run(Base):
    """One import or synchronisation that changed something, with its report; holds no contact of anybody."""

    __tablename__ = "directory_run"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    report: Mapped[dict[str, Any]] = mapped_column(JSON)


class Overlay(Base):
    """What somebody of the field knows of a service and its source does not say yet; it outlives every sync.

    `kind` is `full` (no place, `until` a date if known), `ended`, `wrong` (`field` says which), `wait` (a
    waiting time, in `note`) or `note`. `author_role` is a role (« conseillère mobilité »), never a name.
    """

    __tablename__ = "directory_overlay"
    __table_args__ = (Index("ix_directory_overlay_service", "service_id"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    service_id: Mapped[str] = mapped_column(String(400))
    kind: Mapped[str] = mapped_column(String(20))
    field: Mapped[str | None] = mapped_column(String(100))
    note: Mapped[str | None] = mapped_column(Text)
    until: Mapped[date | None] = mapped_column(Date)
    author_role: Mapped[str] = mapped_column(String(100))
    said_on: Mapped[date] = mapped_column(Date)
    expires_on: Mapped[date] = mapped_column(Date)
    withdrawn_on: Mapped[date | None] = mapped_column(Date)


class State(Base):
    """One row: a number that grows each time anything of the directory changes."""

    __tablename__ = "directory_state"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
