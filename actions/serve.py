"""Runs the action server on loopback. rasa-sdk's own command listens on every address; this one does not."""

from __future__ import annotations

import argparse
import logging
import warnings

from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from actions.catalogue import catalogue


def main() -> None:
    """Serve until stopped."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=5055)
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    # rasa-sdk logs whole trackers at debug and action names at info: nothing of that is wanted.
    logging.getLogger("rasa_sdk").setLevel(logging.ERROR)
    logging.getLogger("sanic").setLevel(logging.ERROR)
    catalogue()
    executor = ActionExecutor()
    executor.register_package("actions")
    app = create_app(executor)
    app.run(host="127.0.0.1", port=options.port, single_process=True, motd=False, access_log=False)


if __name__ == "__main__":
    main()
