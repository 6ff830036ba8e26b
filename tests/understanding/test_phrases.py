"""One fact said in many ways: what is understood stays so, and what is not yet is marked."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.understanding.reader import Understanding
from tests.understanding.phrases import FOLDER, phrases

FILES = sorted(FOLDER.glob("*.tsv"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_what_is_understood_is_what_is_not_marked(path: Path, understanding: Understanding) -> None:
    listed = phrases(path)
    assert len(listed) > 300
    lost = [phrase.text for phrase in listed if not phrase.missed and not phrase.understood(understanding)]
    gained = [phrase.text for phrase in listed if phrase.missed and phrase.understood(understanding)]
    assert not lost, f"no longer understood: {lost}"
    assert not gained, f"understood by now, take their marks off: {gained}"


@pytest.mark.parametrize(
    "line",
    [
        "means=velo",
        "means\tà vélo",
        "means=fusée\tà fusée",
        "moyens=velo\tà vélo",
        "=velo\tà vélo",
        "asked:means\toui",
    ],
)
def test_a_line_that_cannot_be_read_says_where(line: str, tmp_path: Path) -> None:
    path = tmp_path / "fr.tsv"
    path.write_text(f"# a comment\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"fr\.tsv:2"):
        phrases(path)
