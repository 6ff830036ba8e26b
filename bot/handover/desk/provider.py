"""An OpenID Connect provider: where to send the browser, and who came back (authorization code with PKCE)."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from bot.handover.desk.id_token import TokenRefused, UnknownKey, believed, opened, public_keys
from bot.handover.desk.oidc_settings import OidcSettings

LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ProviderDown(Exception):
    """The provider did not answer as it must; the message is a code."""


@dataclass(frozen=True)
class Attempt:
    """One try at signing in: what only this browser and we know."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who the provider says it is. `email` None when it gives none, or says that it is not verified."""

    subject: str
    email: str | None
    id_token: str


class Provider:
    """The provider of these settings; its addresses and keys are asked for once. Safe to share between threads."""

    def __init__(self, settings: OidcSettings, back: str) -> None:
        """`back` is our own address it returns to. Raises `ValueError` for an issuer without TLS."""
        address = urlsplit(settings.issuer)
        if address.scheme != "https" and address.hostname not in LOOPBACK:
            raise ValueError("RELAIS_OIDC_ISSUER must be https")
        self.settings = settings
        self._back = back
        self._client = httpx.Client(timeout=settings.timeout, trust_env=False)
        self._lock = threading.Lock()
        self._about: Mapping[str, Any] | None = None
        self._keys: Mapping[str, Any] = {}

    def start(self, attempt: Attempt) -> str:
        """Where to send the browser. Raises `ProviderDown`."""
        challenge = base64.urlsafe_b64encode(hashlib.sha256(attempt.verifier.encode()).digest())
        asked = {
            "response_type": "code",
            "client_id": self.settings.client_id,
            "redirect_uri": self._back,
            "scope": self.settings.scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": challenge.rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if self.settings.acr_values:
            asked["acr_values"] = self.settings.acr_values
        return f"{self._endpoint('authorization_endpoint')}?{urlencode(asked)}"

    def identity(self, code: str, attempt: Attempt, now: datetime) -> Identity:
        """Who came back with this code. Raises `ProviderDown` or `TokenRefused`."""
        tokens = self._json(
            "POST",
            self._endpoint("token_endpoint"),
            data={
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self._back,
                "client_id": self.settings.client_id,
                "client_secret": self.settings.client_secret.get_secret_value(),
                "code_verifier": attempt.verifier,
            },
        )
        token = tokens.get("id_token")
        if not isinstance(token, str):
            raise ProviderDown("id-token")
        claims = self._opened(token)
        subject = believed(
            claims,
            issuer=self.settings.issuer,
            client=self.settings.client_id,
            nonce=attempt.nonce,
            now=now,
        )
        if "email" not in claims:
            about = self._userinfo(str(tokens.get("access_token") or ""))
            if about.get("sub") != subject:
                raise TokenRefused("userinfo")
            claims = {**claims, **about}
        email = claims.get("email")
        unverified = claims.get("email_verified") is False
        known = isinstance(email, str) and not unverified
        return Identity(subject, str(email).strip().lower() if known else None, token)

    def end(self, id_token: str, after: str) -> str | None:
        """Where to sign out at the provider too; None when it has no such page."""
        address = self._known().get("end_session_endpoint")
        asked = {"id_token_hint": id_token, "post_logout_redirect_uri": after}
        return f"{address}?{urlencode(asked)}" if address else None

    def _userinfo(self, access: str) -> Mapping[str, Any]:
        headers = {"Authorization": f"Bearer {access}"}
        answer = self._asked("GET", self._endpoint("userinfo_endpoint"), headers=headers)
        if answer.headers.get("content-type", "").startswith("application/jwt"):
            # ProConnect signs what it says of a person.
            claims = self._opened(answer.text.strip())
            if claims.get("iss", self.settings.issuer) != self.settings.issuer:
                raise TokenRefused("issuer")
            return claims
        return _mapping(answer)

    def _opened(self, token: str) -> dict[str, Any]:
        try:
            return opened(token, self._keys)
        except UnknownKey:
            with self._lock:
                self._keys = public_keys(self._json("GET", self._endpoint("jwks_uri")))
            return opened(token, self._keys)

    def _endpoint(self, name: str) -> str:
        address = self._known().get(name)
        if not isinstance(address, str):
            raise ProviderDown(name)
        return address

    def _known(self) -> Mapping[str, Any]:
        if self._about is None:
            base = self.settings.issuer.rstrip("/")
            about = self._json("GET", f"{base}/.well-known/openid-configuration")
            if about.get("issuer") != self.settings.issuer:
                raise ProviderDown("issuer")
            self._about = about
        return self._about

    def _json(self, method: str, address: str, **more: Any) -> Mapping[str, Any]:
        return _mapping(self._asked(method, address, **more))

    def _asked(self, method: str, address: str, **more: Any) -> httpx.Response:
        try:
            answer = self._client.request(method, address, **more)
            answer.raise_for_status()
        except httpx.HTTPStatusError as error:
            raise ProviderDown(f"status-{error.response.status_code}") from None
        except httpx.HTTPError as error:
            raise ProviderDown(type(error).__name__) from None
        return answer


def _mapping(answer: httpx.Response) -> Mapping[str, Any]:
    try:
        content = answer.json()
    except ValueError:
        raise ProviderDown("not-json") from None
    if not isinstance(content, dict):
        raise ProviderDown("shape")
    return content
