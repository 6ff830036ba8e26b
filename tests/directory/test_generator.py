from __future__ import annotations

from itertools import islice
from pathlib import Path

from bot.directory.generator import services, structures, write
from bot.directory.readers import rows
from bot.directory.records import Record, read


def test_the_same_directory_each_time_and_all_of_it_valid() -> None:
    first = list(services(200, 100))
    assert first == list(services(200, 100))
    assert len({record["id"] for record in first}) == 200
    homes = {record["id"] for record in structures(100)}
    assert {record["structure_id"] for record in first} <= homes
    for record in (*first, *structures(100)):
        assert isinstance(read(record), Record), record


def test_it_is_mixed_as_the_real_one_is() -> None:
    some = list(islice(services(2000, 1000), 2000))
    assert 0.1 < sum("a-distance" in (record["modes_accueil"] or ()) for record in some) / 2000 < 0.4
    assert 0.2 < sum(record["zone_eligibilite"] is None for record in some) / 2000 < 0.4
    assert 0.2 < sum(record["publics"] is None for record in some) / 2000 < 0.5
    assert sum(record["zone_eligibilite"] == ["france"] for record in some) == 40


def test_it_is_written_as_a_dump(tmp_path: Path) -> None:
    paths = write(tmp_path, 50, 20)
    assert [len(list(rows(path))) for path in paths] == [20, 50]
