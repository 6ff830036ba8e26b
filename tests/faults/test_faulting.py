"""Every kind of fault once, under load, with a real gateway and PostgreSQL: nothing lost, nothing said twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.benches import faulting
from bot.settings import Settings
from tests import postgres


@pytest.mark.postgres
def test_every_kind_of_fault_is_survived(postgres_url: str, tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, database_url=postgres.fresh(postgres_url), _env_file=None)  # type: ignore[call-arg]
    outcome = faulting.run(settings, len(faulting.FAULTS))
    assert set(outcome.kinds) == set(faulting.FAULTS)
    assert outcome.figures.sent > 0
    assert (outcome.figures.lost, outcome.figures.doubled, outcome.figures.disordered) == (0, 0, 0)
    assert max(outcome.recoveries) < faulting.PATIENCE, "everything was answered before the next fault"
