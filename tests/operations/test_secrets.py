from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot.channels.settings import SmsSettings, TelegramSettings
from bot.directory.settings import DirectorySettings
from bot.operations.secrets import findings, refuse_weak
from bot.running.steps import StepFailed
from bot.settings import ROOT, Settings

GOOD = "Vq8_wmN2rTz5-KfYb3XcJ7hLp0SdGa9u"
OTHERS = (
    TelegramSettings(_env_file=None),  # type: ignore[call-arg]
    SmsSettings(_env_file=None),  # type: ignore[call-arg]
    DirectorySettings(_env_file=None),  # type: ignore[call-arg]
)


def made(tmp_path: Path, **given: Any) -> Settings:
    return Settings(var=tmp_path, data=ROOT / "data", _env_file=None, **given)  # type: ignore[call-arg]


CASES = [
    ("good", {"secret": SecretStr(GOOD)}, []),
    ("none: one is made at the first start", {}, []),
    (
        "two keys, the older one weak",
        {"secret": SecretStr(f"{GOOD},{'k' * 40}")},
        ["RELAIS_SECRET: it repeats"],
    ),
    ("an example's word", {"secret": SecretStr(GOOD + "ChangeMe")}, ["RELAIS_SECRET: it holds a word"]),
    ("short", {"secret": SecretStr("aB3")}, ["RELAIS_SECRET: it is shorter"]),
    (
        "a database elsewhere with the example's password",
        {"database_url": "postgresql+psycopg://relais:relais-password-1@db/relais"},
        ["the password of RELAIS_DATABASE_URL"],
    ),
    (
        "a database of this machine",
        {"database_url": "postgresql+psycopg://relais:relais@localhost/relais"},
        [],
    ),
    (
        "a database elsewhere, well kept",
        {
            "database_url": f"postgresql+psycopg://relais:{GOOD}@db/relais",
            "tracker_url": f"postgresql://r:{GOOD}@db/t",
        },
        [],
    ),
]


@pytest.mark.parametrize(("label", "given", "expected"), CASES, ids=[case[0] for case in CASES])
def test_secrets(tmp_path: Path, label: str, given: dict[str, Any], expected: list[str]) -> None:
    found = findings(made(tmp_path, **given), OTHERS)
    assert len(found) == len(expected)
    for said, begins in zip(found, expected, strict=True):
        assert said.startswith(begins)


def test_the_channels_own_secrets_are_judged_too(tmp_path: Path) -> None:
    telegram = TelegramSettings(secret=SecretStr("secret"), _env_file=None)  # type: ignore[call-arg]
    directory = DirectorySettings(api_tokens=(SecretStr("a" * 40), SecretStr(GOOD)), _env_file=None)  # type: ignore[call-arg]
    found = findings(made(tmp_path), (telegram, OTHERS[1], directory))
    assert [said.split(":")[0] for said in found] == ["RELAIS_TELEGRAM_SECRET", "RELAIS_DIRECTORY_API_TOKENS"]


def test_an_open_key_file_is_noticed(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(GOOD)
    (tmp_path / "secret").chmod(0o644)
    assert "chmod 600" in findings(made(tmp_path), OTHERS)[0]


def test_nothing_starts_and_the_secret_is_not_said(tmp_path: Path) -> None:
    with pytest.raises(StepFailed, match="RELAIS_SECRET") as refused:
        refuse_weak(made(tmp_path, secret=SecretStr("Changeme" * 5)))
    assert "Changeme" not in str(refused.value)


def test_the_application_refuses_to_start(tmp_path: Path) -> None:
    from bot.app import create_app

    with pytest.raises(StepFailed, match="RELAIS_SECRET"):
        create_app(made(tmp_path, secret=SecretStr("k" * 40)))
