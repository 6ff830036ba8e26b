"""The names of the communes of France: current and old, postcodes, quarters, other scripts; exact look-ups."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bot.understanding.communes import Commune, Likeness
from bot.understanding.sounds import Sounds
from bot.understanding.text import Letters
from bot.understanding.written import LexiconError


class Names:
    """Communes by code and by exact name."""

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
        # Départements, regions, EPCI come by the thousand: one string each (12 MB a process, 28 November 2026).
        same: dict[str, str] = {}
        names = letters.fold_all([row[1] for row in listed])
        for row, name in zip(listed, names):  # noqa: B905  one name a row; `strict` costs a tenth of the load
            code, kind, head = row[0], row[2], row[3]
            key = self._written_out(name)
            if kind == "commune":
                self._rows[code] = tuple([same.setdefault(cell, cell) for cell in row])
                self._current.add((key, code))
                for postcode in row[8].split():
                    self._postcodes.setdefault(postcode, []).append(code)
                self._add(key, code)
            else:
                later.append((key, same.setdefault(head, head)))
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

    def departement(self, text: str) -> str | None:
        """The département that a folded word or number names, or None."""
        if re.fullmatch(r"\d\d|2[ab]", text):
            return text.upper()
        return self._departments.get(text)
