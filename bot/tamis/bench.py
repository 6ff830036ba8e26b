"""How fast the tamis is, on a made-up national directory that is the same at every run."""

from __future__ import annotations

import datetime as dt
import os
import random
import resource
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import psutil

from bot.profile import codes as profile_codes
from bot.settings import ROOT
from bot.tamis.person import Person
from bot.tamis.places import Register
from bot.tamis.reader import Reader
from bot.tamis.sieve import STATUSES, Decision, decide
from bot.tamis.tamis import Tamis
from bot.yaml_text import yaml_loads

NATIONAL, REGION = 180_000, 10_000
NOW = dt.date(2026, 11, 23)
PIECES = ROOT / "data" / "tamis" / "synthetic.yml"


def run(quick: bool = False) -> dict[str, Any]:
    """The figures of `relais bench tamis`; `quick` takes a tenth of the directory and fewer people.

    `_ms` are milliseconds by the clock, `_cpu_ms` of processor time: they differ by what else the machine
    was doing, which `load_average` tells (over a minute, before and after). `read_s` is the whole directory
    by the clock, `read_cpu_s` the processor time of all processes that read. `rss_mb` is the resident memory
    with the national directory compiled, `helper_rss_mb` the most any one process that helped to read held.
    `equal` tells that the plain evaluator and the compiled one gave the same status and the same missing
    facts for every service of every person compared.
    """
    total, local = (NATIONAL // 10, REGION // 5) if quick else (NATIONAL, REGION)
    people_count, compared = (60, 2) if quick else (300, 4)
    load = [os.getloadavg()[0]]
    reader = Reader.load(ROOT / "data")
    pieces = yaml_loads(PIECES.read_text(encoding="utf-8"))
    draw = random.Random(20261122)
    communes = _communes(reader)
    started, spent = time.perf_counter(), _processor_s()
    tamis = Tamis.over(services(pieces, communes, total, draw), reader)
    read_s, read_cpu_s = time.perf_counter() - started, _processor_s() - spent
    region = Tamis.over(services(pieces, communes, local, draw), reader)
    profiles = list(people(communes, people_count, draw))
    everyone = [tamis.person(profile, NOW) for profile in profiles]
    rss_mb = psutil.Process().memory_info().rss / 1e6
    tamis.verdicts(everyone[0])
    region.verdicts(everyone[0])

    def ask(index: int) -> object:
        who = everyone[index]
        return region.ask(who, region.verdicts(who), profiles[index].get("needs"))

    timed = {
        "sieve": _times(lambda index: tamis.verdicts(everyone[index]), people_count),
        "region_sieve": _times(lambda index: region.verdicts(everyone[index]), people_count),
        "questions": _times(ask, people_count),
    }
    plain, equal = _compared(region, reader, everyone[:compared])
    load.append(os.getloadavg()[0])
    return {
        "services": total,
        "region_services": local,
        **{
            f"{name}_p{rank}_{kind}": _percentile([pair[column] for pair in pairs], rank)
            for name, pairs in timed.items()
            for column, kind in enumerate(("ms", "cpu_ms"))
            for rank in (50, 95)
        },
        "plain_p50_ms": _percentile([pair[0] for pair in plain], 50),
        "plain_p50_cpu_ms": _percentile([pair[1] for pair in plain], 50),
        "equal": equal,
        "read_s": round(read_s, 2),
        "read_cpu_s": round(read_cpu_s, 2),
        "rss_mb": round(rss_mb, 1),
        "helper_rss_mb": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1e3, 1),
        "cores": os.cpu_count(),
        "load_average": [round(each, 2) for each in load],
    }


def _compared(
    region: Tamis, reader: Reader, everyone: Sequence[Person]
) -> tuple[list[tuple[float, float]], bool]:
    # How long the plain evaluator takes for each person, and whether the compiled one says the same.
    readings = [reading for service_id in region.ids if (reading := region.reading(service_id)) is not None]
    decided: list[list[Decision]] = []
    times = _times(
        lambda index: decided.append(
            [decide(reading, everyone[index], reader.forms) for reading in readings]
        ),
        len(everyone),
    )
    equal = len(readings) == len(region)
    for who, decisions in zip(everyone, decided, strict=True):
        verdicts = region.verdicts(who)
        equal = equal and all(
            STATUSES[verdicts.states[index]] == decision.status
            and verdicts.missing(index) == decision.missing
            for index, decision in enumerate(decisions)
        )
    return times, equal


def services(
    pieces: Mapping[str, Any], communes: Sequence[tuple[str, str, str, str]], count: int, draw: random.Random
) -> Iterator[dict[str, Any]]:
    """Services put together from the pieces of `synthetic.yml`, numbers and places varied."""
    publics = profile_codes_publics(pieces)
    themes = profile_codes.codes("needs")
    for index in range(count):
        code, department, epci, name = draw.choice(communes)
        source = draw.choice(pieces["sources"])
        zone = draw.choice(
            ([code], [department], [epci] if epci else [department], ["france"], None, [department])
        )
        yield {
            "id": f"{source}--{index}",
            "source": source,
            "nom": "Service",
            "description": " ".join(
                _filled(draw.choice(pieces["descriptions"]), name, draw) for _ in range(3)
            ),
            "date_maj": "2026-09-01",
            "thematiques": [draw.choice(themes)],
            "publics": draw.sample(publics, draw.choice((1, 1, 2, 3)))
            if draw.random() < 0.6
            else ["tous-publics"],
            "publics_precisions": _filled(draw.choice(pieces["publics"]), name, draw)
            if draw.random() < 0.4
            else None,
            "conditions_acces": "\n".join(
                _filled(draw.choice(pieces["conditions"]), name, draw)
                for _ in range(draw.choice((0, 1, 1, 2, 3)))
            ),
            "frais_precisions": draw.choice(pieces["frais"]),
            "mobilisable_par": draw.choice(
                (["usagers"], ["professionnels"], ["usagers", "professionnels"], None)
            ),
            "zone_eligibilite": zone,
            "code_insee": code,
        }


def profile_codes_publics(pieces: Mapping[str, Any]) -> list[str]:
    """The coded publics the made-up services draw from."""
    return list(pieces["coded"])


def people(
    communes: Sequence[tuple[str, str, str, str]], count: int, draw: random.Random
) -> Iterator[dict[str, Any]]:
    """Profiles with each field known about half of the time."""
    statuses = profile_codes.codes("statuses")
    for _ in range(count):
        whole: dict[str, Any] = {
            "origin": draw.choice(communes)[0],
            "age": draw.randint(16, 66),
            "statuses": [draw.choice(statuses)],
            "licence": draw.choice(profile_codes.codes("licence")),
            "purpose": draw.choice(profile_codes.codes("purpose")),
            "household_quotient": draw.randint(100, 1500),
            "needs": [draw.choice(profile_codes.codes("needs"))],
            "means": draw.choice((["aucun"], ["velo"], ["voiture"])),
        }
        yield {field: value for field, value in whole.items() if draw.random() < 0.5}


def _filled(text: str, name: str, draw: random.Random) -> str:
    low = draw.choice((16, 17, 18, 18, 20, 21))
    return text.format(
        commune=name,
        low=low,
        high=draw.choice((25, 25, 26, 29, 30)),
        quotient=draw.choice((500, 600, 700, 750, 800, 900, 950, 1000, 1200)),
        months=draw.choice((3, 4, 6, 12, 24)),
        number=draw.randint(1, 999),
    )


def _communes(reader: Reader) -> list[tuple[str, str, str, str]]:
    register = reader.places
    if not isinstance(register, Register):
        raise TypeError("the bench needs the communes of France")
    return sorted(
        (commune.code, commune.department, commune.epci, commune.name)
        for commune in register.all()
        if commune.chief == commune.code
    )


def _times(call: Callable[[int], object], count: int) -> list[tuple[float, float]]:
    # Milliseconds by the clock and of this thread's processor time.
    spent = []
    for index in range(count):
        clock, processor = time.perf_counter(), time.thread_time()
        call(index)
        spent.append(((time.perf_counter() - clock) * 1000, (time.thread_time() - processor) * 1000))
    return spent


def _processor_s() -> float:
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _percentile(values: Sequence[float], rank: int) -> float:
    return round(float(np.percentile(np.array(values), rank)), 3)
