"""A script plays at the pace its clock gives it: the limit on what one person sends is not what is looked at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from bot.assembly import assemble
from bot.database import connect
from bot.gateway.limits import Limits
from bot.gateway.message import Incoming
from bot.migrations import upgrade
from bot.sealing import Sealer, seal
from bot.settings import Settings

NOW = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)


def test_the_limits_given_are_those_in_force(tmp_path: Path) -> None:
    settings = Settings(var=tmp_path, secret="s" * 40, _env_file=None)
    taken = {}
    for name, limits in (("usual", None), ("none", Limits(messages=None))):
        database = seal(connect(f"sqlite:///{tmp_path}/{name}.db"), Sealer.load(settings))
        upgrade(database)
        house = assemble(settings, database=database, clock=lambda: NOW, listens=False, limits=limits)
        arrivals = [house.gateway.accept(Incoming("web", "one", str(rank), text="oui")) for rank in range(40)]
        taken[name] = sum(not arrival.limited for arrival in arrivals)
        database.dispose()
    assert taken == {"usual": Limits().messages, "none": 40}
