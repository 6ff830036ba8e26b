"""Sealing: what people write and where they can be reached is encrypted before it meets the database.

The sealer belongs to the database engine (`seal(engine, sealer)`), so that the column types below find it
without a global. Several keys may be in force: the first seals, all of them open.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Dialect, Engine, LargeBinary
from sqlalchemy.types import TypeDecorator

if TYPE_CHECKING:
    from bot.settings import Settings

SHORTEST_KEY = 32


class SealBroken(Exception):
    """A sealed value that none of the keys in force opens."""


def _derive(key: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"relais/" + purpose).derive(
        key.encode()
    )


class Sealer:
    """Seals, opens and fingerprints with one or more keys, the newest first."""

    def __init__(self, *keys: str) -> None:
        """`keys` are secrets of 32 characters or more. Raises `ValueError` for none or a short one."""
        if not keys or any(len(key) < SHORTEST_KEY for key in keys):
            raise ValueError(f"a sealing key has at least {SHORTEST_KEY} characters")
        self._keys = keys
        self._fernet = MultiFernet([Fernet(base64.urlsafe_b64encode(_derive(key, b"seal"))) for key in keys])
        self._digest_keys = [_derive(key, b"digest") for key in keys]
        self._signing_keys = [_derive(key, b"sign").hex() for key in keys]

    @classmethod
    def load(cls, settings: Settings) -> Self:
        """The sealer of these settings: keys from `secret` (comma-separated), else from `var/secret`.

        The file is created with one random key, readable by its owner only, when it is missing.
        """
        if settings.secret is not None:
            return cls(*_split(settings.secret.get_secret_value()))
        return cls(*_split(_kept(settings.var / "secret")))

    def newest(self) -> Sealer:
        """A sealer with the newest key alone."""
        return Sealer(self._keys[0])

    def seal(self, plain: str) -> bytes:
        """The text, encrypted and authenticated."""
        return self._fernet.encrypt(plain.encode("utf-8", "surrogatepass"))

    def open(self, sealed: bytes) -> str:
        """The text that was sealed. Raises `SealBroken` when no key opens it."""
        try:
            return self._fernet.decrypt(sealed).decode("utf-8", "surrogatepass")
        except InvalidToken as error:
            raise SealBroken("no key in force opens this value") from error

    def digest(self, value: str) -> str:
        """A keyed fingerprint (64 hexadecimal digits) under the newest key: equal values can be found again."""
        return self.digests(value)[0]

    def digests(self, value: str) -> tuple[str, ...]:
        """The fingerprints under every key in force, newest first: what to look up after a rotation."""
        return tuple(hmac.new(key, value.encode(), hashlib.sha256).hexdigest() for key in self._digest_keys)

    def signing_keys(self) -> tuple[str, ...]:
        """Keys for signed tokens, oldest first as itsdangerous expects them (the last one signs)."""
        return tuple(reversed(self._signing_keys))


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.replace("\n", ",").split(",") if part.strip()]


def _kept(path: Path) -> str:
    """The key file's content; written whole, then linked, so that two first starts agree on one key."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
            handle.write(secrets.token_urlsafe(48) + "\n")
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text()


def seal(engine: Engine, sealer: Sealer) -> Engine:
    """Give this database engine its sealer; returns the engine."""
    engine.dialect.relais_sealer = sealer  # type: ignore[attr-defined]
    return engine


def sealer_of(dialect: Dialect) -> Sealer:
    """The sealer given to a database engine. Raises `LookupError` when none was."""
    found = getattr(dialect, "relais_sealer", None)
    if not isinstance(found, Sealer):
        raise LookupError(
            "this database engine has no sealer: call bot.sealing.seal(engine, Sealer.load(settings))"
        )
    return found


class SealedText(TypeDecorator[str]):
    """A text column whose content is sealed at rest."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Seal on the way in."""
        return None if value is None else sealer_of(dialect).seal(value)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        """Open on the way out."""
        return None if value is None else sealer_of(dialect).open(bytes(value))


class SealedJSON(TypeDecorator[Any]):
    """A JSON column whose content is sealed at rest. Assign a new value; changes inside are not followed."""

    impl = LargeBinary
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        """Seal on the way in."""
        return None if value is None else sealer_of(dialect).seal(json.dumps(value, separators=(",", ":")))

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        """Open on the way out."""
        return None if value is None else json.loads(sealer_of(dialect).open(bytes(value)))
