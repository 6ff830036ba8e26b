"""The engine's patches, run in the engine's own interpreter: they must fail loudly if Rasa's internals change."""

from __future__ import annotations

import pytest

from tests.engine.inside import run_inside

CONSTANT_SCHEMA = """
from rasa.core.actions.action import RemoteAction
from rasa.utils.endpoints import EndpointConfig
import jsonschema
action = RemoteAction("action_x", EndpointConfig("http://127.0.0.1/"))
slot = {"event": "slot", "name": "a", "value": 1}
good = {"events": [slot, {**slot, "timestamp": None, "value": {"b": []}}], "responses": [{"text": "x"}]}
wrong = [{"event": 3}, {"event": "slot", "name": 3, "value": 1}, {"event": "slot", "name": "a"}, "slot",
         {**slot, "timestamp": True}, {**slot, "timestamp": "now"}, {**slot, "metadata": []}, {"event": "user"}]
bad = [{"events": "none"}, {"responses": "x", "events": []}, [], {"events": [slot], "responses": ["x"]},
       *({"events": [slot, one], "responses": []} for one in wrong)]
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

DEBUG_COPIES = """
from rasa.core import processor
from rasa.core.actions import forms
from engine import debug_copies
debug_copies.apply()
kept = [object()]
assert processor.copy.deepcopy(kept) is kept and forms.copy.deepcopy(kept) is kept
import copy
assert copy.deepcopy(kept) is not kept, "for others nothing changed"
"""

DEBUG_COPIES_GUARD = """
from rasa.core import processor
import inspect
from engine import debug_copies
stock = inspect.getsource
for more in ("x = copy.deepcopy(events)", "structlogger.info('a', b=copy.deepcopy(c))", "y = copy.copy(z)"):
    inspect.getsource = lambda module: stock(module) + more
    try:
        debug_copies.apply()
    except RuntimeError:
        pass
    else:
        raise SystemExit(f"a changed Rasa was not noticed: {more}")
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


ACTION_CALLS = """
import asyncio, json
from aiohttp import web
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig
from engine import action_calls
action_calls.apply()
calls, connections = [], set()

async def answer(request):
    calls.append(await request.json())
    connections.add(request.transport.get_extra_info("peername"))
    return web.json_response({"events": [], "responses": []})

async def main():
    app = web.Application()
    app.router.add_post("/webhook", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    endpoint = EndpointConfig(f"http://127.0.0.1:{port}/webhook")
    tracker = DialogueStateTracker.from_events("s", [UserUttered("x", {"name": "inform"}, metadata={"turn": "1"})])
    for _ in range(3):
        await RemoteAction("action_x", endpoint).run(None, None, tracker, Domain.empty())
    async with endpoint.session() as session:
        await session.close()
    await runner.cleanup()

asyncio.run(main())
assert len(calls) == 3 and len(connections) == 1, connections
assert calls[0]["tracker"]["latest_message"]["metadata"] == {"turn": "1"}
assert calls[0]["tracker"]["events"] == [] and "slots" in calls[0]["tracker"]
"""

TRACKER_ROWS = """
import asyncio, os, tempfile
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

folder = tempfile.mkdtemp()

async def story(name):
    store = SQLTrackerStore(Domain.empty(), db=os.path.join(folder, name))
    seen = []
    for turn in range(3):
        tracker = await store.retrieve("p") or DialogueStateTracker.from_events("p", [])
        if turn == 2:
            tracker.update(SessionStarted(timestamp=1000.0))
        tracker.update(UserUttered(f"m{turn}", {"name": "inform"}, timestamp=100.0 + turn if turn < 2 else 1001.0))
        tracker.update(ActionExecuted("action_listen", timestamp=100.5 + turn if turn < 2 else 1001.5))
        await store.save(tracker)
        if turn < 2:
            await store.save(tracker)  # nothing new: nothing written (Rasa's own would write a new session twice)
        seen.append([event.as_dict() for event in (await store.retrieve("p")).events])
    full = await store.retrieve_full_tracker("p")
    with store.engine.connect() as connection:
        columns = "sender_id, type_name, timestamp, intent_name, action_name"
        rows = connection.execute(sa.text(f"select {columns} from events order by id")).fetchall()
    # Another process of the engine has saved in between: a store that does not know counts, as Rasa does.
    late = SQLTrackerStore(Domain.empty(), db=os.path.join(folder, name))
    tracker = DialogueStateTracker.from_events("p", list((await store.retrieve("p")).events))
    tracker.update(SlotSet("heard", "1", timestamp=1002.0))
    await late.save(tracker)
    with store.engine.connect() as connection:
        count = connection.execute(sa.text("select count(*) from events")).scalar()
    return [len(events) for events in seen], len(full.events), [tuple(row) for row in rows], count

stock = asyncio.run(story("stock.db"))
from engine import tracker_rows
tracker_rows.apply()
ours = asyncio.run(story("ours.db"))
assert ours == stock, (ours, stock)
assert stock[3] == len(stock[2]) + 1
"""

GUARDS = """
import sys
from rasa.core.actions.action import RemoteAction
from rasa.core.tracker_store import SQLTrackerStore
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.utils.endpoints import EndpointConfig
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.core.policies.rule_policy import RulePolicy
from engine import action_calls, plain_runner, prior_states, ready_weights, rule_keys, tracker_rows
prior_states.EXPECTED = {lambda self, tracker: []: {"generate_all_prior_trackers"}}
RulePolicy._get_possible_keys = lambda self, lookup, states: set()
LogisticRegressionClassifier.load = classmethod(lambda cls: None)
DaskGraphRunner.run = lambda self, inputs=None, targets=None: {}
EndpointConfig.session = lambda self: None
SQLTrackerStore.save = lambda self, tracker: None
for patch in (action_calls, plain_runner, prior_states, ready_weights, rule_keys, tracker_rows):
    try:
        patch.apply()
    except RuntimeError:
        continue
    sys.exit(f"a changed Rasa was not noticed by {patch.__name__}")
"""

NO_TENSORFLOW = """
import sys
from engine import no_tensorflow
no_tensorflow.apply()
import rasa.core.run
from rasa.engine.recipes import default_components
from rasa.utils.tensorflow.models import RasaModel
real = [name for name, module in sys.modules.items()
        if name.partition(".")[0] in no_tensorflow.PACKAGES and getattr(module, "__file__", None)]
assert not real, real
try:
    RasaModel("x")
except no_tensorflow.NeedsTensorflow as refused:
    assert "config.yml" in str(refused)
else:
    raise SystemExit("a model was made of nothing")
try:
    no_tensorflow.apply()
except RuntimeError:
    pass
else:
    raise SystemExit("applied too late, and not noticed")
"""


@pytest.mark.engine
@pytest.mark.parametrize(
    "code",
    [
        CONSTANT_SCHEMA,
        CONSTANT_SCHEMA_GUARD,
        EVENT_CLASSES,
        EVENT_CLASSES_GUARD,
        ACTION_CALLS,
        TRACKER_ROWS,
        DEBUG_COPIES,
        DEBUG_COPIES_GUARD,
        GUARDS,
        NO_TENSORFLOW,
    ],
    ids=[
        "constant schema",
        "constant schema, Rasa changed",
        "event classes",
        "event classes, Rasa changed",
        "action calls",
        "tracker rows",
        "copies for debug lines",
        "copies for debug lines, Rasa changed",
        "the other six, Rasa changed",
        "no TensorFlow",
    ],
)
def test_patch(code: str) -> None:
    run_inside(code)
