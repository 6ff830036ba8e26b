"""Settings of what teams are told beside e-mail, and of the day's digest (`RELAIS_NOTICE_…`)."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import ROOT


class NoticeSettings(BaseSettings):
    """Telegram groups and webhooks of teams; none by default. Never anything of a person."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_NOTICE_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    telegram_token: SecretStr = Field(
        default=SecretStr(""), description="Token of the bot that writes to teams; empty writes to none."
    )
    telegram_chats: dict[str, str] = Field(
        default_factory=dict, description="Team → Telegram group, as a JSON object."
    )
    telegram_api: str = Field(
        default="https://api.telegram.org", description="Address of Telegram's API for bots."
    )
    webhooks: dict[str, str] = Field(
        default_factory=dict, description="Team → address that gets a JSON notice, as a JSON object."
    )
    webhook_secret: SecretStr = Field(
        default=SecretStr(""),
        description="Key of the HMAC-SHA256 in X-Relais-Signature; empty signs nothing.",
    )
    digest_hour: int = Field(
        default=8,
        ge=-1,
        le=23,
        description="Hour (Paris) from which a working day's digest of unclaimed requests leaves; -1 sends none.",
    )
    timeout: float = Field(default=10.0, description="Seconds to wait for a team's channel.")
