"""The patches of how the engine reads a message and decides what comes next: the answers must be Rasa's own."""

from __future__ import annotations

import pytest

from tests.engine.inside import run_inside

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


PRIOR_STATES = """
import random
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (ActionExecuted, ActionReverted, ActiveLoop, LoopInterrupted, Restarted,
                                     SessionStarted, SlotSet, UserUttered, UserUtteranceReverted)
from rasa.shared.core.trackers import DialogueStateTracker
from engine import prior_states

domain = Domain.load("domain.yml")
heard = [slot.name for slot in domain.slots if slot.has_features()][:3]
form = next(iter(domain.form_names))
random.seed(5)

def event():
    return random.choice([
        lambda: ActionExecuted(random.choice(["action_listen", "action_listen", form, "action_default_fallback"])),
        lambda: UserUttered("x", {"name": random.choice(["inform", "why"])}),
        lambda: SlotSet(random.choice(heard), random.choice([None, "a"])) if heard else ActiveLoop(form),
        lambda: ActiveLoop(random.choice([form, None])),
        lambda: ActionReverted() if random.random() < .3 else LoopInterrupted(random.random() < .5),
        lambda: random.choice([SessionStarted, Restarted, UserUtteranceReverted])() if random.random() < .3
        else ActionExecuted("action_listen"),
    ])()

stories = [[event() for _ in range(random.randrange(3, 25))] for _ in range(60)]
walks = [DialogueStateTracker.from_events("s", story, domain.slots) for story in stories]
stock_of = Domain.states_for_tracker_history
prior_states.apply()
seen = set()
for whole in walks:
    tracker = DialogueStateTracker.from_events("s", [], domain.slots)
    for one in whole.events:
        tracker.update(one)
        stock = stock_of(domain, tracker)
        for _ in range(2):
            found = domain.states_for_tracker_history(tracker)
            assert found == stock, (found, stock)
            found[-1].clear()  # who asked may write into it
            if len(found) > 1 and "user" in found[0]:
                found[0]["user"].clear()
        seen.update(str(state) for state in stock)
assert len(seen) > 20, len(seen)
known = {"omit_unset_slots": True}
assert domain.states_for_tracker_history(walks[0], **known) == stock_of(domain, walks[0], **known)
"""

RULE_KEYS = """
import itertools, json
from rasa.core.policies.rule_policy import RulePolicy
from engine import rule_keys

def state(action, **more):
    return {**({"prev_action": {"action_name": action}} if action else {}), **more}

ask = dict(user={"intent": "ask"})
parts = [state(None), state("listen", **ask), state("listen", user={"intent": "ask", "text": "x"}), state("reply"),
         state("listen", slots={"heard": [1.0]}), state("form", active_loop={"name": "form"}),
         state("listen", user={"intent": None}), state("listen", user={"intent": "should_not_be_set"}),
         {"prev_action": {"action_text": "hello"}}, state("should_not_be_set", **ask)]
rules = {json.dumps(list(one)): "reply" for size in (1, 2, 3) for one in itertools.product(parts, repeat=size)}
told = [list(one) for size in (1, 2, 3, 4) for one in itertools.product(parts, repeat=size)][::37]

policy = object.__new__(RulePolicy)
stock = [policy._get_possible_keys(rules, states) for states in told]
rule_keys.apply()
assert [policy._get_possible_keys(rules, states) for states in told] == stock
assert 0 < sum(map(len, stock)) < len(rules) * len(told) / 2
fewer = dict(list(rules.items())[:9])  # another lookup, and one that has grown since
first = policy._get_possible_keys(fewer, told[3])
assert first == {key for key in policy._get_possible_keys(rules, told[3]) if key in fewer}
fewer.update(rules)
assert policy._get_possible_keys(fewer, told[3]) == policy._get_possible_keys(rules, told[3])
"""


@pytest.mark.engine
@pytest.mark.parametrize(
    "code",
    [PLAIN_RUNNER, READY_WEIGHTS, RULE_KEYS, PRIOR_STATES],
    ids=["plain runner", "ready weights", "rule keys", "prior states"],
)
def test_patch(code: str) -> None:
    run_inside(code)
