"""The summary as a PDF: one page whatever it holds, any script, and not for other teams."""

from __future__ import annotations

import re
import zlib
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.handover.desk.sheet import TooLong, sheet
from bot.handover.tables import Audit
from tests.handover.conftest import DATA
from tests.handover.desk.conftest import House

FONTS = DATA / "fonts"


def summary(lines: int, value: str) -> dict[str, Any]:
    listed = [{"key": "x", "label": f"Ligne {number}", "value": value} for number in range(lines)]
    return {"sections": [{"id": "a", "title": "À rappeler", "lines": listed}]}


def pages(made: bytes) -> int:
    return len(re.findall(rb"/Type /Page\n", made))


@pytest.mark.parametrize(
    ("lines", "value"),
    [
        pytest.param(3, "court", id="short"),
        pytest.param(40, "une valeur ordinaire, à vérifier", id="forty lines"),
        pytest.param(30, "mot " * 60, id="long values"),
        pytest.param(5, "« ما عندي سيارة » « у мене права » œuvre – 3 €", id="other scripts"),
        pytest.param(3, "ሰላም", id="a script the font does not have"),
    ],
)
def test_it_is_always_one_page(lines: int, value: str) -> None:
    assert pages(sheet(summary(lines, value), "Beaupréau → Cholet", ["24 heures"], FONTS)) == 1


def test_what_fits_no_page_is_said() -> None:
    with pytest.raises(TooLong):
        sheet(summary(400, "x"), "x", ["x"], FONTS)


def test_a_list_is_written_as_one() -> None:
    whole = summary(1, "a ; b")
    whole["sections"][0]["lines"][0]["parts"] = ["premier", "second"]
    made = sheet(whole, "x", ["x"], FONTS)
    drawn = b"".join(
        zlib.decompress(one)
        for one in re.findall(rb"/FlateDecode.*?stream\r?\n(.*?)\r?\nendstream", made, re.S)[:1]
    )
    assert drawn.count(b"Tj") + drawn.count(b"TJ") >= 6


def test_the_desk_gives_it_to_its_own_teams_and_writes_it_down(house: House, session: Session) -> None:
    handover = house.handover()
    answer = house.signed("Ana", "p49").get(f"/desk/cases/{handover}/summary.pdf")
    assert answer.status_code == 200 and answer.content.startswith(b"%PDF-") and pages(answer.content) == 1
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["cache-control"] == "no-store"
    assert "export" in set(session.scalars(select(Audit.action).where(Audit.handover_id == handover)))
    assert house.signed("Eve", "p44").get(f"/desk/cases/{handover}/summary.pdf").status_code == 404
