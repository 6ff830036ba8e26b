"""Speed patch 8: nothing is copied for debug lines that nobody reads.

Rasa 3.6.21 copies the events of every action, the latest message and more, deeply, to hand them to a debug line: 3 %
of the engine's time (28 November 2026). A line that is written is written at once, so that it needs no copy either.
"""

from __future__ import annotations

import inspect
import re
from types import ModuleType
from typing import Any

from rasa.core import processor
from rasa.core.actions import forms

LOGGED = re.compile(r"structlogger\.debug\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)")


class _AsItIs:
    """Stands where the module `copy` stood."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        """The value itself."""
        return value


def _only_for_lines(module: ModuleType) -> bool:
    """Whether the module copies for debug lines alone."""
    source = inspect.getsource(module)
    return "copy.deepcopy(" in source and "copy." not in LOGGED.sub("", source)


def apply() -> None:
    """Put the patch in place. Raises `RuntimeError` when one of the modules copies for anything else."""
    for module in (processor, forms):
        if not _only_for_lines(module):
            raise RuntimeError(f"{module.__name__} has changed: review engine/debug_copies.py")
        module.copy = _AsItIs  # type: ignore[attr-defined]
