"""How much is told, in which form, and to whom."""

from __future__ import annotations

from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import ROOT


class LogSettings(BaseSettings):
    """The log (`RELAIS_LOG_…`)."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_LOG_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info",
        description="From which level on our own lines are written; those of libraries from warning.",
    )
    form: Literal["text", "json"] = Field(
        default="text", description="`text` for people, `json` (one object a line) for a log collector."
    )


class TracesSettings(BaseSettings):
    """Traces of turns (`RELAIS_TRACES_…`)."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_TRACES_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    url: str = Field(
        default="",
        description="Address that takes OpenTelemetry traces by OTLP over HTTP, up to its /v1/traces; "
        "empty means none are made.",
    )
