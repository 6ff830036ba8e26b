"""What word lists were made into is kept between starts, and never longer than it is true."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from bot.understanding import made


class Making:
    """Makes something of the lists, and counts how often."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.times = 0

    def __call__(self) -> dict[str, str]:
        self.times += 1
        return {path.name: path.read_text("utf-8") for path in (self.data / "lexicons").glob("*.yml")}


@pytest.fixture
def making(tmp_path: Path) -> Making:
    data = tmp_path / "data"
    for name in ("lexicons", "places"):
        (data / name).mkdir(parents=True)
    (data / "lexicons" / "fr.yml").write_text("a: 1", encoding="utf-8")
    (tmp_path / "models").mkdir()
    return Making(data)


def start(making: Making) -> dict[str, str]:
    """What a process that has just begun is given."""
    made._here.clear()
    return made.made_once(making.data, "words", making)


def kept(making: Making) -> list[Path]:
    return sorted((making.data.parent / "models").iterdir())


def test_the_second_start_makes_nothing(making: Making) -> None:
    first = start(making)
    assert start(making) == first == {"fr.yml": "a: 1"}
    assert making.times == 1
    assert len(kept(making)) == 1


def test_two_houses_in_one_process_share_it(making: Making) -> None:
    assert made.made_once(making.data, "words", making) is made.made_once(making.data, "words", making)
    assert made.made_once(making.data, "words", making) is not start(making)


def test_a_changed_list_is_made_anew_and_the_old_one_goes(making: Making) -> None:
    start(making)
    (making.data / "lexicons" / "fr.yml").write_text("a: 2", encoding="utf-8")
    (making.data.parent / "models" / f"{kept(making)[0].name}x.tmp").touch()  # its writer was killed
    assert start(making) == {"fr.yml": "a: 2"}
    assert making.times == 2
    assert len(kept(making)) == 1


@pytest.mark.parametrize(
    ("label", "content"),
    [
        ("nothing", b""),
        ("cut short", pickle.dumps({"fr.yml": "a: 1"})[:-4]),
        ("of code that is gone", b"cbot.understanding.gone\nThing\n."),
    ],
)
def test_what_cannot_be_read_is_made_anew(making: Making, label: str, content: bytes) -> None:
    start(making)
    (path,) = kept(making)
    path.write_bytes(content)
    assert start(making) == {"fr.yml": "a: 1"}
    assert making.times == 2
    start(making)
    assert making.times == 2


def test_what_others_may_write_is_not_read(making: Making) -> None:
    start(making)
    (path,) = kept(making)
    path.chmod(0o666)
    start(making)
    assert making.times == 2
    assert path.stat().st_mode & 0o022 == 0


def test_nothing_is_kept_where_there_is_no_room(making: Making) -> None:
    (making.data.parent / "models").rmdir()
    assert start(making) == start(making)
    assert making.times == 2


def test_what_cannot_be_kept_whole_leaves_nothing(making: Making) -> None:
    with pytest.raises((AttributeError, pickle.PicklingError, TypeError)):
        made.made_once(making.data, "words", lambda: (line for line in "no generator can be kept"))
    assert kept(making) == []
