"""Weights in a file: stored, read, and telling which examples they were made of."""

from __future__ import annotations

import math
from pathlib import Path

import numpy
import pytest

from bot.learnt import weights
from bot.learnt.grams import SIZE, pieces
from bot.settings import ROOT
from bot.understanding import ear

EXAMPLES = [weights.Line("fr", "danger", "au secours"), weights.Line("fr", "none", "le bus de 8 h")]


def test_what_is_stored_is_read_and_weighs_as_before(tmp_path: Path) -> None:
    row = numpy.zeros(SIZE)
    found = pieces(["au", "secours"])
    row[found.numbers] = 3.0 * found.weights
    weights.write(tmp_path / "w.npz", EXAMPLES, weights.packed("danger", row, -1.0, {"rule": 2.0}))
    arrays = weights.read(tmp_path / "w.npz")
    assert arrays is not None
    made = weights.unpacked("danger", arrays)
    words = pieces(["au", "secours"])
    assert math.isclose(made.score(words), 3.0 - 1.0, abs_tol=0.05)
    assert math.isclose(made.score(words, ["rule", "unknown"]), made.score(words) + 2.0, abs_tol=1e-6)
    assert made.score(pieces([])) == -1.0
    assert str(arrays["fingerprint"]) == weights.fingerprint(EXAMPLES)


def test_nothing_learnt_is_nothing_read(tmp_path: Path) -> None:
    assert weights.read(tmp_path / "none.npz") is None


def test_other_examples_have_another_fingerprint() -> None:
    assert weights.fingerprint(EXAMPLES) != weights.fingerprint(EXAMPLES[:1])


@pytest.mark.parametrize("chance", [0.01, 0.3, 0.5, 0.99])
def test_a_score_stands_for_a_probability(chance: float) -> None:
    assert math.isclose(1.0 / (1.0 + math.exp(-weights.score(chance))), chance)


def test_lines_are_read_and_comments_left_out(tmp_path: Path) -> None:
    (tmp_path / "fr.tsv").write_text("# by us\nnone\tle bus de 8 h\n\ndanger\tau secours\n", encoding="utf-8")
    assert weights.lines(tmp_path) == [
        weights.Line("fr", "none", "le bus de 8 h"),
        weights.Line("fr", "danger", "au secours"),
    ]


def test_the_weights_were_made_of_the_examples_beside_them() -> None:
    arrays = weights.read(ROOT / "data" / ear.LEARNT)
    assert arrays is not None
    made_of = weights.fingerprint(weights.lines(ROOT / "data" / ear.EXAMPLES))
    assert str(arrays["fingerprint"]) == made_of, "make learn"


def test_every_example_is_on_one_side() -> None:
    lines = weights.lines(ROOT / "data" / ear.EXAMPLES)
    sides: dict[tuple[str, str], str] = {}
    for line in lines:
        assert line.text == " ".join(line.text.split())
        assert sides.setdefault((line.file, line.text), line.side) == line.side, line.text
    assert len(sides) == len(lines)
