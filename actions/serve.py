"""Runs the action server on loopback. rasa-sdk's own command listens on every address; this one does not."""

from __future__ import annotations

import argparse
import logging
import warnings
from typing import Any

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from actions.catalogue import catalogue
from bot.loaded import settle
from bot.telemetry import logs, traces
from bot.telemetry.settings import LogSettings, TracesSettings


class TracedExecutor(ActionExecutor):
    """Runs each action as a part of the turn whose message it answers."""

    async def run(self, action_call: dict[str, Any]) -> Any:
        """As rasa-sdk's."""
        message = (action_call.get("tracker") or {}).get("latest_message") or {}
        turn = (message.get("metadata") or {}).get("turn")
        if turn is None:
            return await super().run(action_call)
        with traces.span(str(action_call.get("next_action")), turn):
            return await super().run(action_call)


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5055)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    logs.configure(LogSettings())
    traces.start("relais-actions", TracesSettings().url)
    # rasa-sdk logs whole trackers at debug and action names at info: nothing of that is wanted.
    logging.getLogger("rasa_sdk").setLevel(logging.ERROR)
    logging.getLogger("sanic").setLevel(logging.ERROR)
    catalogue()
    executor = TracedExecutor()
    executor.register_package("actions")
    app = create_app(executor)
    settle()
    app.run(host="127.0.0.1", port=options.port, single_process=True, motd=False, access_log=False)


if __name__ == "__main__":
    main()
