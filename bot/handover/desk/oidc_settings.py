"""Settings of the sign-in through an identity provider (`RELAIS_OIDC_…`); off by default."""

from __future__ import annotations

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import ROOT


class OidcSettings(BaseSettings):
    """An OpenID Connect provider, ProConnect for instance. Accounts are still made by invitation."""

    model_config = SettingsConfigDict(
        env_prefix="RELAIS_OIDC_", env_file=ROOT / ".env", extra="ignore", frozen=True
    )

    issuer: str = Field(default="", description="The provider's issuer (https://…); empty turns it off.")
    client_id: str = Field(default="", description="Our identifier there.")
    client_secret: SecretStr = Field(default=SecretStr(""), description="Our secret there.")
    scopes: str = Field(
        default="openid email", description="What is asked for, apart by spaces; only the e-mail is used."
    )
    acr_values: str = Field(
        default="", description="Level of assurance asked for (ProConnect: eidas1); empty asks for none."
    )
    label: str = Field(default="ProConnect", description="Name of the provider on the sign-in page.")
    timeout: float = Field(default=10.0, description="Seconds to wait for the provider.")
