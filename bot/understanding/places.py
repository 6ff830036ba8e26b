"""What a place as a person writes it can mean: by its name, by how it sounds, by likeness."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path

from rapidfuzz import fuzz, process

from bot.understanding.communes import AMBIGUOUS, EXACT, UNKNOWN, PlaceAnswer, apart_km
from bot.understanding.lexicons import load_letters, load_sounds
from bot.understanding.made import made_once
from bot.understanding.names import Names
from bot.understanding.written import LexiconError, read_yaml

SPOKEN = "fr"  # names of places are heard as this language says them


class Gazetteer(Names):
    """Communes by code and by name, as people spell it."""

    @classmethod
    def load(cls, data: Path) -> Gazetteer:
        """From data/places/communes.csv.gz and data/places/known_places.yml.

        Raises `LexiconError` when a file is missing or is not what it should be.
        """
        return made_once(data, "places", lambda: cls._made(data))

    @classmethod
    def _made(cls, data: Path) -> Gazetteer:
        known = read_yaml(data / "places" / "known_places.yml")
        try:
            raw = gzip.decompress((data / "places" / "communes.csv.gz").read_bytes()).decode("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise LexiconError(f"communes.csv.gz: {error}") from error
        rows = csv.reader(io.StringIO(raw))
        next(rows)
        return cls(rows, known, load_letters(data), load_sounds(data).get(SPOKEN))

    def distance_km(self, a: str, b: str) -> float | None:
        """Great-circle distance between two communes in km; None when one is unknown or has no point."""
        first, second = self.commune(a), self.commune(b)
        return None if first is None or second is None else apart_km(first, second)

    def by_postcode(self, postcode: str, *, near: str | None = None) -> PlaceAnswer:
        """What a postcode alone means: never taken without asking back, even where it serves one commune only."""
        codes = sorted(self.with_postcode(postcode), key=lambda code: self._order(code, near))
        if len(codes) == 1:
            return PlaceAnswer((codes[0],), EXACT, 1.0, True)
        return PlaceAnswer(tuple(codes[: self.choice.shown]), AMBIGUOUS if codes else UNKNOWN, 1.0, True)

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
