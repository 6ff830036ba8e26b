"""Speed patch 3: run the prediction graph in its own fixed order, without dask.

Rasa 3.6.21 builds a dask graph for every message and every predicted action, and formats the whole tracker
into a debug line that is never written. The order of the nodes does not change while a model is loaded.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner

EXPECTED_NAMES = {"_graph_schema", "minimal_graph_schema", "_build_dask_graph", "_add_inputs_to_graph", "get"}


def _plan(runner: DaskGraphRunner, targets: tuple[str, ...]) -> list[tuple[str, Any, tuple[str, ...]]]:
    """(node name, node, names it needs) in an order in which each comes after what it needs."""
    schema = runner._graph_schema.minimal_graph_schema(list(targets))
    waiting = {name: tuple(node.needs.values()) for name, node in schema.nodes.items()}
    ordered: list[tuple[str, Any, tuple[str, ...]]] = []
    placed: set[str] = set()
    while waiting:
        ready = [
            name
            for name, needs in waiting.items()
            if all(need in placed or need not in waiting for need in needs)
        ]
        if not ready:
            raise GraphRunError("The graph has a cycle.")
        for name in ready:
            ordered.append((name, runner._instantiated_nodes[name], waiting.pop(name)))
            placed.add(name)
    return ordered


def run(
    self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
) -> dict[str, Any]:
    """Run the graph; the same answers and errors as Rasa's runner."""
    wanted = tuple(targets if targets else self._graph_schema.target_names)
    plans = self.__dict__.setdefault("_plans", {})
    if wanted not in plans:
        plans[wanted] = _plan(self, wanted)
    given = inputs or {}
    for name, value in given.items():
        if isinstance(value, str) and value in self._instantiated_nodes:
            raise GraphRunError(f"Input value '{value}' clashes with a node name ('{name}').")
    outputs: dict[str, Any] = {name: (name, value) for name, value in given.items()}
    try:
        for name, node, needs in plans[wanted]:
            outputs[name] = node(*(outputs.get(need, need) for need in needs))
    except RuntimeError as error:
        raise GraphRunError("Error running runner.") from error
    return dict(outputs[name] for name in wanted)


def apply() -> None:
    """Put the patch in place. Raises `RuntimeError` when Rasa's method is not the one this was written for."""
    if not set(DaskGraphRunner.run.__code__.co_names) >= EXPECTED_NAMES:
        raise RuntimeError("Rasa's DaskGraphRunner.run has changed: review engine/plain_runner.py")
    DaskGraphRunner.run = run
