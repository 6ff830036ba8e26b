"""The set-up of a container: database at its newest form, directory loaded; the model is in the engine's image."""

from __future__ import annotations

from bot.database import connect, sessions
from bot.directory.importer import load_bundled
from bot.migrations import upgrade
from bot.operations.secrets import refuse_weak
from bot.running.steps import step
from bot.settings import Settings


def main() -> None:
    """Do it; safe to do again. Raises `StepFailed` for guessable secrets."""
    settings = Settings()
    refuse_weak(settings)
    settings.var.mkdir(parents=True, exist_ok=True)
    engine = connect(settings.url())
    with step("Database and regional directory"):
        upgrade(engine)
        load_bundled(sessions(engine), settings.data / "directory")
    engine.dispose()


if __name__ == "__main__":
    main()
