"""The engine's patches, run in the engine's own interpreter: they must fail loudly if Rasa's internals change."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from bot.running.model import engine_environment, engine_python

ROOT = Path(__file__).resolve().parents[2]

CONSTANT_SCHEMA = """
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig
import jsonschema
action = RemoteAction("action_x", EndpointConfig("http://127.0.0.1/"))
good = {"events": [{"event": "slot", "name": "a", "value": 1}], "responses": [{"text": "x"}]}
bad = [{"events": [{"event": 3}], "responses": []}, {"events": "none"}, {"responses": "x", "events": []}, []]
stock = [RemoteAction._validate_action_result(action, good)]
for answer in bad:
    try:
        RemoteAction._validate_action_result(action, answer); stock.append("accepted")
    except jsonschema.ValidationError:
        stock.append("refused")
from engine import constant_schema
constant_schema.apply()
ours = [RemoteAction._validate_action_result(action, good)]
for answer in bad:
    try:
        RemoteAction._validate_action_result(action, answer); ours.append("accepted")
    except jsonschema.ValidationError:
        ours.append("refused")
assert ours == stock, (ours, stock)
assert "refused" in ours
"""

CONSTANT_SCHEMA_GUARD = """
from rasa.core.actions.action import RemoteAction
RemoteAction._validate_action_result = lambda self, result: True
from engine import constant_schema
try:
    constant_schema.apply()
except RuntimeError:
    pass
else:
    raise SystemExit("a changed Rasa was not noticed")
"""

EVENT_CLASSES = """
import rasa.shared.utils.common
from rasa.shared.core.events import Event
stock = {cls.type_name: Event.resolve_by_type(cls.type_name)
         for cls in rasa.shared.utils.common.all_subclasses(Event) if cls.type_name}
from engine import event_classes
event_classes.apply()
assert {name: Event.resolve_by_type(name) for name in stock} == stock
assert Event.resolve_by_type("topic") is None
assert Event.resolve_by_type("nothing", Event) is Event
try:
    Event.resolve_by_type("nothing")
except ValueError:
    pass
else:
    raise SystemExit("an unknown name was accepted")
loaded = Event.from_parameters({"event": "slot", "name": "a", "value": 1})
assert loaded.key == "a"
"""

EVENT_CLASSES_GUARD = """
from rasa.shared.core.events import Event
Event.resolve_by_type = staticmethod(lambda name: None)
from engine import event_classes
try:
    event_classes.apply()
except RuntimeError:
    pass
else:
    raise SystemExit("a changed Rasa was not noticed")
"""


@pytest.mark.engine
@pytest.mark.parametrize(
    "code",
    [CONSTANT_SCHEMA, CONSTANT_SCHEMA_GUARD, EVENT_CLASSES, EVENT_CLASSES_GUARD],
    ids=["constant schema", "constant schema, Rasa changed", "event classes", "event classes, Rasa changed"],
)
def test_patch(code: str) -> None:
    done = subprocess.run(
        [str(engine_python()), "-W", "ignore", "-c", code],
        cwd=ROOT,
        env=engine_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
