"""The doctor finds what is wrong and says what to do; healthy things are said to be well."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from bot.database import connect, sessions
from bot.directory.importer import load_bundled
from bot.gateway.tables import Contact, Conversation, Inbox, Outbox, Person
from bot.handover.tables import Handover
from bot.migrations import upgrade
from bot.operations.commands import app
from bot.operations.doctor import examine, report
from bot.privacy.tables import Erasure
from bot.sealing import Sealer, seal
from bot.settings import ROOT, Settings

NOW = datetime.now(UTC)
LONG_AGO = NOW - timedelta(days=5)


@pytest.fixture
def settings(tmp_path: Path, httpserver: HTTPServer) -> Settings:
    """Every part answers at the test's own server."""
    httpserver.expect_request("/").respond_with_data("ok")
    httpserver.expect_request("/health").respond_with_data("ok")
    port = httpserver.port
    return Settings(
        var=tmp_path, data=ROOT / "data", port=port, engine_port=port, actions_port=port, _env_file=None
    )  # type: ignore[call-arg]


@pytest.fixture
def database(settings: Settings) -> Iterator[Engine]:
    engine = seal(connect(settings.url()), Sealer.load(settings))
    upgrade(engine)
    load_bundled(sessions(engine), settings.data / "directory")
    with sessions(engine).begin() as session:
        session.add(Person(id="p", created_at=NOW, reach={"phone": "+33612345678"}))
        session.flush()
        session.add(Contact(id="k", person_id="p", channel="sms", address="+33612345678", address_digest="d"))
        session.flush()
        session.add(Conversation(id="c", person_id="p", contact_id="k", channel="sms", language="fr",
                                 started_at=NOW, last_at=NOW))  # fmt: skip
    yield engine
    engine.dispose()


def grades(settings: Settings) -> dict[str, str]:
    return {check.name: check.grade for check in examine(settings, NOW)}


def late_message(session: Session) -> None:
    session.add(Inbox(conversation_id="c", channel="sms", dedupe="x", seq=1, kind="text", at=LONG_AGO,
                      received_at=LONG_AGO, next_try_at=LONG_AGO))  # fmt: skip


def stuck_sms(session: Session) -> None:
    session.add(Outbox(conversation_id="c", channel="sms", seq=1, text="x", lang="fr", next_try_at=LONG_AGO,
                       created_at=LONG_AGO))  # fmt: skip


def waiting(session: Session) -> None:
    session.add(Handover(conversation_id="c", person_id="p", state="queued", reason="asked", priority="U3",
                         channel="sms", language="fr", summary={}, consent={}, need={}, opened_at=LONG_AGO,
                         waiting_since=LONG_AGO))  # fmt: skip


def open_erasure(session: Session) -> None:
    session.add(Erasure(at=LONG_AGO, by="person", removed={}, conversations=["c"], finish_after=LONG_AGO))


def no_services(session: Session) -> None:
    from bot.directory.tables import Service

    session.execute(update(Service).values(withdrawn_at=NOW.date()))


ILLS = [
    ("a message nobody answers", late_message, "messages in", "bad"),
    ("an SMS that does not leave", stuck_sms, "messages out", "bad"),
    ("a handover nobody takes", waiting, "handovers", "look"),
    ("an erasure that is not finished", open_erasure, "erasures", "bad"),
    ("an empty directory", no_services, "directory", "bad"),
]


def test_a_healthy_house_is_well(settings: Settings, database: Engine) -> None:
    checks = examine(settings, NOW)
    bad = [check for check in checks if check.grade == "bad" and check.name != "language model"]
    assert bad == []
    assert "612345678" not in report(checks)


@pytest.mark.parametrize(("label", "ill", "name", "grade"), ILLS, ids=[case[0] for case in ILLS])
def test_it_finds(
    settings: Settings, database: Engine, label: str, ill: Callable[[Session], None], name: str, grade: str
) -> None:
    assert grades(settings)[name] == "ok"
    with sessions(database).begin() as session:
        ill(session)
    check = next(one for one in examine(settings, NOW) if one.name == name)
    assert check.grade == grade
    assert check.do, "it says what to do"


def test_another_key_is_found(settings: Settings, database: Engine) -> None:
    (settings.var / "secret").write_text("Vq8_wmN2rTz5-KfYb3XcJ7hLp0SdGa9u")
    assert grades(settings)["key"] == "bad"


def test_a_database_of_an_older_form_is_found(settings: Settings) -> None:
    upgrade(connect(settings.url()), "g001")
    found = grades(settings)
    assert found["database"] == "bad"
    assert "messages in" not in found


def test_parts_that_do_not_answer_are_found(settings: Settings, database: Engine) -> None:
    away = settings.model_copy(update={"engine_port": 9, "actions_port": 9, "port": 9, "engines": 1})
    found = grades(away)
    assert {found[name] for name in ("engine", "action server", "application")} == {"bad"}


def test_an_old_backup_is_found(settings: Settings, database: Engine) -> None:
    assert grades(settings)["backup"] == "look"
    folder = settings.var / "backups"
    folder.mkdir()
    file = folder / "relais-20260101-000000.tar.gz"
    file.write_text("")
    assert grades(settings)["backup"] == "ok"
    os.utime(file, (LONG_AGO.timestamp(),) * 2)
    assert grades(settings)["backup"] == "look"


def test_the_commands(settings: Settings, database: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RELAIS_VAR", str(settings.var))
    monkeypatch.setenv("RELAIS_DATABASE_URL", settings.url())
    for name in ("PORT", "ENGINE_PORT", "ACTIONS_PORT"):
        monkeypatch.setenv(f"RELAIS_{name}", str(settings.port))
    run = CliRunner()
    assert {one["name"] for one in json.loads(run.invoke(app, ["doctor", "--json"]).stdout)["checks"]} >= {
        "key"
    }
    kept = json.loads(run.invoke(app, ["retention", "--dry-run", "--json"]).stdout)
    assert {line["kind"] for line in kept["kinds"]} >= {"messages", "people", "engine"}
    assert json.loads(run.invoke(app, ["my-data", "--conversation", "c"]).stdout)["reach"] == {
        "phone": "+33612345678"
    }
    copied = run.invoke(app, ["backup"])
    assert Path(copied.stdout.strip().splitlines()[-1]).is_file()
    erased = run.invoke(app, ["erase", "--conversation", "c", "--yes"])
    assert json.loads(erased.stdout)["removed"]["person"] == 1
    with sessions(database)() as session:
        assert session.scalars(select(Person)).all() == []
    assert run.invoke(app, ["my-data", "--conversation", "c"]).exit_code != 0
    assert "Restart" in run.invoke(app, ["rotate-keys", "--new"]).stdout
    assert len((settings.var / "secret").read_text().split()) == 2
    assert json.loads(run.invoke(app, ["rotate-keys"]).stdout)["silent_under_old_keys"] == 0
    run.invoke(app, ["rotate-keys", "--drop-old"])
    assert len((settings.var / "secret").read_text().split()) == 1
