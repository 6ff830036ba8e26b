"""The processes that play turns beside an application that receives: whether they are well, what they measured."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import requests
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

TIMEOUT = 2.0


class Players(Collector):
    """Reached on the loopback."""

    def __init__(self, ports: Sequence[int]) -> None:
        self._ports = tuple(ports)

    def well(self) -> bool:
        """Whether at least one plays: the others' conversations are played by those that are left."""
        return any(self._answer(port, "health") is not None for port in self._ports)

    def collect(self) -> Iterator[Metric]:
        """Their turns, each sample with its player's number."""
        joined: dict[str, Metric] = {}
        for number, port in enumerate(self._ports, 1):
            for family in text_string_to_metric_families(self._answer(port, "metrics") or ""):
                kept = joined.setdefault(family.name, Metric(family.name, family.documentation, family.type))
                for sample in family.samples:
                    labels = {**sample.labels, "player": str(number)}
                    kept.samples.append(sample._replace(labels=labels))
        yield from joined.values()

    def _answer(self, port: int, path: str) -> str | None:
        try:
            with requests.Session() as session:  # not shared between threads
                session.trust_env = False  # the loopback: no proxy, no .netrc
                found = session.get(f"http://127.0.0.1:{port}/{path}", timeout=TIMEOUT)
        except requests.RequestException:
            return None
        return found.text if found.ok else None
