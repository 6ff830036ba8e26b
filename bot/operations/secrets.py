"""Secrets that anybody could guess are refused before anything starts."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy.engine import make_url

from bot.channels.settings import SmsSettings, TelegramSettings
from bot.directory.settings import DirectorySettings
from bot.running.steps import StepFailed
from bot.settings import Settings
from bot.yaml_text import yaml_loads

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1", "", None})
# Ours to choose. What a provider gives (bot token, SMTP password) is not judged here.
CHOSEN: tuple[tuple[type[BaseSettings], str], ...] = (
    (TelegramSettings, "secret"),
    (SmsSettings, "secret"),
    (DirectorySettings, "api_tokens"),
)


def weak(secret: str, rules: dict[str, Any]) -> str | None:
    """What is wrong with a secret, in words that do not hold it; None when it is good."""
    lower = secret.casefold()
    if len(secret) < rules["shortest"]:
        return f"it is shorter than {rules['shortest']} characters"
    if any(str(word) in lower for word in rules["words"]):
        return "it holds a word of the examples"
    if len(set(secret)) < rules["distinct"]:
        return "it repeats itself"
    return None


def findings(settings: Settings, others: Sequence[BaseSettings] | None = None) -> list[str]:
    """One sentence for each secret that is weak, naming its setting, never its value."""
    rules = yaml_loads((settings.data / "security" / "weak.yml").read_text(encoding="utf-8"))
    found = []
    for name, secret in _secrets(settings, others):
        said = weak(secret, rules)
        if said:
            found.append(f"{name}: {said}.")
    found += _files(settings.var / "secret")
    return found


def refuse_weak(settings: Settings) -> None:
    """Raises `StepFailed` naming every weak secret and how to make a good one."""
    found = findings(settings)
    if found:
        advice = "→ Make one: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
        raise StepFailed("\n".join(["Relais does not start with these secrets:", *found, advice]))


def _secrets(settings: Settings, others: Sequence[BaseSettings] | None) -> Iterator[tuple[str, str]]:
    if settings.secret is not None:
        for key in settings.secret.get_secret_value().replace("\n", ",").split(","):
            if key.strip():
                yield "RELAIS_SECRET", key.strip()
    for name, url in (
        ("RELAIS_DATABASE_URL", settings.database_url),
        ("RELAIS_TRACKER_URL", settings.tracker_url),
    ):
        parsed = make_url(url) if url else None
        # On this machine's own socket the system decides who connects.
        if parsed is not None and parsed.password and parsed.host not in LOOPBACK:
            yield f"the password of {name}", str(parsed.password)
    made = {type(one): one for one in others} if others is not None else {}
    for kind, field in CHOSEN:
        value = getattr(made.get(kind) or kind(), field)
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, SecretStr) and one.get_secret_value():
                yield f"{kind.model_config['env_prefix']}{field.upper()}", one.get_secret_value()


def _files(file: Path) -> list[str]:
    if file.exists() and stat.S_IMODE(file.stat().st_mode) & 0o077:
        return [f"{file.name}: others on this machine can read the key file (chmod 600)."]
    return []
