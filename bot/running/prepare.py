"""Everything that must be there before the parts start; each step is done only when something changed."""

from __future__ import annotations

from bot.database import connect, sessions
from bot.directory.importer import load_bundled
from bot.handover.desk.accounts import first_invitation
from bot.migrations import upgrade
from bot.running import model
from bot.running.steps import step
from bot.running.word_lists import made_meanwhile
from bot.settings import Settings


def prepare(settings: Settings) -> None:
    """Database at its newest form, regional directory loaded, word lists and model made for today's inputs."""
    settings.var.mkdir(parents=True, exist_ok=True)
    with made_meanwhile():
        engine = connect(settings.url())
        with step("Database and regional directory"):
            upgrade(engine)
            load_bundled(sessions(engine), settings.data / "directory")
        engine.dispose()
        model.ensure()


def greet(settings: Settings) -> None:
    """Print where to go: chat page, desk with a first counsellor's one-time link, API documentation."""
    address = settings.address()
    engine = connect(settings.url())
    invitation = first_invitation(sessions(engine), settings)
    engine.dispose()
    print("\nRelais is up.\n")
    print(f"  Chat page            {address}/chat")
    print(f"  Counsellors' desk    {address}/desk")
    if invitation:
        print(f"    first sign-in      {invitation}   (works once)")
    print(f"  API documentation    {address}/api/docs")
    print("\n  Ctrl-C stops it.\n", flush=True)
