"""Settings of the directory (`RELAIS_DIRECTORY_…`), read from the environment or `.env`."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import ROOT


class DirectorySettings(BaseSettings):
    """Where the directory is synchronised from, and who may read ours."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_DIRECTORY_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    api_tokens: tuple[SecretStr, ...] = Field(
        default=(),
        description="Bearer tokens of our API v1, as a JSON list; empty: open to all who reach it.",
    )
    sync_url: str = Field(
        default="https://api.data.inclusion.gouv.fr/api/v1", description="API v1 that `directory sync` reads."
    )
    sync_token: SecretStr | None = Field(default=None, description="Bearer token given by data.inclusion.")
    sync_departements: tuple[str, ...] = Field(
        default=(), description="Départements to keep, as a JSON list of codes; empty: the whole country."
    )

    def tokens(self) -> tuple[str, ...]:
        """The tokens of our API in clear."""
        return tuple(token.get_secret_value() for token in self.api_tokens)
