"""No address is written in the code but the defaults of settings and the public ones of providers, listed here."""

from __future__ import annotations

import re

from bot.settings import ROOT

LISTED = {
    "bot/operations/audit.py": {"https://api.osv.dev"},
    "bot/directory/settings.py": {"https://api.data.inclusion.gouv.fr"},
    "bot/channels/settings.py": {"https://api.telegram.org"},
    "bot/handover/notice_settings.py": {"https://api.telegram.org"},
    "bot/channels/sms/twilio.py": {"https://api.twilio.com"},
    "bot/channels/sms/ovh.py": {"https://eu.api.ovh.com"},
    "bot/channels/sms/android.py": {"https://api.sms-gate.app"},
    # A link shown to people; nothing is asked of it.
    "bot/channels/web/ways.py": {"https://t.me"},
}
# This machine, the examples of descriptions, and what is put together from settings.
HERE = re.compile(r"https?://(127\.0\.0\.1|localhost|www\.example\.|host|…|\{|$)")


def test_addresses_in_code_are_listed() -> None:
    found: dict[str, set[str]] = {}
    for folder in ("bot", "actions"):
        for file in (ROOT / folder).rglob("*.py"):
            for address in re.findall(r"https?://[\w.-]+", file.read_text(encoding="utf-8")):
                if not HERE.match(address):
                    found.setdefault(file.relative_to(ROOT).as_posix(), set()).add(address)
    assert found == LISTED


def test_every_test_named_by_the_threat_model_exists() -> None:
    text = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    tests = "\n".join(file.read_text(encoding="utf-8") for file in (ROOT / "tests").rglob("*.py"))
    for path in re.findall(r"`(tests/[\w/]+\.py)", text):
        assert (ROOT / path).is_file(), path
    for name in re.findall(r"\b(test_[a-z_]+)`", text):
        assert f"def {name}(" in tests, name
