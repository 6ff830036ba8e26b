"""Passwords (argon2), one-time codes (TOTP, RFC 6238) and tokens of which only a fingerprint is kept."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

STEP_SECONDS = 30
DIGITS = 6
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
_hasher = PasswordHasher()
# Verified when nobody has the address given, so that an unknown address takes as long as a wrong password.
_NOBODY = _hasher.hash(secrets.token_urlsafe(16))


def hash_password(password: str) -> str:
    """The argon2id hash. Raises `ValueError` when it is shorter than 12 characters or absurdly long."""
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise ValueError("password")
    return _hasher.hash(password)


def verify_password(hashed: str | None, password: str) -> bool:
    """Whether it is this one; with no hash it takes the same time and is never right."""
    try:
        right = _hasher.verify(hashed or _NOBODY, password[:LONGEST_PASSWORD])
    except (VerificationError, InvalidHashError):
        return False
    return right and hashed is not None


def new_token() -> str:
    """A token nobody can guess (256 bits)."""
    return secrets.token_urlsafe(32)


def fingerprint(token: str) -> str:
    """What is kept of a token (64 hexadecimal digits)."""
    return hashlib.sha256(token.encode()).hexdigest()


def new_totp() -> str:
    """A secret for an authenticator application (base32, 160 bits)."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def totp_address(secret: str, email: str, issuer: str) -> str:
    """The `otpauth:` address an authenticator application reads from a QR code."""
    return f"otpauth://totp/{quote(issuer)}:{quote(email)}?secret={secret}&issuer={quote(issuer)}"


def totp_code(secret: str, step: int) -> str:
    """The six digits of a time step (RFC 6238, SHA-1)."""
    digest = hmac.new(base64.b32decode(secret), struct.pack(">Q", step), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}d}"


def totp_step(secret: str, code: str, now: datetime, *, after: int = 0) -> int | None:
    """The step this code belongs to, one step early or late allowed; None when wrong or not later than `after`."""
    current = int(now.timestamp()) // STEP_SECONDS
    given = "".join(char for char in code if char.isdigit())
    found = None
    for step in (current - 1, current, current + 1):
        if hmac.compare_digest(totp_code(secret, step), given) and step > after:
            found = step
    return found
