"""A busy desk made up for benchmarks: people, conversations, requests and counsellors, the same each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import batched
from random import Random
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session, sessionmaker

from bot.directory.tables import Service
from bot.gateway.tables import Contact, Conversation, Inbox, Outbox, Person
from bot.handover.desk import browser
from bot.handover.platform import Person as Whom
from bot.handover.platform import Places, Platform, choose, load
from bot.handover.staffing import Staffing
from bot.handover.summary import summarise
from bot.handover.tables import Counsellor, Handover, Note
from bot.handover.wording import Wording, wording
from bot.settings import Settings
from bot.yaml_text import yaml_loads

BATCH = 500
DAYS = {"U0": 0, "U1": 1, "U2": 5, "U3": 20, "U4": 60}
OWNERS = {"queued": "queue", "deferred": "queue", "claimed": "counsellor"}
Rows = dict[type[Any], list[dict[str, Any]]]


@dataclass(frozen=True)
class Scene:
    """What the made-up requests are drawn from."""

    script: Mapping[str, Any]
    communes: Sequence[str]
    services: Sequence[tuple[str, str]]
    platforms: Sequence[Platform]
    places: Places
    words: Wording
    now: datetime


def fill(
    make: sessionmaker[Session],
    settings: Settings,
    places: Places,
    communes: Sequence[str],
    *,
    conversations: int,
    counsellors: int,
    now: datetime,
) -> list[str]:
    """Write them; one session cookie a counsellor. The last counsellors see every team, the others one each."""
    script = yaml_loads((settings.data / "handover" / "bench.yml").read_text(encoding="utf-8"))
    platforms = load(settings.data / "handover" / "platforms.yml")
    with make.begin() as session:
        services = [
            (id_, name)
            for id_, name in session.execute(select(Service.id, Service.nom).order_by(Service.id).limit(60))
        ]
        cookies, people = _counsellors(session, script["counsellors"], platforms, counsellors, now)
    scene = Scene(script, communes, services, platforms, places, wording(settings.data), now)
    for numbers in batched(range(conversations), BATCH):
        rows: Rows = {}
        for number in numbers:
            for table, row in _one(scene, number, people):
                rows.setdefault(table, []).append(row)
        with make.begin() as session:
            for table in (Person, Contact, Conversation, Inbox, Outbox, Handover, Note):
                if table in rows:
                    session.execute(insert(table), rows[table])
    return cookies


def _counsellors(
    session: Session, names: Sequence[str], platforms: Sequence[Platform], count: int, now: datetime
) -> tuple[list[str], dict[str, list[str]]]:
    """Cookies, and who works in which team."""
    cookies: list[str] = []
    teams: dict[str, list[str]] = {}
    for number in range(count):
        everywhere = number >= count - max(1, count // 10)
        team = "*" if everywhere else platforms[number % len(platforms)].id
        who = Counsellor(
            email=f"bench{number}@exemple.org",
            name=names[number % len(names)],
            role="administrator" if everywhere else "counsellor",
            platforms=[team],
            password="",
            created_at=now,
        )
        session.add(who)
        session.flush()
        cookies.append(browser.begin(session, who, now))
        teams.setdefault(team, []).append(who.id)
    return cookies, teams


def _one(
    scene: Scene, number: int, people: Mapping[str, list[str]]
) -> Iterator[tuple[type[Any], dict[str, Any]]]:
    """The rows of one conversation and its request."""
    pick = Random(number)
    script = scene.script["people"][number % len(scene.script["people"])]
    names, weights = zip(*scene.script["states"].items(), strict=True)
    state = pick.choices(names, weights)[0]
    running = state in ("queued", "deferred", "claimed", "expired")
    opened = scene.now - timedelta(minutes=pick.randrange(5, 2_000 if running else 250_000))
    ids = {name: f"{name}{number:026d}" for name in ("p", "c", "k")}
    origin, destination = pick.sample(scene.communes, 2)
    deadline = (opened + timedelta(days=DAYS[script["urgency"]])).date().isoformat()
    profile = {**script["profile"], "origin": origin, "destination": destination, "deadline": deadline}
    profile |= {"language": script["language"], "urgency": script["urgency"]}
    yield (
        Person,
        {
            "id": ids["p"],
            "created_at": opened,
            "reach": {"phone": f"+336{number:08d}"} if script["phone"] else None,
        },
    )
    yield (
        Contact,
        {
            "id": ids["k"],
            "person_id": ids["p"],
            "channel": script["channel"],
            "address": f"+336{number:08d}",
            "address_digest": f"{number:064d}",
        },
    )
    yield (
        Conversation,
        {
            "id": ids["c"],
            "person_id": ids["p"],
            "contact_id": ids["k"],
            "channel": script["channel"],
            "owner": OWNERS.get(state, "bot"),
            "language": script["language"],
            "state": {"profile": profile},
            "seq": len(script["lines"]),
            "started_at": opened,
            "last_at": opened,
        },
    )
    yield from _lines(script, ids["c"], number, opened)
    yield from _handover(scene, pick, script, profile, state, opened, ids, people)


def _lines(
    script: Mapping[str, Any], conversation: str, number: int, opened: datetime
) -> Iterator[tuple[type[Any], dict[str, Any]]]:
    for seq, (author, text) in enumerate(script["lines"], 1):
        at = opened - timedelta(minutes=len(script["lines"]) - seq + 1)
        common = {"conversation_id": conversation, "channel": script["channel"], "seq": seq, "text": text}
        if author == "person":
            yield (
                Inbox,
                {
                    **common,
                    "dedupe": f"bench-{number}-{seq}",
                    "kind": "text",
                    "at": at,
                    "received_at": at,
                    "status": "done",
                    "next_try_at": at,
                },
            )
        else:
            yield (
                Outbox,
                {
                    **common,
                    "author": "bot",
                    "lang": script["language"],
                    "direction": "rtl" if script["language"] == "ar" else "ltr",
                    "segments": 1 if script["channel"] == "sms" else 0,
                    "status": "sent",
                    "next_try_at": at,
                    "created_at": at,
                    "sent_at": at,
                },
            )


def _handover(
    scene: Scene,
    pick: Random,
    script: Mapping[str, Any],
    profile: Mapping[str, Any],
    state: str,
    opened: datetime,
    ids: Mapping[str, str],
    people: Mapping[str, list[str]],
) -> Iterator[tuple[type[Any], dict[str, Any]]]:
    shown = pick.sample(scene.services, min(4, len(scene.services)))
    offers = [
        {
            "service_id": id_,
            "name": name,
            "status": status,
            "missing": missing,
            "distance_km": pick.uniform(1, 30),
        }
        for (id_, name), status, missing in zip(
            shown,
            ("open", "to_check", "to_check"),
            ([], ["age"], ["prescription", "resources"]),
            strict=False,
        )
    ]
    blocked = [{"service_id": id_, "name": name, "form": "eligibilite"} for id_, name in shown[3:]]
    consent = {"orientation": True, "transmission": True}
    sheet = summarise(
        profile,
        script["facts"],
        offers,
        blocked,
        places=scene.places,
        words=scene.words,
        channel=script["channel"],
        priority=script["urgency"],
        contact_known=script["phone"],
        consent=consent,
    )
    person = Whom(profile["origin"], profile["destination"], script["language"])
    team = choose(scene.platforms, person, scene.now, places=scene.places, standing=Staffing())
    hands = people.get(team.id if team else "*") or people["*"]
    holder = pick.choice(hands) if state == "claimed" else None
    handover = f"h{ids['p'][1:]}"
    yield (
        Handover,
        {
            "id": handover,
            "conversation_id": ids["c"],
            "person_id": ids["p"],
            "version": 2,
            "state": state,
            "claimed_by": holder,
            "platform": team.id if team else None,
            "outcome": pick.choice(("solution", "partielle", "aucune")) if state == "closed" else None,
            "reminders": pick.choice((0, 0, 1)) if state == "queued" else 0,
            "reason": "asked",
            "priority": script["urgency"],
            "channel": script["channel"],
            "language": script["language"],
            "origin": profile["origin"],
            "destination": profile["destination"],
            "contact_known": script["phone"],
            "summary": sheet.as_dict(),
            "consent": consent,
            "services": [{"id": id_, "name": name} for id_, name in shown],
            "need": {
                "epci": None,
                "purpose": profile.get("purpose"),
                "needs": list(profile.get("needs") or ()),
                "forms": [],
                "deadline_class": script["urgency"],
                "hours": [],
                "language": script["language"],
            },
            "opened_at": opened,
            # Made to wait, not to be late: the watch must not move them all while pages are measured.
            "waiting_since": scene.now,
            "next_opening": scene.now + timedelta(days=1) if state == "deferred" else None,
            "claimed_at": scene.now if holder else opened + timedelta(hours=1) if state == "closed" else None,
            "first_reply_at": scene.now if holder else None,
            "closed_at": opened + timedelta(days=1) if state in ("closed", "withdrawn", "stopped") else None,
        },
    )
    if holder is not None:
        text = pick.choice(scene.script["notes"])
        yield Note, {"handover_id": handover, "counsellor_id": holder, "at": opened, "text": text}
