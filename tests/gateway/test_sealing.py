"""Sealed values: closed to whoever has no key, open after a rotation, found again by fingerprint."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.sealing import SealBroken, Sealer
from bot.settings import Settings

OLD, NEW = "o" * 32, "n" * 32


@given(st.text())
def test_what_is_sealed_opens_again(text: str) -> None:
    sealer = Sealer(OLD)
    assert sealer.open(sealer.seal(text)) == text


def test_a_new_key_opens_what_the_old_one_sealed_but_not_the_other_way() -> None:
    old, both, new = Sealer(OLD), Sealer(NEW, OLD), Sealer(NEW)
    assert both.open(old.seal("a")) == "a"
    assert new.open(both.seal("b")) == "b"
    assert old.digest("+33") in both.digests("+33")
    with pytest.raises(SealBroken):
        old.open(both.seal("b"))


def test_the_key_of_a_first_start_is_kept_and_closed_to_others(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path / "var", secret=None, _env_file=None)  # type: ignore[call-arg]
    sealed = Sealer.load(settings).seal("a")
    assert Sealer.load(settings).open(sealed) == "a"
    assert stat.S_IMODE((tmp_path / "var" / "secret").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "var").iterdir()] == ["secret"]


def test_keys_come_from_the_setting_newest_first() -> None:
    settings = Settings(secret=SecretStr(f"{NEW}, {OLD}"), _env_file=None)  # type: ignore[call-arg]
    assert Sealer.load(settings).open(Sealer(OLD).seal("a")) == "a"
    with pytest.raises(ValueError, match="32"):
        Sealer("short")
