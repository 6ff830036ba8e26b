from __future__ import annotations

import os
import random
from collections.abc import Mapping
from typing import Any

import pytest

from bot.tamis import bench, crew
from bot.tamis.crew import Crew
from bot.tamis.reader import Reader, Reading
from bot.yaml_text import yaml_loads

COMMUNES = [("49023", "49", "200060010", "Beaupréau-en-Mauges"), ("44109", "44", "244400404", "Nantes")]


@pytest.fixture(scope="module")
def services() -> list[dict[str, Any]]:
    pieces = yaml_loads(bench.PIECES.read_text(encoding="utf-8"))
    return list(bench.services(pieces, COMMUNES, 900, random.Random(4)))


def unknown(_: Mapping[str, Any]) -> None:
    return None


def test_several_read_what_one_reads_in_the_same_order(
    reader: Reader, services: list[dict[str, Any]]
) -> None:
    together = list(Crew(reader, helpers=2, alone=0).read(services, unknown))
    assert [service for service, _ in together] == services
    assert [reading for _, reading in together] == [reader.read(service) for service in services]


def test_what_is_known_is_not_read(reader: Reader, services: list[dict[str, Any]]) -> None:
    def known(service: Mapping[str, Any]) -> Reading | None:
        return Reading(service["id"], level=5) if service["source"] == "dora" else None

    for service, reading in Crew(reader, helpers=1).read(services, known):
        expected = Reading(service["id"], level=5) if service["source"] == "dora" else reader.read(service)
        assert reading == expected


def test_equal_criteria_are_one_object(reader: Reader, services: list[dict[str, Any]]) -> None:
    criteria = [
        each for _, found in Crew(reader, helpers=1).read(services, unknown) for each in found.criteria
    ]
    assert len({id(each) for each in criteria}) == len(set(criteria)) < len(criteria)


def _die(*_: Any) -> None:
    os._exit(3)


def _refuse(*_: Any, **__: Any) -> None:
    raise OSError("no process to be had")


@pytest.mark.parametrize(("name", "replaced"), [("_wake", _die), ("ProcessPoolExecutor", _refuse)])
def test_a_lost_helper_is_done_without(
    reader: Reader, services: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, name: str, replaced: Any
) -> None:
    monkeypatch.setattr(crew, name, replaced)
    found = list(Crew(reader, helpers=2, alone=0).read(services, unknown))
    assert [reading for _, reading in found] == [reader.read(service) for service in services]
