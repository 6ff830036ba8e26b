from __future__ import annotations

import re

from bot.operations.example import example, settings_classes
from bot.settings import ROOT

FILE = ROOT / ".env.example"


def test_the_file_is_what_the_classes_say() -> None:
    assert FILE.read_text(encoding="utf-8") == example(), "relais env-example > .env.example"


def test_every_setting_is_there_once_and_explained() -> None:
    text = example()
    names = re.findall(r"^# (RELAIS_[A-Z_]+)=", text, re.MULTILINE)
    assert len(names) == len(set(names))
    wanted = {
        f"{kind.model_config['env_prefix']}{name.upper()}"
        for kind in settings_classes()
        for name in kind.model_fields
    }
    assert set(names) == wanted
    assert {"RELAIS_SECRET", "RELAIS_KEEP_MESSAGES", "RELAIS_SMTP_HOST", "RELAIS_SMS_PROVIDER"} <= wanted
    for kind in settings_classes():
        for name, spec in kind.model_fields.items():
            assert len(spec.description or "") >= 9, name


def test_copied_as_it_is_it_changes_nothing() -> None:
    assert [line for line in example().splitlines() if line and not line.startswith("#")] == []
