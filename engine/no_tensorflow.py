"""Memory and start: TensorFlow is not loaded, since no component of `config.yml` uses it.

Rasa 3.6.21 imports every component it ships, and with them TensorFlow and Keras, whatever the pipeline says: 255 MB
of memory and 7 of the 9 seconds of the imports (measured 2026-11-26). Hollow modules stand in their place: their
names can be imported and subclassed, and say what to do as soon as anything is made of them.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import sys
import types
from collections.abc import Sequence
from typing import Any

PACKAGES = frozenset(["tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras"])


class NeedsTensorflow(ImportError):
    """A component that uses TensorFlow was put into the pipeline.

    An `ImportError`, so that spaCy, which only looks whether TensorFlow is there, finds that it is not.
    """


class Hollow(type):
    """A class there is nothing behind: its attributes are such classes too, and nothing can be made of it."""

    def __getattr__(cls, name: str) -> Any:
        return _hollow(cls, name, cls.__module__)

    def __call__(cls, *_args: Any, **_more: Any) -> Any:
        """Raise `NeedsTensorflow`."""
        raise NeedsTensorflow(
            f"{cls.__module__}.{cls.__qualname__}: the engine runs without TensorFlow, which config.yml did not need."
            " Take the component out again, or engine/no_tensorflow.py out of engine/serve.py and engine/train.py."
        )


def _hollow(owner: Any, name: str, module: str) -> Any:
    if name.startswith("__"):
        raise AttributeError(name)
    made = Hollow(name, (), {"__module__": module})
    setattr(owner, name, made)
    return made


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds TensorFlow's modules before Python does, hollow."""

    def find_spec(
        self, name: str, _path: Sequence[str] | None, _target: types.ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """A module of ours for the packages above; None for all others."""
        if name.partition(".")[0] not in PACKAGES:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> types.ModuleType:
        """A module that has whatever name it is asked for."""
        module = types.ModuleType(spec.name)
        module.__dict__["__getattr__"] = lambda name: _hollow(module, name, spec.name)
        return module

    def exec_module(self, module: types.ModuleType) -> None:
        """Nothing to run."""


def apply() -> None:
    """Put the patch in place; before anything imports Rasa. Raises `RuntimeError` when it comes too late."""
    if "tensorflow" in sys.modules:
        raise RuntimeError(
            "TensorFlow is loaded already: apply engine/no_tensorflow.py before Rasa is imported"
        )
    sys.meta_path.insert(0, _Finder())
