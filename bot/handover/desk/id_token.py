"""Reading a signed token (JWT, RS256 only) of an identity provider. Pure: keys and moment are given."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey, RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

# Clocks differ a little.
LEEWAY = 60
SMALLEST_KEY = 2048


class TokenRefused(Exception):
    """The token cannot be believed; the message is a code."""


class UnknownKey(TokenRefused):
    """Signed by a key that was not given: the provider may have changed keys."""


def public_keys(jwks: Mapping[str, Any]) -> dict[str, RSAPublicKey]:
    """The RSA signing keys of a key set, by identifier; others are left out."""
    found = {}
    for key in jwks.get("keys") or ():
        if key.get("kty") != "RSA" or key.get("use", "sig") != "sig" or key.get("alg", "RS256") != "RS256":
            continue
        try:
            made = RSAPublicNumbers(_number(key["e"]), _number(key["n"])).public_key()
        except (KeyError, ValueError) as error:
            raise TokenRefused("key") from error
        if made.key_size >= SMALLEST_KEY:
            found[str(key.get("kid") or "")] = made
    return found


def opened(token: str, keys: Mapping[str, RSAPublicKey]) -> dict[str, Any]:
    """The claims of a token whose signature is right. Raises `TokenRefused`, `UnknownKey` for another key."""
    try:
        head, body, signature = token.split(".")
        header, claims = json.loads(_bytes(head)), json.loads(_bytes(body))
        signed = _bytes(signature)
    except (ValueError, binascii.Error) as error:
        raise TokenRefused("shape") from error
    if not isinstance(header, dict) or not isinstance(claims, dict):
        raise TokenRefused("shape")
    if header.get("alg") != "RS256" or "crit" in header:
        # Never what the token itself would like: « none », or our public key taken for a shared secret.
        raise TokenRefused("algorithm")
    key = keys.get(str(header.get("kid") or ""))
    if key is None:
        raise UnknownKey("key")
    try:
        key.verify(signed, f"{head}.{body}".encode(), PKCS1v15(), SHA256())
    except InvalidSignature:
        raise TokenRefused("signature") from None
    return claims


def believed(claims: Mapping[str, Any], *, issuer: str, client: str, nonce: str, now: datetime) -> str:
    """The subject of an ID token for us, now, answering our own request. Raises `TokenRefused`."""
    audience = claims.get("aud")
    listed = audience if isinstance(audience, list) else [audience]
    moment = now.timestamp()
    checks = {
        "issuer": claims.get("iss") == issuer,
        "audience": client in listed and (len(listed) == 1 or claims.get("azp") == client),
        "party": claims.get("azp", client) == client,
        "expired": _moment(claims, "exp") > moment - LEEWAY,
        "early": _moment(claims, "iat") <= moment + LEEWAY,
        "nonce": hmac.compare_digest(str(claims.get("nonce") or "").encode(), nonce.encode()),
        "subject": isinstance(claims.get("sub"), str) and bool(claims["sub"]),
    }
    wrong = [name for name, right in checks.items() if not right]
    if wrong:
        raise TokenRefused(wrong[0])
    return str(claims["sub"])


def _moment(claims: Mapping[str, Any], name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TokenRefused(name)
    return float(value)


def _bytes(part: str) -> bytes:
    return base64.b64decode(part + "=" * (-len(part) % 4), altchars=b"-_", validate=True)


def _number(part: str) -> int:
    return int.from_bytes(_bytes(part), "big")
