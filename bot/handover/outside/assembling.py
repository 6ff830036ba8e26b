"""Puts the places where teams work together, from the settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from bot.handover.backend import DESK, DeskBackend, HandoverBackend
from bot.handover.desk.pages import Words
from bot.handover.notify import MailSettings, Post, poster
from bot.handover.outside.chatwoot import Chatwoot
from bot.handover.outside.orientation import Links, Orientation
from bot.handover.outside.settings import ChatwootSettings, OutsideSettings
from bot.handover.platform import Platform
from bot.handover.wording import Wording


def links(keys: Sequence[str], settings: OutsideSettings) -> Links:
    """The signed links of orientations."""
    return Links(keys, timedelta(days=settings.link_days))


def backends(
    signed: Links,
    words: Words,
    wording: Wording,
    address: str,
    mail: MailSettings,
    chatwoot: ChatwootSettings,
) -> dict[str, HandoverBackend]:
    """Every place that is set up, by its name in the settings."""
    post: Post | None = poster(mail) if mail.host else None
    found: dict[str, HandoverBackend] = {
        DESK: DeskBackend(),
        "orientation": Orientation(post, mail.sender, address, signed, words),
    }
    if chatwoot.url and chatwoot.inbox:
        found["chatwoot"] = Chatwoot(chatwoot, words, wording.french)
    return found


def where(
    settings: OutsideSettings, platforms: Sequence[Platform], known: Mapping[str, HandoverBackend]
) -> dict[str, str]:
    """Team → place, of those that do not work at the desk.

    Raises `ValueError` for a team or a place that does not exist: a request must not wait where nobody looks.
    """
    teams = {one.id for one in platforms}
    for team, place in settings.backends.items():
        if team not in teams:
            raise ValueError(f"RELAIS_HANDOVER_BACKENDS: no such team: {team}")
        if place not in known:
            raise ValueError(f"RELAIS_HANDOVER_BACKENDS: {place} is not set up")
    return {team: place for team, place in settings.backends.items() if place != DESK}
