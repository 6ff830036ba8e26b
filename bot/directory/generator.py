"""A directory of the size of the country's, made up, the same each time: for benchmarks only."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from itertools import batched
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bot.directory.communes import Commune, Communes, communes
from bot.directory.schema import CODES, FIELDS, LISTS, Kind
from bot.settings import ROOT
from bot.yaml_text import yaml_loads

PATH = ROOT / "data" / "directory" / "generator.yml"
STRUCTURES, SERVICES = 110_077, 180_160
_LATEST = date(2026, 6, 30)


@functools.cache
def _words() -> Any:
    return yaml_loads(PATH.read_text(encoding="utf-8"))


def structures(count: int = STRUCTURES, seed: int = 1) -> Iterator[dict[str, Any]]:
    """Made-up structures, in communes drawn by population."""
    pick, draw, words = Random(seed), _communes(seed, communes()), _words()
    for number in range(count):
        commune, source = draw(), _source(pick)
        yield {
            "source": source,
            "id": f"{source}--s{number:06d}",
            "nom": f"{pick.choice(words['kinds'])} {pick.choice(words['themes_of_name'])} {commune.nom}"[
                :150
            ],
            "description": " ".join(pick.sample(words["sentences"], 3)),
            "date_maj": (_LATEST - timedelta(days=int(pick.expovariate(1 / 300)))).isoformat(),
            "siret": f"{pick.randrange(10**14):014d}" if pick.random() < 0.6 else None,
            **_address(pick, commune),
            "telephone": f"+33{pick.randrange(10**8, 10**9)}" if pick.random() < 0.7 else None,
            "courriel": f"contact{number}@exemple.org" if pick.random() < 0.7 else None,
            "reseaux_porteurs": [pick.choice(CODES["reseaux_porteurs"])] if pick.random() < 0.3 else None,
        }


def services(
    count: int = SERVICES, structures_count: int = STRUCTURES, seed: int = 1
) -> Iterator[dict[str, Any]]:
    """Made-up services of the structures of the same seed and count."""
    pick, words = Random(seed + 1), _words()
    homes = [(home["id"], home["source"], home["code_insee"]) for home in structures(structures_count, seed)]
    places = communes()
    national = pick.sample(range(count), count // 50)
    everywhere = frozenset(national)
    for number in range(count):
        home, source, code = homes[pick.randrange(len(homes))]
        commune = places.by_code[code]
        category = pick.choice(CODES["thematiques"]).split("--")[0]
        themes = [theme for theme in CODES["thematiques"] if theme.startswith(f"{category}--")]
        modes = pick.choices(
            (["en-presentiel"], ["a-distance"], ["a-distance", "en-presentiel"], None), (70, 12, 13, 5)
        )[0]
        site = modes != ["a-distance"] or pick.random() < 0.5
        names = words["services"].get(category, words["services"]["default"])
        price = pick.choices(("gratuit", "payant", None), (55, 20, 25))[0]
        yield {
            "source": source,
            "structure_id": home,
            "id": f"{source}--{number:06d}",
            "nom": f"{pick.choice(names)} ({commune.nom})"[:150],
            "description": " ".join(pick.sample(words["sentences"], pick.randrange(2, 9))),
            "date_maj": (_LATEST - timedelta(days=int(pick.expovariate(1 / 300)))).isoformat(),
            "type": pick.choice((*CODES["type"], None)),
            "thematiques": pick.sample(themes, min(len(themes), pick.choice((1, 1, 1, 2, 3)))),
            "frais": price,
            "frais_precisions": "Selon les ressources" if price == "payant" and pick.random() < 0.5 else None,
            "publics": _publics(pick),
            "publics_precisions": pick.choice(words["conditions"]) if pick.random() < 0.2 else None,
            "conditions_acces": pick.choice(words["conditions"]) if pick.random() < 0.35 else None,
            **_address(pick, commune, site),
            "telephone": f"+33{pick.randrange(10**8, 10**9)}" if pick.random() < 0.8 else None,
            "courriel": f"service{number}@exemple.org" if pick.random() < 0.6 else None,
            "modes_accueil": modes,
            "zone_eligibilite": ["france"] if number in everywhere else _zone(pick, commune),
            "modes_mobilisation": pick.sample(CODES["modes_mobilisation"], pick.randrange(1, 3)),
            "mobilisable_par": pick.choice((["usagers"], ["professionnels"], ["professionnels", "usagers"], None)),
        }  # fmt: skip


def write(
    folder: Path, services_count: int = SERVICES, structures_count: int = STRUCTURES
) -> tuple[Path, Path]:
    """Write both as Parquet, as the weekly dump is; gives the paths of structures and services."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = folder / f"structures-{structures_count}.parquet", folder / f"services-{services_count}.parquet"
    _parquet(paths[0], "structure", structures(structures_count))
    _parquet(paths[1], "service", services(services_count, structures_count))
    return paths


def _parquet(path: Path, kind: Kind, rows: Iterator[dict[str, Any]]) -> None:
    numbers = {"longitude": pa.float64(), "latitude": pa.float64(), "volume_horaire_hebdomadaire": pa.float64(),
               "nombre_semaines": pa.int64()}  # fmt: skip
    types = {
        name: pa.list_(pa.string()) if name in LISTS else numbers.get(name, pa.string())
        for name in FIELDS[kind]
    }
    schema = pa.schema(list(types.items()))
    partial = path.with_suffix(".part")
    with pq.ParquetWriter(partial, schema) as writer:
        for some in batched(rows, 10_000):
            writer.write_table(pa.Table.from_pylist(list(some), schema))
    partial.replace(path)


def _communes(seed: int, places: Communes) -> Callable[[], Commune]:
    pick = Random(seed + 2)
    listed = [one for one in places.by_code.values() if one.type == "commune" and one.point]
    weights = [(one.population or 0) + 50 for one in listed]
    drawn: list[Commune] = []

    def draw() -> Commune:
        if not drawn:
            drawn.extend(pick.choices(listed, weights, k=10_000))
        return drawn.pop()

    return draw


def _source(pick: Random) -> str:
    shares = _words()["sources"]
    source: str = pick.choices(list(shares), list(shares.values()))[0]
    return source


def _publics(pick: Random) -> list[str] | None:
    chance = pick.random()
    if chance < 0.35:
        return None
    if chance < 0.6:
        return ["tous-publics"]
    return pick.sample([code for code in CODES["publics"] if code != "tous-publics"], pick.randrange(1, 4))


def _zone(pick: Random, commune: Commune) -> list[str] | None:
    narrow = [commune.code] if not commune.epci else [commune.epci]
    return pick.choices((None, [commune.departement], narrow, [commune.code]), (30, 35, 18, 15))[0]


def _address(pick: Random, commune: Commune, site: bool = True) -> dict[str, Any]:
    if not site:
        return dict.fromkeys(("commune", "code_insee", "adresse", "longitude", "latitude"))
    lon, lat = commune.point or (None, None)
    pointed = lon is not None and lat is not None and pick.random() < 0.93
    return {
        "commune": commune.nom,
        "code_insee": commune.code,
        "adresse": f"{pick.randrange(1, 200)} rue des Essais" if pick.random() < 0.8 else None,
        "longitude": round(lon + pick.gauss(0, 0.015), 6) if pointed and lon is not None else None,
        "latitude": round(lat + pick.gauss(0, 0.01), 6) if pointed and lat is not None else None,
    }
