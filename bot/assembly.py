"""Puts the rooms together: one gateway with its real parts, for the application, a replay or a terminal."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sqlalchemy import Engine as Database
from sqlalchemy.orm import Session, sessionmaker

from bot.database import connect, sessions
from bot.gateway.effects import EffectBook, joined
from bot.gateway.engine import EngineClient
from bot.gateway.gateway import Gateway, system_clock
from bot.gateway.limits import Limits
from bot.gateway.nearest import Nearest
from bot.gateway.ports import Clock, Engine
from bot.handover.asked import HandoverEffects
from bot.handover.tapped import Answering
from bot.privacy.erasure import Erasing
from bot.privacy.export import Exporting
from bot.sealing import Sealer, seal
from bot.settings import Settings
from bot.speech.speech import Speech
from bot.understanding.later import DetectLater, Later
from bot.understanding.places import Gazetteer

if TYPE_CHECKING:
    from bot.understanding.language import LanguageDetector
    from bot.understanding.reader import Understanding


@dataclass(frozen=True)
class House:
    """The gateway and what its neighbours share with it."""

    settings: Settings
    database: Database
    sessions: sessionmaker[Session]
    gateway: Gateway
    speech: Speech
    places: Gazetteer


def open_database(settings: Settings) -> Database:
    """The application's database, with the keys that seal what people wrote."""
    return seal(connect(settings.url()), Sealer.load(settings))


def assemble(
    settings: Settings,
    *,
    database: Database | None = None,
    engine: Engine | None = None,
    clock: Clock = system_clock,
    listens: bool = True,
    limits: Limits | None = None,
) -> House:
    """Build everything once. What is not given is that of the settings and of the day.

    `listens`: messages are played here. Where others do, what understands them is loaded at the first need only.
    """
    opened = database or open_database(settings)
    factory = sessions(opened)
    places = Gazetteer.load(settings.data)
    speech = Speech.load(settings.data, lambda code: _name(places, code))
    effects = HandoverEffects(settings, places, clock)
    erasing, exporting = Erasing(clock, settings.engine_timeout), Exporting(clock)
    load, detecting = partial(_understanding, settings, places), partial(_detector, settings, places)
    gateway = Gateway(
        settings,
        factory,
        load() if listens else Later(load),
        detecting() if listens else DetectLater(detecting),
        speech,
        Answering(engine or EngineClient.of(settings)),
        EffectBook(joined(erasing.handlers(), exporting.handlers(), effects.handlers())),
        clock,
        limits=limits,
        nearest=Nearest(settings.data),
    )
    effects.speak_through(gateway)
    exporting.speak_through(gateway)
    return House(settings, opened, factory, gateway, speech, places)


def _understanding(settings: Settings, places: Gazetteer) -> Understanding:
    # Here, not above: who only receives needs nothing of what it is made of.
    from bot.understanding.reader import Understanding

    return Understanding.load(settings.data, gazetteer=places)


def _detector(settings: Settings, places: Gazetteer) -> LanguageDetector:
    from bot.understanding.language import LanguageDetector

    return LanguageDetector.load(settings.data, places)


def _name(places: Gazetteer, code: str) -> str:
    commune = places.commune(code)
    return commune.name if commune else code
