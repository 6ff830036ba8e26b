from __future__ import annotations

import pkgutil
from importlib import import_module

import pytest
from pydantic import SecretStr
from pydantic_settings import BaseSettings

import bot
from bot.running.listing import every_class, print_settings
from bot.settings import Settings


def declared() -> set[type[BaseSettings]]:
    found: set[type[BaseSettings]] = set()
    for module in pkgutil.walk_packages(bot.__path__, "bot."):
        if "settings" in module.name or module.name in ("bot.metrics", "bot.handover.notify"):
            for value in vars(import_module(module.name)).values():
                if isinstance(value, type) and issubclass(value, BaseSettings) and value is not BaseSettings:
                    found.add(value)
    return found


def test_every_settings_class_of_the_house_is_printed() -> None:
    assert declared() - set(every_class()) == set()


def test_every_setting_says_what_it_means() -> None:
    silent = [
        (one.__name__, name)
        for one in every_class()
        for name, spec in one.model_fields.items()
        if not spec.description
    ]
    assert silent == []


def test_secrets_and_passwords_are_masked(capsys: pytest.CaptureFixture[str]) -> None:
    print_settings(
        Settings(
            secret=SecretStr("s" * 40), database_url="postgresql+psycopg://relais:hunter2@db.example/relais"
        )
    )
    printed = capsys.readouterr().out
    assert "s" * 40 not in printed
    assert "hunter2" not in printed
    assert "RELAIS_SECRET=(masked)" in printed
    assert "db.example/relais" in printed
