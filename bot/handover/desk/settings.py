"""Settings of the desk itself (`RELAIS_DESK_…`)."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import ROOT


class DeskSettings(BaseSettings):
    """What counsellors are shown."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_DESK_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    sms_price: float = Field(
        default=0.0,
        ge=0.0,
        description="Euros one SMS costs, shown before a counsellor sends it; 0 shows only how many there are.",
    )
