from __future__ import annotations

import json
from pathlib import Path

from alembic.command import downgrade
from sqlalchemy import Engine, text

from bot.database import connect, sessions
from bot.directory import store
from bot.directory.importer import load
from bot.directory.readers import Row
from bot.directory.schema import FIELDS
from bot.migrations import config, upgrade
from tests.directory.samples import service, structure

GIVEN = service(publics=["actifs", "jeunes"], extra={"note": "à vérifier"}, nombre_semaines=2)


def test_records_survive_the_change_to_documents_and_back(engine: Engine) -> None:
    factory = sessions(engine)
    rows = [("given", Row(1, None, GIVEN)), ("given", Row(2, None, structure()))]
    load(factory, rows)
    with factory() as session:
        before = store.records(session, "service"), store.records(session, "structure")
    made = config()
    with engine.begin() as connection:
        made.attributes["connection"] = connection
        downgrade(made, "h006")
        old = connection.execute(
            text("SELECT description, conditions_acces, telephone FROM directory_service")
        ).one()
    assert tuple(old) == (GIVEN["description"], None, GIVEN["telephone"])
    upgrade(engine)
    with factory() as session:
        assert (store.records(session, "service"), store.records(session, "structure")) == before
    assert not load(factory, rows).wrote  # nor does the next import take them for changed


def test_a_document_holds_the_fields_in_the_order_of_the_schema(tmp_path: Path) -> None:
    engine = connect(f"sqlite:///{tmp_path / 'relais.db'}")
    upgrade(engine)
    factory = sessions(engine)
    load(factory, [("given", Row(1, None, GIVEN))])
    with factory() as session:
        (document,) = store.documents(session, "service", ["test--1"]).values()
    assert tuple(json.loads(document)) == (*FIELDS["service"], "adresse_certifiee")
    engine.dispose()
