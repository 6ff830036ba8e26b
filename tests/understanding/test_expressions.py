"""Expressions are compiled once, kept whole, and never other than what `re` would give for their parted form."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding import expressions
from bot.understanding.branching import parted
from bot.understanding.expressions import Expressions
from bot.understanding.reader import Understanding

SOURCES = {
    "words": r" je(?: suis)? (?:perdu|perdue)(?= |$)",
    "captures": r"(?P<n_1> [0-9]+)(?= |$) ans(?P<m_2> [0-5]\d)(?= |$)",
    "a gap": r" de(?: [^ |]+){0,3}? laval(?= |$)",
    "behind": r"(?:^|(?<= \|)) مرحبا(?= |$)",
    "many": r" (?: fil[^ |]*| fils| ami| amie| frere)(?= |$)",
    "nothing": "",
}


def made_by_re(source: str) -> re.Pattern[str]:
    """What `re` makes of an expression's parted form, under the name of the expression itself."""
    entry = expressions._compile(source)
    # The flags, the engine's numbers and the text, all of them: else the two are not equal.
    assert expressions._taken_up(parted(source), entry) == re.compile(parted(source))
    return expressions._taken_up(source, entry)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "expressions-here-1.made"


@pytest.fixture
def compiling(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sources that were compiled anew, in order."""
    done: list[str] = []
    compile_ = expressions._compile

    def counted(source: str) -> bytes:
        done.append(source)
        return compile_(source)

    monkeypatch.setattr(expressions, "_compile", counted)
    return done


@pytest.mark.parametrize("label", SOURCES)
def test_what_is_taken_up_is_what_re_compiles(path: Path, compiling: list[str], label: str) -> None:
    source = SOURCES[label]
    first = Expressions(path)
    made = first.compiled(source)
    first.keep()
    again = Expressions(path).compiled(source)
    assert compiling == [source]
    assert made == again == made_by_re(source)
    assert again.groupindex == re.compile(source).groupindex


@given(words=st.lists(st.text(alphabet=" abé[]|§", min_size=1), min_size=1, max_size=20))
def test_any_text_is_kept_and_found(tmp_path_factory: pytest.TempPathFactory, words: list[str]) -> None:
    path = tmp_path_factory.mktemp("kept") / "expressions-here-1.made"
    writing = Expressions(path)
    for word in words:
        writing.compiled(re.escape(word))
    writing.keep()
    reading = Expressions(path)
    for word in words:
        assert reading._find(expressions._number(re.escape(word))) is not None
        assert reading.compiled(re.escape(word)).fullmatch(word)


def test_the_patterns_of_the_lexicons_are_those_re_compiles(understanding: Understanding) -> None:
    patterns = [p for lexicon in understanding.lexicons.values() for p in lexicon.patterns()]
    assert len(patterns) > 10_000
    for pattern in patterns[::400]:
        assert pattern.expression == made_by_re(pattern.regular)


@pytest.mark.parametrize(
    ("label", "spoil"),
    [
        ("nothing in it", lambda raw: b""),
        ("another sign", lambda raw: b"x" * len(raw)),
        ("cut in its head", lambda raw: raw[:20]),
        ("cut in an entry", lambda raw: raw[:-3]),
        ("an entry of another making", lambda raw: raw[:-9] + b"123456789"),
    ],
)
def test_a_spoilt_file_is_compiled_anew_and_mended(
    path: Path, compiling: list[str], label: str, spoil: Callable[[bytes], bytes]
) -> None:
    source = SOURCES["captures"]
    Expressions(path).compiled(source)
    first = Expressions(path)
    first.compiled(source)
    first.keep()
    path.write_bytes(spoil(path.read_bytes()))
    compiling.clear()
    mending = Expressions(path)
    mended = mending.compiled(source)
    mending.keep()
    taken_up = Expressions(path).compiled(source)
    assert compiling == [source]
    assert mended == taken_up == made_by_re(source)


def test_what_others_may_write_is_not_taken_up(path: Path, compiling: list[str]) -> None:
    for _ in range(2):
        kept = Expressions(path)
        kept.compiled(" a")
        kept.keep()
        path.chmod(0o666)
    assert compiling == [" a", " a"]


def test_what_another_part_compiled_meanwhile_is_taken_up(path: Path, compiling: list[str]) -> None:
    one, other = Expressions(path), Expressions(path)
    one.compiled(" a")
    one.keep()
    assert other.compiled(" a") == re.compile(" a")
    other.compiled(" b")
    other.keep()
    assert [Expressions(path).compiled(source).pattern for source in (" a", " b")] == [" a", " b"]
    assert compiling == [" a", " b"]


def test_many_are_written_before_the_end(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expressions, "WAITING", 3)
    kept = Expressions(path)
    for number in range(7):
        kept.compiled(f" {number}")
    assert len(expressions._Kept.read(path)) == 6


def test_of_very_many_the_file_begins_anew(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expressions, "MOST", 3)
    for sources in ((" a", " b"), (" c", " d")):
        kept = Expressions(path)
        for source in sources:
            kept.compiled(source)
        kept.keep()
    assert len(expressions._Kept.read(path)) == 2


def test_where_nothing_may_be_written_nothing_fails(tmp_path: Path) -> None:
    kept = Expressions(tmp_path / "gone" / "expressions-here-1.made")
    assert kept.compiled(" a") == re.compile(" a")
    kept.keep()


def test_a_python_whose_re_is_made_otherwise_compiles_as_ever(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(expressions, "PARTS", ("re", "re"))
    assert Expressions(path).compiled(" a") == re.compile(" a")


def test_a_wrong_expression_is_told_as_ever(path: Path) -> None:
    with pytest.raises(re.error):
        Expressions(path).compiled("(")


def test_what_is_old_goes(path: Path) -> None:
    for name, age in (("expressions-here-0.made", 7200), ("expressions-here-1.made7.tmp", 10)):
        other = path.with_name(name)
        other.touch()
        os.utime(other, (other.stat().st_atime - age, other.stat().st_mtime - age))
    kept = Expressions(path)
    kept.compiled(" a")
    kept.keep()
    assert sorted(one.name for one in path.parent.iterdir()) == [path.name, f"{path.name}7.tmp"]


def test_the_next_start_takes_up_what_this_one_compiled(
    tmp_path: Path, compiling: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        monkeypatch.setattr(expressions, "_kept", None)
        expressions.keep_in(tmp_path)
        expressions.prepare(" a")
        assert expressions.compiled(" a") == re.compile(" a")
        expressions.keep()
    assert compiling == [" a"]
