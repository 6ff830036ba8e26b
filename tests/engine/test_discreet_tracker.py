"""What the engine's store keeps of a dialogue: how it went, never what was said; and the dialogue goes on."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from sqlalchemy import create_engine, text

from bot.gateway.message import Incoming
from bot.replay.play import FrozenClock
from bot.replay.stage import Stage
from tests.engine.inside import run_inside

STORED = """
import asyncio, json, os, sqlite3, tempfile
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
domain = Domain.from_dict({"version": "3.1", "intents": ["inform"], "entities": ["fact"],
                           "slots": {"heard": {"type": "any", "mappings": [{"type": "custom"}]}}})
fact = {"entity": "fact", "value": {"field": "age", "evidence": "Zqxmarker-evidence"}, "start": 0, "end": 4}
def events():
    parse = {"intent": {"name": "inform", "confidence": 0.9, "Zqxmarker-odd": 1}, "entities": [fact],
             "text": "Zqxmarker-text", "intent_ranking": [{"name": "Zqxmarker-rank"}]}
    return [ActionExecuted("action_listen"),
            UserUttered("Zqxmarker-text", parse["intent"], [fact], parse, 3.0, "rest", "Zqxmarker-id",
                        {"state": {"profile": "Zqxmarker-profile"}, "model_id": "m"}),
            SlotSet("heard", "7"), ActionExecuted("action_x"),
            BotUttered("Zqxmarker-answer", {"custom": {"state": "Zqxmarker-state"}}, {"x": "Zqxmarker-meta"})]
def states(tracker):
    return tracker.past_states(domain), tracker.current_slot_values(), [type(e).__name__ for e in tracker.events]
async def story(folder):
    url = "sqlite:///" + os.path.join(folder, "tracker.db")
    store = SQLTrackerStore(domain, dialect="sqlite", db=os.path.join(folder, "tracker.db"))
    tracker = DialogueStateTracker.from_events("s", events(), domain.slots)
    await store.save(tracker)
    again = await store.retrieve("s")
    rows = sqlite3.connect(os.path.join(folder, "tracker.db")).execute("select * from events").fetchall()
    return tracker, again, json.dumps(rows)
from engine import discreet_tracker, tracker_rows
tracker_rows.apply()
with tempfile.TemporaryDirectory() as folder:
    _, whole, rows = asyncio.run(story(folder))
    assert "Zqxmarker" in rows
    before = states(whole)
discreet_tracker.apply()
with tempfile.TemporaryDirectory() as folder:
    tracker, bare, rows = asyncio.run(story(folder))
    assert "Zqxmarker" not in rows, rows
    assert '\\\\"name\\\\": \\\\"inform\\\\"' in rows and "action_x" in rows
    # In memory the turn under way keeps everything; what is loaded afterwards conducts the dialogue alike.
    assert tracker.latest_message.text == "Zqxmarker-text"
    assert bare.latest_message.intent_name == "inform"
    assert [e["entity"] for e in bare.latest_message.entities] == ["fact"]
    def without_text(states):
        past, slots, names = states
        def bare_state(state):
            return {k: {n: v for n, v in dict(part).items() if n != "text"} for k, part in dict(state).items()}
        return [bare_state(one) for one in past], slots, names
    assert without_text(states(bare)) == without_text(before), (states(bare), before)
"""

GUARD = """
from rasa.shared.core.events import UserUttered
stock = UserUttered.as_dict
UserUttered.as_dict = lambda self: {**stock(self), "whispered": self.text}
from engine import discreet_tracker
try:
    discreet_tracker.apply()
except RuntimeError:
    pass
else:
    raise SystemExit("a changed Rasa was not noticed")
"""


@pytest.mark.engine
@pytest.mark.parametrize("code", [STORED, GUARD], ids=["what is stored", "Rasa changed"])
def test_patch(code: str) -> None:
    run_inside(code)


@pytest.mark.engine
def test_a_conversation_goes_on_and_its_words_are_not_in_the_store(played: Stage, clock: FrozenClock) -> None:
    clock.set(datetime(2026, 11, 23, 8, 0, tzinfo=UTC))
    gateway = played.gateway
    said = [
        "j'habite Cholet et je dois aller travailler",
        "à Angers, ma cousine Zqxmarker m'attend",
        "en bus",
    ]
    asked = []
    for number, words in enumerate(said):
        clock.advance()
        arrival = gateway.accept(Incoming("web", "discreet", external_id=f"d{number}", text=words))
        out = gateway.play(arrival.conversation_id)
        asked.append(out[-1].asks)
    reply = gateway.last_reply(arrival.conversation_id)
    assert reply is not None
    profile = reply.state["profile"]
    assert (profile["origin"], profile["destination"]) == ("49099", "49007")
    assert asked[0] != asked[-1]
    engine = create_engine(played.house.settings.tracker())
    with engine.connect() as connection:
        rows = connection.execute(
            text("SELECT data FROM events WHERE sender_id LIKE :sender"),
            {"sender": f"{arrival.conversation_id}-%"},
        ).all()
    engine.dispose()
    kept = " ".join(row[0] for row in rows)
    assert len(rows) > 6
    for words in ("Zqxmarker", "cousine", "Cholet", "49099", "evidence", "profile"):
        assert words not in kept
