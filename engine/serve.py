"""Runs the engine on loopback: Rasa's own server, with our speed patches unless `--stock`."""

from __future__ import annotations

import argparse
import logging
import os
import sys
import warnings
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")

SAFE_LOG_KEYS = frozenset({"event", "level", "timestamp", "logger", "filename", "model"})


def _discreet(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Drop every value a log line could carry of a conversation (Rasa logs the text of a failed message)."""
    return {key: value for key, value in event.items() if key in SAFE_LOG_KEYS}


def _quiet_logs() -> None:
    import structlog

    structlog.configure(
        processors=[
            _discreet,
            structlog.stdlib.add_log_level,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s", stream=sys.stderr)
    for name in ("rasa", "rasa.core", "rasa.nlu", "rasa.shared", "sanic.root", "sanic.error", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)
    # Tracebacks of failed actions may hold what a person said; the gateway reports the failure by turn.
    logging.getLogger("rasa.core.processor").setLevel(logging.CRITICAL)


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True)
    parser.add_argument("--endpoints", default="endpoints.yml")
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--stock", action="store_true", help="without our patches, for comparison")
    options = parser.parse_args()

    # Rasa's old dependencies warn by the dozen at every start, and some of them reset the filters.
    warnings.showwarning = lambda *_args, **_more: None
    if not options.stock:
        from engine import no_tensorflow

        no_tensorflow.apply()
    import rasa.core.run
    from rasa.core.utils import AvailableEndpoints

    if not options.stock:
        from engine import patches

        patches.apply_all()
    _quiet_logs()
    rasa.core.run.serve_application(
        options.model,
        channel="rest",
        interface="127.0.0.1",
        port=options.port,
        endpoints=AvailableEndpoints.read_endpoints(options.endpoints),
        enable_api=False,
    )


if __name__ == "__main__":
    main()
