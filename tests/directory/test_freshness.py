from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from bot.directory.freshness import Held, age_days, held, is_stale, score_qualite
from bot.directory.schema import CODES, published_score
from tests.directory.samples import service

TODAY = date(2026, 11, 22)

_some = st.sampled_from
_services = st.builds(
    lambda source, days, **fields: service(
        source=source, date_maj=(TODAY - timedelta(days=days)).isoformat(), **fields
    ),
    source=_some(["dora", "agefiph", "france-travail"]),
    days=st.integers(0, 1500),
    description=st.integers(5, 3000).map(lambda length: "x" * length),
    frais=_some([None, "gratuit", "payant"]),
    frais_precisions=_some([None, "5 €"]),
    publics=_some([None, ["jeunes"]]),
    thematiques=_some([None, ["mobilite--financer-ma-mobilite"]]),
    adresse=_some([None, "1 rue des Essais"]),
    courriel=_some([None, "a@exemple.org"]),
    telephone=_some([None, "+33241000000"]),
    lien_mobilisation=_some([None, "https://exemple.org"]),
    modes_accueil=_some([None, ["a-distance"], ["en-presentiel"]]),
    modes_mobilisation=st.none() | st.lists(_some(CODES["modes_mobilisation"]), min_size=1, unique=True),
    mobilisable_par=_some([None, ["usagers"]]),
)


@given(record=_services)
def test_the_score_is_the_published_one(record: dict[str, Any]) -> None:
    # Just after midnight: the published package counts seconds (and gives 0 on the very second of the limit).
    with time_machine.travel("2026-11-22T00:00:01Z", tick=False):
        assert score_qualite(record, TODAY) == pytest.approx(published_score(record), abs=0.0101)


# label, field, text, day, form or None, words it is read from, date
COND, DESC, NOW, D = "conditions_acces", "description", TODAY, date
TEXTS = [
    ("over", COND, "Aide ouverte jusqu'au 31/10/2026.", NOW, "ended", "31/10/2026", D(2026, 10, 31)),
    ("typographic apostrophe", DESC, "Dispositif prolongé jusqu’au 31 octobre 2026", NOW, "ended",
     "31 octobre 2026", D(2026, 10, 31)),
    ("first of a month", DESC, "Le service s'arrête le 1er juin 2026", NOW, "ended", "1er juin", D(2026, 6, 1)),
    ("month only", DESC, "Offre valable jusqu'à fin mars 2026", NOW, "ended", "mars 2026", D(2026, 3, 31)),
    ("two digits", DESC, "Date limite : 30/09/26", NOW, "ended", "30/09/26", D(2026, 9, 30)),
    ("between two dates", DESC, "Atelier du 5 janvier 2026 au 30 juin 2026.", NOW, "ended", "30 juin 2026",
     D(2026, 6, 30)),
    ("not over yet", COND, "Aide ouverte jusqu'au 31/12/2026.", NOW, None, "", None),
    ("the very last day", COND, "Aide ouverte jusqu'au 22/11/2026.", NOW, None, "", None),
    ("renewed", DESC, "Valable jusqu'au 31/12/2025. Dispositif prolongé jusqu'au 31/12/2027.", NOW, None, "", None),
    ("a law of the past", DESC, "Selon le décret du 12/03/2020 relatif aux aides", NOW, None, "", None),
    ("an age", COND, "Jeunes jusqu'au 26e anniversaire", NOW, None, "", None),
    ("a registration", COND, "Être inscrit à France Travail avant le 01/01/2026", NOW, None, "", None),
    ("not a date", DESC, "Valable jusqu'au 31/02/2026", NOW, None, "", None),
    ("season over", COND, "Candidature de juin à octobre", NOW, "season", "juin à octobre", D(2027, 5, 31)),
    ("season on", COND, "Candidature de juin à octobre", D(2026, 7, 1), None, "", None),
    ("season to come", DESC, "Location ouverte d'avril à septembre", D(2026, 2, 1), "season", "avril à septembre",
     D(2026, 3, 31)),
    ("season over new year", DESC, "Service ouvert de novembre à mars", NOW, None, "", None),
    ("season over new year, in summer", DESC, "Service ouvert de novembre à mars", D(2026, 7, 1), "season",
     "novembre à mars", D(2026, 10, 31)),
    ("year only", DESC, "Dispositif expérimental jusqu'en 2025", NOW, "ended", "2025", D(2025, 12, 31)),
    ("end of a year", DESC, "L'aide s'arrête fin 2025.", NOW, "ended", "fin 2025", D(2025, 12, 31)),
    ("month in figures", DESC, "Fin de l'aide : 12/2025", NOW, "ended", "12/2025", D(2025, 12, 31)),
    ("from month to month", DESC, "De mars 2025 à octobre 2026", NOW, "ended", "octobre 2026", D(2026, 10, 31)),
    ("with words between", DESC, "Le service fonctionne jusqu'au 31/10/26", NOW, "ended", "31/10/26", D(2026, 10, 31)),
    ("shut for good since", DESC, "Service fermé depuis le 3 mars 2026", NOW, "ended", "3 mars 2026", D(2026, 3, 2)),
    ("no longer since", DESC, "N'est plus versée depuis septembre 2026", NOW, "ended", "septembre", D(2026, 8, 31)),
    ("since, then what", DESC, "Depuis le 01/04/2026, cette aide n'est plus versée", NOW, "ended", "01/04/2026",
     D(2026, 3, 31)),
    ("replaced", DESC, "Remplacée par le CPF depuis le 1er avril 2026", NOW, "ended", "CPF", D(2026, 3, 31)),
    ("since a day to come", DESC, "Aide supprimée à compter du 1er janvier 2027", NOW, None, "", None),
    ("ends, but renewed", DESC, "Prend fin le 31/10/2026, renouvelée jusqu'au 31/10/2027", NOW, None, "", None),
    ("shut until", DESC, "Fermé jusqu'au 15/01/2027", NOW, "season", "15/01/2027", D(2027, 1, 15)),
    ("shut until a day gone by", DESC, "Fermé jusqu'au 15/01/2026", NOW, None, "", None),
    ("days in a season", DESC, "Navette du 15 juin au 15 septembre", D(2026, 6, 14), "season", "15 juin",
     D(2026, 6, 14)),
    ("first day of a season", DESC, "Navette du 15 juin au 15 septembre", D(2026, 6, 15), None, "", None),
    ("two months", DESC, "Ouvert en juillet et août", NOW, "season", "juillet et août", D(2027, 6, 30)),
    ("a named season", DESC, "Ouvert l'été uniquement", NOW, "season", "été uniquement", D(2027, 5, 31)),
    ("shut in winter", DESC, "Fermé de novembre à mars", NOW, "season", "novembre à mars", D(2027, 3, 31)),
    ("shut in winter, in summer", DESC, "Fermé de novembre à mars", D(2026, 7, 1), None, "", None),
    ("shut one month", DESC, "Fermé en août", D(2026, 8, 3), "season", "août", D(2026, 8, 31)),
    ("shut another month", DESC, "Fermé en août", NOW, None, "", None),
    ("a paper", COND, "Titre de séjour valable jusqu'au 31/12/2024", NOW, None, "", None),
    ("a contract", COND, "Avoir un contrat du 1er mars 2026 au 30 juin 2026", NOW, None, "", None),
    ("work done", COND, "Avoir travaillé du 01/01/2025 au 31/12/2025", NOW, None, "", None),
    ("people of a season", COND, "Pour les saisonniers de juin à octobre", NOW, None, "", None),
    ("a price list", COND, "Tarifs valables jusqu'au 31/08/2026", NOW, None, "", None),
    ("an amount", COND, "Aide possible jusqu'à 2025 euros, de 50 à 2000 €", NOW, None, "", None),
    ("an appointment", COND, "Rendez-vous jusqu'au 31/10/2026 à Cholet", NOW, None, "", None),
    ("no season", DESC, "Il faut compter de mars à juin pour obtenir une place", NOW, None, "", None),
]  # fmt: skip


@pytest.mark.parametrize(
    ("label", "field", "text", "day", "form", "words", "until"), TEXTS, ids=[c[0] for c in TEXTS]
)
def test_ends_and_seasons_are_read_with_their_words(
    label: str, field: str, text: str, day: date, form: str | None, words: str, until: date | None
) -> None:
    found = held(service(**{field: text}), day)
    assert (found.form if found else None) == form
    if found:
        assert words in found.evidence
        assert found.until == until


STATED = [
    (
        "over",
        {"fin": "2026-10-31", "fin_motif": "Fin de l'aide."},
        Held("ended", "Fin de l'aide.", date(2026, 10, 31)),
    ),
    ("last day", {"fin": "2026-11-22"}, None),
    ("not a date", {"fin": "bientôt"}, None),
    ("nothing", None, None),
]


@pytest.mark.parametrize(("label", "extra", "expected"), STATED, ids=[case[0] for case in STATED])
def test_a_stated_end_wins(label: str, extra: Any, expected: Held | None) -> None:
    assert held(service(extra=extra), TODAY) == expected


AGES = [
    ("today", "2026-11-22", 0, False),
    ("tomorrow by another clock", "2026-11-23", 0, False),
    ("half a year", "2026-05-24", 182, False),
    ("a day more than half a year and one", "2026-05-22", 184, True),
]


@pytest.mark.parametrize(("label", "changed", "days", "stale"), AGES, ids=[case[0] for case in AGES])
def test_age(label: str, changed: str, days: int, stale: bool) -> None:
    record = service(date_maj=changed)
    assert age_days(record["date_maj"], TODAY) == days
    assert is_stale(record, TODAY) is stale


@given(text=st.text(max_size=300))
def test_no_text_breaks_the_reading(text: str) -> None:
    held(service(description=text), TODAY)
