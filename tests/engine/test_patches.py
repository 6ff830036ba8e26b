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


PLAIN_RUNNER = """
from rasa.engine.runner.dask import DaskGraphRunner
from engine import plain_runner

class Node:
    def __init__(self, name, answer):
        self.name, self.answer = name, answer
    def __call__(self, *inputs):
        return self.name, self.answer(*[value for _, value in inputs])

class Schema:
    target_names = ["c"]
    class One:
        def __init__(self, **needs): self.needs = needs
    nodes = {"c": One(x="b", y="given"), "b": One(x="a"), "a": One(x="given")}
    def minimal_graph_schema(self, targets):
        return self

class Runner(DaskGraphRunner):
    def __init__(self):
        self._graph_schema = Schema()
        self._execution_context = None
        self._instantiated_nodes = {
            "a": Node("a", lambda x: x + 1), "b": Node("b", lambda x: x * 10), "c": Node("c", lambda x, y: (x, y))
        }

stock = Runner().run({"given": 4}, ["c"]), Runner().run({"given": 4}, ["b", "c"])
plain_runner.apply()
runner = Runner()
assert (runner.run({"given": 4}, ["c"]), runner.run({"given": 4}, ["b", "c"])) == stock
assert stock[0] == {"c": (50, 4)}, stock
assert runner.run({"given": 5}) == {"c": (60, 5)}
from rasa.engine.exceptions import GraphRunError
try:
    runner.run({"given": "a"})
except GraphRunError:
    pass
else:
    raise SystemExit("a clash of names was accepted")
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

READY_WEIGHTS = """
import pathlib, tempfile
import numpy, scipy.sparse
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.training_data import TrainingData

def message(intent, seed):
    one = Message({"text": intent, "intent": intent})
    row = scipy.sparse.random(1, 500, density=0.1, format="csr", random_state=seed)
    one.add_features(Features(row, "sentence", "text", "here"))
    return one

storage = LocalModelStorage(pathlib.Path(tempfile.mkdtemp()))
context, resource = ExecutionContext(GraphSchema({}), node_name="classifier"), Resource("classifier")
settings = {**LogisticRegressionClassifier.get_default_config(), "random_state": 1}
made = LogisticRegressionClassifier.create(settings, storage, resource, context)
made.train(TrainingData([message(name, 10 * i + j) for i, name in enumerate("abc") for j in range(4)]))
made.persist()

def answer():
    loaded = LogisticRegressionClassifier.load(settings, storage, resource, context)
    asked = message("?", 99)
    loaded.process([asked])
    return loaded.clf.coef_.flags.f_contiguous, asked.get("intent_ranking")

stock = answer()
from engine import ready_weights
ready_weights.apply()
ours = answer()
assert (stock[0], ours[0]) == (False, True)
assert len(stock[1]) == 3 and ours[1] == stock[1], (ours, stock)
"""

RULE_KEYS = """
import itertools, json
from rasa.core.policies.rule_policy import RulePolicy
from engine import rule_keys

def state(action, **more):
    return {**({"prev_action": {"action_name": action}} if action else {}), **more}

ask = dict(user={"intent": "ask"})
parts = [state(None), state("listen", **ask), state("listen", user={"intent": "ask", "text": "x"}), state("reply"),
         state("listen", slots={"heard": [1.0]}), state("form", active_loop={"name": "form"})]
rules = {json.dumps(list(one)): "reply" for size in (1, 2, 3) for one in itertools.product(parts, repeat=size)}
told = [list(one) for size in (1, 2, 3, 4) for one in itertools.product(parts, repeat=size)][::7]

policy = object.__new__(RulePolicy)
stock = [policy._get_possible_keys(rules, states) for states in told]
rule_keys.apply()
assert [policy._get_possible_keys(rules, states) for states in told] == stock
assert 0 < sum(map(len, stock)) and any(not found for found in stock)
fewer = dict(list(rules.items())[:9])  # another lookup, and one that has grown since
first = policy._get_possible_keys(fewer, told[3])
assert first == {key for key in policy._get_possible_keys(rules, told[3]) if key in fewer}
fewer.update(rules)
assert policy._get_possible_keys(fewer, told[3]) == policy._get_possible_keys(rules, told[3])
"""

GUARDS = """
import sys
from rasa.core.actions.action import RemoteAction
from rasa.core.tracker_store import SQLTrackerStore
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.utils.endpoints import EndpointConfig
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.core.policies.rule_policy import RulePolicy
from engine import action_calls, plain_runner, ready_weights, rule_keys, tracker_rows
RulePolicy._get_possible_keys = lambda self, lookup, states: set()
LogisticRegressionClassifier.load = classmethod(lambda cls: None)
DaskGraphRunner.run = lambda self, inputs=None, targets=None: {}
EndpointConfig.session = lambda self: None
SQLTrackerStore.save = lambda self, tracker: None
for patch in (action_calls, plain_runner, ready_weights, rule_keys, tracker_rows):
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
        PLAIN_RUNNER,
        ACTION_CALLS,
        TRACKER_ROWS,
        READY_WEIGHTS,
        RULE_KEYS,
        GUARDS,
        NO_TENSORFLOW,
    ],
    ids=[
        "constant schema",
        "constant schema, Rasa changed",
        "event classes",
        "event classes, Rasa changed",
        "plain runner",
        "action calls",
        "tracker rows",
        "ready weights",
        "rule keys",
        "the other five, Rasa changed",
        "no TensorFlow",
    ],
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
