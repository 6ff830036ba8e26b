"""Settings of the teams that work elsewhere; nothing leaves by default."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import ROOT


class OutsideSettings(BaseSettings):
    """Which team works where (`RELAIS_HANDOVER_…`)."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_HANDOVER_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    backends: dict[str, str] = Field(
        default_factory=dict,
        description="Team → place, as a JSON object: `chatwoot`, `orientation` (e-mail with a link); "
        "a team not named here works at the desk.",
    )
    link_days: int = Field(default=14, description="Days the link of an orientation e-mail stays valid.")


class ChatwootSettings(BaseSettings):
    """A Chatwoot inbox of the API kind (`RELAIS_CHATWOOT_…`)."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_CHATWOOT_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    url: str = Field(default="", description="Address of the Chatwoot server; empty turns it off.")
    inbox: str = Field(default="", description="Identifier of its API inbox.")
    secret: SecretStr = Field(
        default=SecretStr(""),
        description="End of the webhook's address (/api/handover/chatwoot/<secret>); 24 characters or more.",
    )
    timeout: float = Field(default=10.0, description="Seconds to wait for Chatwoot.")
