"""Residence in conditions: « habitants de Mauges Communauté », « résider à Cholet ou Saumur », « dans le 49 »."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from bot.tamis.criteria import Expression, Lives, Stated, Works, any_of, doubt
from bot.tamis.gazetteer import index, key, regions_of
from bot.tamis.places import Places
from bot.tamis.text import fold

_WORD = re.compile(r"[\w']+(?:[-' ](?=\w))?")
MAX_WORDS = 9
_OF = re.compile(
    r" (?:en |dans (?:le |la |l')|de l'|de la |du |de |des |d')"
    r"(?:la |le |les |l'|departement (?:de |du |d'|de la )?(?:la |l')?)?"
)
UNSURE = ("?",)  # a name that several places bear, none of them near
_TAIL = re.compile(r"(?: (?:agglomeration|agglo|communaute|metropole)\b)?(?: ?\(\d{2,5}\))?")


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Where the service is, to choose between places of one name: its zone and its own commune."""

    zone: tuple[str, ...] = ()
    departments: frozenset[str] = frozenset()


NOWHERE = Neighbourhood()


class Territory:
    """Reads places of residence and of work from folded text."""

    def __init__(
        self,
        places: Places | None,
        words: Mapping[str, str],
        towns: Mapping[str, str],
        aliases: Mapping[str, str],
    ) -> None:
        self._places = places
        homes = {"{lives}": words["lives"], "{works}": words["works"]}

        def compiled(name: str) -> re.Pattern[str]:
            text = words[name]
            for mark, pattern in homes.items():
                text = text.replace(mark, pattern)
            return re.compile(text)

        self._trigger, self._also = compiled("trigger"), compiled("also_works")
        self._lead, self._here, self._join = compiled("lead"), compiled("here"), compiled("join")
        self._department = compiled("department")
        self._except = compiled("except")
        self._environs = compiled("environs")
        self._own = compiled("own")
        self._suburbs = compiled("suburbs")
        self._towns = towns
        self._gentiles = re.compile(rf"{words['people_of']}(?P<town>{'|'.join(towns)})\b")
        self._union, self._loose = compiled("union"), compiled("loose")
        prefix = compiled("name_prefix")
        self._index: dict[str, tuple[str, ...]] = index(places.names(), prefix) if places else {}
        for name, official in aliases.items():
            found = self._index.get(key(fold(official)))
            if found:
                self._index[key(name)] = found
        for common in words["common_names"].split():
            self._index.pop(common, None)
        self._region_of = regions_of(places) if places else {}
        self._departments = {
            code.lower(): code
            for codes in (places.names().values() if places else ())
            for code in codes
            if len(code) in (2, 3)
        }

    def speaks(self, text: str) -> bool:
        """Whether a place may be named."""
        return self._trigger.search(text) is not None or self._gentiles.search(text) is not None

    def of(self, text: str, start: int, near: Neighbourhood) -> tuple[int, Expression] | None:
        """« … de Maine-et-Loire » just after people: where the place's name ends, and that they live there."""
        own = self._own.match(text, start)
        if own and not self._names(text, own.end(), near):
            # Where the service has no zone, « du territoire » asks for nothing that anybody could check.
            return (own.end(), _expression(near.zone, True, False)) if near.zone else None
        link = _OF.match(text, start)
        named = self._names(text, link.end(), near) if link else None
        if link is None or named is None:
            return None
        return named[1], _expression(self._wider(text[link.end() : named[1]], named[0]), True, False)

    def _people_of(self, text: str) -> list[tuple[int, int, Expression]]:
        found: list[tuple[int, int, Expression]] = []
        for match in self._gentiles.finditer(text):
            code = self._towns[match["town"]]
            commune = self._places.commune(code) if self._places and len(code) == 5 else None
            around = commune.epci if commune is not None else None
            # The people of a town's suburbs may be meant or not.
            lives = doubt(Lives((code,)), Lives((around,))) if around else Lives((code,))
            found.append((match.start("town"), match.end("town"), lives))
        return found

    def read(self, text: str, near: Neighbourhood) -> list[tuple[int, int, Expression]]:
        """Spans that ask where the person lives or works, with what they mean."""
        found = self._people_of(text)
        for match in self._trigger.finditer(text):
            if any(start <= match.start() < end for start, end, _ in found):
                continue
            read = self._after(text, match.end(), near)
            if read is None:
                continue
            codes, end = read
            works = match["works"] or match["also"]
            except_for = self._except.match(text, end)
            later = None if works else self._also.match(text, end)
            if later:
                works, end = later[0], later.end()
            lives = match["lives"] or match["back"]
            found.append((match.start(), end, _expression(codes, bool(lives), bool(works))))
            left_out = self._after(text, except_for.end(), near) if except_for else None
            if left_out and except_for:
                found.append((except_for.end(), left_out[1], _expression(left_out[0], True, False)))
        return found

    def _after(self, text: str, start: int, near: Neighbourhood) -> tuple[tuple[str, ...] | None, int] | None:
        lead = self._lead.match(text, start)
        begin = lead.end() if lead else start
        named = self._names(text, begin, near)
        # A name may begin with a word taken for a lead (« Pays de la Loire », « La Roche »): the longest wins.
        for cut in re.finditer(r"(?<=[ '])(?=\w)", text[start:begin]):
            earlier = self._names(text, start + cut.start(), near)
            if earlier and (named is None or earlier[1] >= named[1]):
                named = earlier
                break
        if named:
            return self._wider(text[start : named[1]], named[0]), named[1]
        here = self._here.search(text, start, min(len(text), begin + 40))
        if here and here.start() <= begin:
            tail = re.compile(r"[a-z' ]{0,2}").match(text, here.end())
            return (near.zone or None), (tail.end() if tail else here.end())
        return None

    def _wider(self, words: str, codes: tuple[str, ...]) -> tuple[str, ...]:
        """« la métropole de Nantes » is the EPCI, not the commune; « le bassin de Laval » is nobody's list."""
        if UNSURE[0] in codes or all(len(code) != 5 for code in codes) or self._places is None:
            return codes
        if self._loose.search(words):
            return UNSURE
        if not self._union.search(words):
            return codes
        unions = []
        for code in codes:
            commune = self._places.commune(code)
            unions.append(commune.epci if commune is not None and commune.epci else code)
        return tuple(dict.fromkeys(unions))

    def _names(self, text: str, start: int, near: Neighbourhood) -> tuple[tuple[str, ...], int] | None:
        codes: list[str] = []
        end = start
        position = start
        while True:
            one = self._around(text, end, codes) or self._one(text, position, near)
            if one is None:
                break
            codes.extend(one[0])
            end = one[1]
            join = self._join.match(text, end)
            if join is None or join.end() == end:
                break
            position = join.end()
        if UNSURE[0] in codes and len(set(codes)) > 1:
            # « Trélazé, Angers et Avrillé »: the others tell in which département the last one is.
            beside = frozenset(
                found.department
                for code in codes
                if self._places is not None and (found := self._places.commune(code)) is not None
            )
            if beside and beside != near.departments:
                return self._names(text, start, Neighbourhood(near.zone, beside))
        around = self._environs.match(text, end) if codes else None
        if around:
            return UNSURE, around.end()  # nobody can list what lies around a town
        return (tuple(dict.fromkeys(codes)), end) if codes else None

    def _around(self, text: str, start: int, codes: list[str]) -> tuple[tuple[str, ...], int] | None:
        """« Laval ou une commune de l'agglomération »: that of the town just named."""
        found = self._suburbs.match(text, start)
        commune = self._places.commune(codes[-1]) if found and codes and self._places else None
        return ((commune.epci,), found.end()) if found and commune is not None and commune.epci else None

    def _one(self, text: str, start: int, near: Neighbourhood) -> tuple[tuple[str, ...], int] | None:
        department = self._department.match(text, start)
        if department and department[1] in self._departments:
            return (self._departments[department[1]],), department.end()
        ends: list[int] = []
        position = start
        while len(ends) < MAX_WORDS:
            word = _WORD.match(text, position)
            if word is None:
                break
            position = word.end()
            ends.append(len(text[:position].rstrip(" -'")))
        for end in reversed(ends):
            codes = self._index.get(key(text[start:end]))
            if codes:
                # The longest name decides, even when it does not tell which place it is.
                tail = _TAIL.match(text, end)
                return self._choose(codes, near) or UNSURE, (tail.end() if tail else end)
        return None

    def _choose(self, codes: tuple[str, ...], near: Neighbourhood) -> tuple[str, ...] | None:
        wide = [code for code in codes if len(code) != 5]
        if len(codes) == 1:
            return codes
        if wide and len(wide) == 1:
            # An EPCI and a commune of one name (« Angers Loire Métropole » is not « Angers »): names differ.
            return (wide[0],)
        for area in (near.departments, self._regions(near)):
            found = self._within(codes, area)
            if len(found) == 1:
                return found
        return None

    def _regions(self, near: Neighbourhood) -> frozenset[str]:
        """The départements of the regions the service is in."""
        return frozenset(
            department
            for region in {self._region_of.get(department) for department in near.departments} - {None}
            for department, own in self._region_of.items()
            if own == region
        )

    def _within(self, codes: tuple[str, ...], departments: frozenset[str]) -> tuple[str, ...]:
        return tuple(
            code
            for code in codes
            if self._places is not None
            and (commune := self._places.commune(code)) is not None
            and commune.department in departments
        )


def _expression(codes: tuple[str, ...] | None, lives: bool, works: bool) -> Expression:
    if codes is None or UNSURE[0] in codes:
        return Stated("other", "territoire")
    members: list[Expression] = []
    if lives:
        members.append(Lives(codes))
    if works:
        members.append(Works(codes))
    return any_of(*members)
