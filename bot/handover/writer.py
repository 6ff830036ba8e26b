"""One profile in the summary's words, line by line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from babel.dates import format_date

from bot.handover.platform import Places
from bot.handover.wording import Wording


class Writer:
    """Puts one profile into the summary's words."""

    def __init__(
        self,
        profile: Mapping[str, Any],
        facts: Mapping[str, Mapping[str, Any]],
        words: Wording,
        places: Places,
    ) -> None:
        self._profile = profile
        self._facts = facts
        self._wording = words
        self._words = words.french["words"]
        self._places = places

    def code(self, field: str, code: str) -> str:
        """A code in French; the code itself when the file does not know it."""
        return str(self._wording.french["codes"].get(field, {}).get(code, code))

    def codes(self, field: str) -> str | None:
        """A list field in French; None when it is unknown or known to be none."""
        listed = self._profile.get(field) or []
        return self._joined(self.code(field, code) for code in listed) or None

    def profile_lines(self) -> dict[str, str | None]:
        """The lines that say one profile field each."""
        plain = {
            "purpose": self._single("purpose"),
            "licence": self._single("licence"),
            "arrival": self._profile.get("arrival"),
            "origin": self._place("origin"),
            "destination": self._place("destination"),
            "age": self._number("age", "years"),
            "household_quotient": self._number("household_quotient", "quotient"),
            "weekly_budget": self._number("weekly_budget", "budget"),
            **{
                name: self.codes(name)
                for name in (
                    "hours",
                    "means",
                    "skills",
                    "needs",
                    "obstacles",
                    "statuses",
                    "access_needs",
                    "declined",
                )
            },
        }
        return {name: self._marked(name, value) for name, value in plain.items()}

    def deadline(self) -> str:
        """The day in words, or that none was said."""
        if not self._profile.get("deadline"):
            return str(self._words["unknown_date"])
        day = date.fromisoformat(self._profile["deadline"])
        written = format_date(day, "EEEE d MMMM y", locale="fr")
        return self._marked("deadline", written) or written

    def contact(self, channel: str, known: bool) -> str:
        """How to answer: the channel, and whether a way to call back was given (never which)."""
        named = self._wording.french["channels"].get(channel, channel)
        back = self._words["by_number" if known else "no_number"]
        return self._joined([self._words["on_channel"].format(channel=named), back])

    def helper(self, state: Mapping[str, Any]) -> str | None:
        """Who filled it in for the person, and which service sent them; None when nobody did."""
        told = [self._words["for_other"]] if state.get("about_other") else []
        if state.get("prescriber"):
            told.append(self._words["sent_by"].format(service=state["prescriber"]))
        return self._joined(told) or None

    def distance(self) -> str | None:
        """As the crow flies, whole kilometres."""
        origin, destination = self._profile.get("origin"), self._profile.get("destination")
        if not origin or not destination:
            return None
        km = self._places.distance_km(origin, destination)
        return None if km is None else self._words["km"].format(value=round(km))

    def transit(self) -> str | None:
        """What is known of public transport on this trip: used already, or at which hours to look."""
        if not self._profile.get("origin") or not self._profile.get("destination"):
            return None
        said = self._words["transit"]
        hours = self._profile.get("hours") or ()
        known = [
            said[name]
            for name, true in (
                ("used", "transports-en-commun" in (self._profile.get("means") or ())),
                ("early", "avant-6h" in hours),
                ("late", "apres-20h" in hours),
            )
            if true
        ]
        return self._joined(known or [said["unknown"]])

    def offer_lines(
        self, offers: Sequence[Mapping[str, Any]], blocked: Sequence[Mapping[str, Any]]
    ) -> dict[str, Sequence[str]]:
        """Offers shown: open, to check with what, closed with why."""
        shown: dict[str, list[str]] = {"open": [], "to_check": []}
        for offer in offers:
            shown.setdefault(str(offer.get("status")), []).append(self._offer(offer))
        closed = [self._blocked(row) for row in blocked]
        return {"open": shown["open"], "to_check": shown["to_check"], "blocked": closed}

    def mapped(self, name: str) -> Sequence[str]:
        """Labels of another tool that this profile calls for."""
        return [row["label"] for row in self._wording.labels[name] if self._calls_for(row)]

    def consents(self, consent: Mapping[str, Any]) -> str | None:
        """The purposes agreed to."""
        names = self._wording.french["consents"]
        return self._joined(names[name] for name in names if consent.get(name)) or None

    def _joined(self, parts: Iterable[str]) -> str:
        return str(self._words["separator"]).join(parts)

    def _single(self, field: str) -> str | None:
        value = self._profile.get(field)
        return self.code(field, value) if value else None

    def _number(self, field: str, unit: str) -> str | None:
        value = self._profile.get(field)
        return None if value is None else str(self._words[unit]).format(value=value)

    def _place(self, field: str) -> str | None:
        code = self._profile.get(field)
        if not code:
            return None
        commune = self._places.commune(code)
        return commune.name if commune else str(self._words["unknown_place"]).format(code=code)

    def _marked(self, field: str, value: str | None) -> str | None:
        """The value with the person's own words where they may be quoted, and a mark if not confirmed."""
        if not value:
            return value
        fact = self._facts.get(field) or {}
        parts = [value]
        said = str(fact.get("evidence") or "")
        if field in QUOTED and self._wording.quotable(said, str(self._profile.get("language") or "fr")):
            parts.append(self._words["said"].format(words=" ".join(said.split())))
        if fact.get("confirmed") is False:
            parts.append(self._words["unconfirmed"])
        return " ".join(parts)

    def _offer(self, offer: Mapping[str, Any]) -> str:
        name = str(offer.get("name") or offer["service_id"])
        km = offer.get("distance_km")
        known = "offer" if km is None else "offer_km"
        line = str(self._words[known].format(name=name, km=None if km is None else round(km)))
        if offer.get("status") != "to_check" or not offer.get("missing"):
            return line
        names = self._wording.french["missing"]
        missing = self._joined(names.get(field, field) for field in offer["missing"])
        return str(self._words["offer_check"].format(offer=line, missing=missing))

    def _blocked(self, row: Mapping[str, Any]) -> str:
        name = str(row.get("name") or row["service_id"])
        form = self.code("obstacles", str(row.get("form")))
        if row.get("over"):  # nothing the person did not know
            form = str(self._words["offer_over"])
        evidence = str(row.get("evidence") or "").strip()
        if not self._wording.speakable(evidence):
            evidence = ""
        key = "offer_blocked_why" if evidence else "offer_blocked"
        return str(self._words[key].format(name=name, form=form, evidence=evidence))

    def _calls_for(self, row: Mapping[str, Any]) -> bool:
        if "only" in row:
            for field, allowed in row["only"].items():
                if not set(self._values(field)) <= set(allowed):
                    return False
            return any(set(self._values(field)) & set(codes) for field, codes in row["with"].items())
        return any(set(self._values(field)) & set(codes) for field, codes in row["when"].items())

    def _values(self, field: str) -> Sequence[str]:
        value = self._profile.get(field)
        if value is None:
            return ()
        return value if isinstance(value, list) else (value,)


# Fields whose own words tell a counsellor more than the code does.
QUOTED = frozenset({"purpose", "needs", "means", "obstacles", "skills", "hours"})
