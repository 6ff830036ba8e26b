"""How long each kind of data is kept (`RELAIS_KEEP_…`), in days; 0 keeps nothing past the next round."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import ROOT


class KeepSettings(BaseSettings):
    """Durations. The defaults are proposals, to be decided by whoever answers for the data."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_KEEP_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    messages: int = Field(
        default=30, ge=0, description="Days the words of a conversation are kept after its last message."
    )
    people: int = Field(
        default=180,
        ge=0,
        description="Days after their last message that a person is kept, when no handover of theirs is.",
    )
    handovers: int = Field(
        default=365, ge=0, description="Days a closed handover is kept with its summary and notes."
    )
    silences: int = Field(
        default=1095, ge=0, description="Days the fingerprint of an address that said STOP is kept."
    )
    engine: int = Field(
        default=1, ge=0, description="Days of silence after which the engine's own trace of a dialogue goes."
    )
    audit: int = Field(default=365, ge=0, description="Days of the desk's record of who saw what.")
    sessions: int = Field(
        default=30, ge=0, description="Days an unused sign-in or a spent invitation is kept."
    )
    receipts: int = Field(default=1825, ge=0, description="Days the receipt of an erasure is kept.")
    logs: int = Field(default=30, ge=1, description="Days of log files under `var`.")
    backups: int = Field(default=30, ge=1, description="Days a backup is kept in the backup folder.")
