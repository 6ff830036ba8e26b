"""The settings of the channels that need an account somewhere; a channel without them stays closed."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import ROOT


class WebSettings(BaseSettings):
    """The chat on web pages (`RELAIS_WEB_…`)."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_WEB_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    origins: str = Field(
        default="",
        description="Sites that may embed the widget (https://www.example.org), parted by spaces; "
        "empty means our own pages only.",
    )


class TelegramSettings(BaseSettings):
    """Telegram (`RELAIS_TELEGRAM_…`)."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_TELEGRAM_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    token: SecretStr | None = Field(default=None, description="Token of the bot, from @BotFather.")
    secret: SecretStr | None = Field(
        default=None,
        description="Secret Telegram sends with each update to the webhook (1-256 of A-Z a-z 0-9 _ -); "
        "empty means long polling, which needs no public address.",
    )
    name: str = Field(
        default="", description="The bot's public name; with it the chat offers to go on there by a code."
    )
    api: str = Field(default="https://api.telegram.org", description="Address of the Bot API.")


class SmsSettings(BaseSettings):
    """Short messages (`RELAIS_SMS_…`)."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_SMS_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    provider: Literal["", "kannel", "android", "generic", "twilio", "ovh"] = Field(
        default="", description="Who carries the messages; empty closes the channel."
    )
    secret: SecretStr | None = Field(
        default=None,
        description="What inbound requests prove themselves with: the HMAC key (android, generic), the auth token "
        "(twilio), or the last part of the webhook's address (kannel, ovh).",
    )
    url: str = Field(default="", description="Address of the provider's API; empty means its public one.")
    user: str = Field(default="", description="Account: user (kannel, android), SID (twilio), service (ovh).")
    password: SecretStr | None = Field(default=None, description="Password, token or application secret.")
    sender: str = Field(default="", description="Number or name the messages come from.")
    application_key: str = Field(default="", description="OVHcloud: application key.")
    consumer_key: SecretStr | None = Field(default=None, description="OVHcloud: consumer key.")
