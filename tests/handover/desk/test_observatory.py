from __future__ import annotations

import csv
import io

from bot.observatory import needs
from bot.observatory.routes import router
from tests.handover.desk.conftest import House


def test_figures_are_open_and_the_page_is_not(house: House) -> None:
    house.app.include_router(router(house.make, {"200071678": "Choletais"}.get))  # type: ignore[arg-type]
    with house.make.begin() as session:
        for _ in range(6):
            needs.record(session, at=house.clock(), epci="200071678", purpose="emploi", forms=["distance"])
    stranger = house.browser()
    data = stranger.get("/observatory/unmet-needs.json").json()
    total = next(cell for cell in data["cells"] if cell["dimension"] == "total")
    assert (total["epci_name"], total["count"], data["smallest_count"]) == ("Choletais", 6, 5)
    rows = list(csv.DictReader(io.StringIO(stranger.get("/observatory/unmet-needs.csv").text)))
    assert rows[0]["count"] == "6"
    assert "Se connecter" in stranger.get("/observatory").text

    handover = house.handover()
    ana = house.signed("Ana", "p49")
    house.clock.later(minutes=30)
    ana.post(f"/desk/cases/{handover}/claim")
    observer = house.signed("Olga", role="observer")
    page = observer.get("/observatory").text
    assert "200071678" in page and "30 minutes" in page
