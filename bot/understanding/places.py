"""The communes of France by name, as people spell them: old names, postcodes, quarters, other scripts."""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from rapidfuzz import fuzz, process

from bot.understanding.lexicons import load_letters, load_sounds
from bot.understanding.sounds import Sounds
from bot.understanding.text import Letters
from bot.understanding.written import LexiconError, read_yaml

EARTH_KM = 6371.0
SPOKEN = "fr"  # names of places are heard as this language says them
EXACT, AMBIGUOUS, UNKNOWN = "exact", "ambiguous", "unknown"


@dataclass(frozen=True)
class Commune:
    """A current commune. `lon`, `lat` in degrees (WGS 84); None where the source has none."""

    code: str
    name: str
    departement: str
    region: str
    epci: str
    lon: float | None
    lat: float | None
    population: int
    postcodes: tuple[str, ...]
    epci_name: str = ""


@dataclass(frozen=True)
class PlaceAnswer:
    """What a name or a postcode can mean: INSEE codes of current communes, likeliest first.

    `status` is `exact` (one candidate), `ambiguous` (ask back) or `unknown` (none). `score` is 1.0 for a
    name as it is spelt, less for a likeness; `confirm` asks that the answer be read back.
    """

    candidates: tuple[str, ...] = ()
    status: str = UNKNOWN
    score: float = 0.0
    confirm: bool = False

    @property
    def code(self) -> str | None:
        """The INSEE code when there is exactly one candidate."""
        return self.candidates[0] if self.status == EXACT else None


@dataclass(frozen=True)
class Likeness:
    """How places are chosen (`choice:` of known_places.yml): the region preferred, fuzzy thresholds on 0–100."""

    region: str
    sure: float
    least: float
    margin: float
    away: float
    town: int
    far_bigger: int
    shown: int


class Gazetteer:
    """Communes by code and by name."""

    def __init__(
        self,
        rows: Iterable[Sequence[str]],
        known: Mapping[str, Any],
        letters: Letters,
        sounds: Sounds | None = None,
    ) -> None:
        self._fold = letters.fold
        self._heard_as = sounds or Sounds()
        self.short = {self._fold(k): self._fold(v) for k, v in (known.get("short") or {}).items()}
        self._articles = frozenset(self._fold(a) for a in known.get("articles") or ())
        self.choice = Likeness(**known["choice"])
        self._departments = {
            self._fold(name): str(code)
            for code, names in (known.get("departements") or {}).items()
            for name in names
        }
        self._rows: dict[str, Sequence[str]] = {}
        self._names: dict[str, list[str]] = {}
        self._current: set[tuple[str, str]] = set()
        self._postcodes: dict[str, list[str]] = {}
        self.stems: dict[str, list[tuple[str, str]]] = {}
        self.aliases: set[str] = set()
        later = []
        listed = list(rows)
        names = letters.fold_all([row[1] for row in listed])
        for row, name in zip(listed, names):  # noqa: B905  one name a row; `strict` costs a tenth of the load
            code, kind, head = row[0], row[2], row[3]
            key = self._written_out(name)
            if kind == "commune":
                self._rows[code] = row
                self._current.add((key, code))
                for postcode in row[8].split():
                    self._postcodes.setdefault(postcode, []).append(code)
                self._add(key, code)
            else:
                later.append((key, head))
        for key, head in later:
            self._add(key, head)
        for code, names in (known.get("known") or {}).items():
            self._add_known(str(code), names)
        self._prefixes: dict[str, list[str]] = {}
        self._near_names = [key for key, codes in self._names.items() if any(map(self._close, codes))]
        self._sounds = {
            letter: str(group)[0] for group in known.get("initials") or () for letter in str(group)
        }
        self._alike_in: dict[str, list[str]] = {}
        for key in self._near_names:
            self._alike_in.setdefault(self._sounds.get(key[0], key[0]), []).append(key)
            for cut in range(1, key.count(" ") + 1):
                self._prefixes.setdefault(" ".join(key.split()[:cut]), []).append(key)
        self.longest: dict[str, int] = {}
        for key in self._names:
            words = key.split()
            self.longest[words[0]] = max(self.longest.get(words[0], 0), len(words))
        self.words = frozenset(
            w for key in self._near_names for w in key.split() if len(w) >= 4 and w.isalpha()
        )

    @classmethod
    def load(cls, data: Path, letters: Letters | None = None) -> Gazetteer:
        """From data/places/communes.csv.gz and data/places/known_places.yml.

        Raises `LexiconError` when a file is missing or is not what it should be.
        """
        known = read_yaml(data / "places" / "known_places.yml")
        try:
            raw = gzip.decompress((data / "places" / "communes.csv.gz").read_bytes()).decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise LexiconError(f"communes.csv.gz: {error}") from error
        rows = csv.reader(io.StringIO(raw))
        next(rows)
        return cls(rows, known, letters or load_letters(data), load_sounds(data).get(SPOKEN))

    def near_names(self) -> tuple[str, ...]:
        """The folded names of the region's places and of big towns elsewhere."""
        return tuple(self._near_names)

    def key(self, name: str) -> str:
        """A name folded, short words written out (« st » → « saint »)."""
        return self._written_out(self._fold(name))

    def _written_out(self, folded: str) -> str:
        words = folded.split()
        if self.short.keys().isdisjoint(words):
            return folded
        return " ".join(self.short.get(word, word) for word in words)

    def _add(self, key: str, code: str) -> None:
        for form in (key, self._bare(key)):
            codes = self._names.setdefault(form, [])
            if code not in codes:
                codes.append(code)

    def _bare(self, key: str) -> str:
        """A name of several words without its article (« roche sur yon »); else the name itself."""
        first, _, rest = key.partition(" ")
        return rest if first in self._articles and " " in rest else key

    def _add_known(self, code: str, names: Sequence[str]) -> None:
        if code not in self._rows:
            raise LexiconError(f"known_places.yml: no commune {code}")
        for name in names:
            key = self.key(str(name).rstrip("*"))
            if str(name).endswith("*"):
                self.stems.setdefault(key[:2], []).append((key, code))
            else:
                self.aliases.add(key)
                codes = self._names.setdefault(key, [])
                if code not in codes:
                    codes.insert(0, code)

    def _close(self, code: str) -> bool:
        row = self._rows[code]
        return row[5] == self.choice.region or int(row[9] or 0) >= self.choice.town

    def in_region(self, code: str) -> bool:
        """Whether a commune is in the region that the assistant serves."""
        row = self._rows.get(code)
        return row is not None and row[5] == self.choice.region

    def commune(self, code: str) -> Commune | None:
        """The current commune of an INSEE code, or None."""
        row = self._rows.get(code)
        if row is None:
            return None
        lon, lat = (float(row[i]) if row[i] else None for i in (10, 11))
        population = int(row[9] or 0)
        return Commune(
            row[0], row[1], row[4], row[5], row[6], lon, lat, population, tuple(row[8].split()), row[7]
        )

    def distance_km(self, a: str, b: str) -> float | None:
        """Great-circle distance between two communes in km; None when one is unknown or has no point."""
        first, second = self.commune(a), self.commune(b)
        if first is None or second is None:
            return None
        if first.lon is None or first.lat is None or second.lon is None or second.lat is None:
            return None
        lat1, lat2 = math.radians(first.lat), math.radians(second.lat)
        half = (
            math.sin((lat2 - lat1) / 2) ** 2
            + math.cos(lat1) * math.cos(lat2) * math.sin(math.radians(second.lon - first.lon) / 2) ** 2
        )
        return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, half)))

    def named(self, key: str) -> list[str]:
        """The communes that bear exactly this folded name (see `key`), old names and known places included."""
        return self._names.get(key, [])

    def stemmed(self, word: str) -> list[str]:
        """The communes whose name in another script begins this folded word (inflected languages)."""
        found = [
            (len(stem), code)
            for stem, code in self.stems.get(word[:2], ())
            if word.startswith(stem) and len(word) <= len(stem) + 4
        ]
        longest = max((size for size, _ in found), default=0)
        return [code for size, code in found if size == longest]

    def with_postcode(self, postcode: str) -> list[str]:
        """The communes that a postcode serves."""
        return self._postcodes.get(postcode, [])

    def by_postcode(self, postcode: str, *, near: str | None = None) -> PlaceAnswer:
        """What a postcode alone means: never taken without asking back, even where it serves one commune only."""
        codes = sorted(self.with_postcode(postcode), key=lambda code: self._order(code, near))
        if len(codes) == 1:
            return PlaceAnswer((codes[0],), EXACT, 1.0, True)
        return PlaceAnswer(tuple(codes[: self.choice.shown]), AMBIGUOUS if codes else UNKNOWN, 1.0, True)

    def departement(self, text: str) -> str | None:
        """The département that a folded word or number names, or None."""
        if re.fullmatch(r"\d\d|2[ab]", text):
            return text.upper()
        return self._departments.get(text)

    def resolve(self, text: str, *, near: str | None = None) -> PlaceAnswer:
        """What a place written by a person means: name or postcode, one or both, with a département or not.

        `near` is the INSEE code that ambiguous candidates are ordered around. Never raises.
        """
        words = self.key(text).split()
        postcode = next((w for w in words if re.fullmatch(r"\d{5}", w) and w in self._postcodes), None)
        departement = None
        name: list[str] = []
        for index, word in enumerate(words):
            if word == postcode:
                continue
            if index and departement is None and self.departement(word):
                departement = self.departement(word)
            else:
                name.append(word)
        if not name:
            return self.by_postcode(postcode, near=near) if postcode else PlaceAnswer()
        return self.look_up(" ".join(name), postcode=postcode, departement=departement, near=near)

    def look_up(
        self,
        key: str,
        *,
        postcode: str | None = None,
        departement: str | None = None,
        near: str | None = None,
    ) -> PlaceAnswer:
        """The answer for a folded name: as spelt, else the beginning of a longer name, else by likeness."""
        codes = self.named(key) or self.stemmed(key)
        # A small far commune must not hide the beginning of a name of the region (« Saint-Macaire »).
        hidden = (
            not postcode and not departement and not any(map(self._close, codes)) and key in self._prefixes
        )
        if codes and not hidden:
            return self.choose(self._narrow(codes, postcode, departement), key, near=near)
        longer = [code for name in self._prefixes.get(key, ()) for code in self.named(name)]
        if longer and len(key) >= 4:
            answer = self.choose(self._narrow(longer, postcode, departement), near=near)
            if answer.status == EXACT:
                return PlaceAnswer(answer.candidates, EXACT, 0.85, True)
            biggest = self._biggest(answer.candidates)
            if biggest:
                return PlaceAnswer((biggest,), EXACT, 0.8, True)
            return PlaceAnswer(answer.candidates, AMBIGUOUS, 0.8, True)
        heard = self._narrow(self._by_ear(key), postcode, departement)
        answer = self.choose(heard, near=near)
        if answer.status == EXACT:
            return PlaceAnswer(answer.candidates, EXACT, 0.88, True)
        return self._alike(key, postcode, departement, near)

    @cached_property
    def _sounding(self) -> Mapping[str, list[str]]:
        """The codes of the region's names in Latin letters, by how the name sounds.

        Far towns are left out: « agent » sounds like Agen, « pari » like Paris.
        """
        out: dict[str, list[str]] = {}
        for key in self._near_names:
            if key.isascii() and len(key) >= 4:
                codes = out.setdefault(self._heard_as.of_name(key), [])
                codes += [code for code in self.named(key) if self.in_region(code) and code not in codes]
        return out

    def _by_ear(self, key: str) -> list[str]:
        """The communes whose name sounds like this one."""
        if not self._heard_as or not key.isascii() or len(key) < 4:
            return []
        sound = self._heard_as.of_name(key)
        return self._sounding.get(sound, []) if len(sound) >= 3 else []

    def _narrow(self, codes: Sequence[str], postcode: str | None, departement: str | None) -> list[str]:
        for wanted, column in ((postcode, 8), (departement, 4)):
            if wanted:
                kept = [code for code in codes if wanted in self._rows[code][column].split()]
                codes = kept or codes
        return list(codes)

    def choose(self, codes: Sequence[str], key: str | None = None, *, near: str | None = None) -> PlaceAnswer:
        """One of several communes of one name when the choice is plain; else all of them, to ask back."""
        distinct = list(dict.fromkeys(codes))
        if not distinct:
            return PlaceAnswer()
        if len(distinct) == 1:
            return PlaceAnswer((distinct[0],), EXACT, 1.0)
        here = [code for code in distinct if self.in_region(code)]
        today = [code for code in here if key is not None and (key, code) in self._current]
        pool = today if len(today) == 1 else here
        if len(pool) == 1:
            rest = [c for c in distinct if c != pool[0] and not self.in_region(c)]
            size = int(self._rows[pool[0]][9] or 0)
            if not any(self._size(c) >= max(self.choice.town, self.choice.far_bigger * size) for c in rest):
                return PlaceAnswer((pool[0],), EXACT, 1.0, confirm=pool is not today and len(here) > 1)
        elif not here and (biggest := self._biggest(distinct)):
            return PlaceAnswer((biggest,), EXACT, 0.9, True)
        ordered = sorted(distinct, key=lambda code: self._order(code, near))
        return PlaceAnswer(tuple(ordered[: self.choice.shown]), AMBIGUOUS, 1.0, True)

    def _size(self, code: str) -> int:
        return int(self._rows[code][9] or 0)

    def _biggest(self, codes: Sequence[str]) -> str | None:
        """The one commune far bigger than all the others, or None."""
        sizes = sorted(((self._size(code), code) for code in codes), reverse=True)
        if not sizes or sizes[0][0] < 5000:
            return None
        if len(sizes) == 1 or sizes[0][0] >= self.choice.far_bigger * max(1, sizes[1][0]):
            return sizes[0][1]
        return None

    def _order(self, code: str, near: str | None) -> tuple[bool, float, int]:
        distance = self.distance_km(near, code) if near else None
        return (not self.in_region(code), distance if distance is not None else 0.0, -self._size(code))

    def _alike(
        self, key: str, postcode: str | None, departement: str | None, near: str | None
    ) -> PlaceAnswer:
        if len(key) < 4:
            return PlaceAnswer()
        found = process.extract(
            key,
            self._alike_in.get(self._sounds.get(key[0], key[0]), ()),
            scorer=fuzz.ratio,
            score_cutoff=self.choice.least,
            limit=12,
        )
        best: dict[str, float] = {}
        for name, score, _ in found:
            for code in self._narrow([c for c in self.named(name) if self._close(c)], postcode, departement):
                best.setdefault(code, score if self.in_region(code) else score - self.choice.away)
        if not best:
            return PlaceAnswer()
        ranked = sorted(best.items(), key=lambda item: (-item[1], self._order(item[0], near)))
        top = ranked[0][1]
        size = self._size(ranked[0][0])
        rivals = [score for code, score in ranked[1:] if size < self.choice.far_bigger * self._size(code)]
        if top >= self.choice.sure and (not rivals or top - rivals[0] >= self.choice.margin):
            return PlaceAnswer((ranked[0][0],), EXACT, top / 100, True)
        kept = [code for code, score in ranked if top - score < 2 * self.choice.margin]
        return PlaceAnswer(tuple(kept[: self.choice.shown]), AMBIGUOUS, top / 100, True)
