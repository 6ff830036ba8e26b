"""The gateway as the rest of the house uses it: receive, play, tell, read; the same in a server and in a replay."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from bot.gateway import bells, outbox, passage, quiet
from bot.gateway.choices import AnswerWords, Keywords
from bot.gateway.door import Door
from bot.gateway.inbox import Arrival, opened
from bot.gateway.limits import Limits, Patience
from bot.gateway.message import Incoming, Outgoing
from bot.gateway.nearest import nowhere
from bot.gateway.parts import Parts
from bot.gateway.player import Player
from bot.gateway.ports import Clock, Detector, Effects, Engine, Nearest, Speech, Understanding
from bot.gateway.reply import Reply, Say
from bot.gateway.straight import Way
from bot.gateway.tables import Conversation, Inbox
from bot.settings import Settings

Listener = Callable[[str], None]
REMEMBERED = 1000


def system_clock() -> datetime:
    """The moment it is, aware."""
    return datetime.now(UTC)


class Gateway:
    """Receives messages, plays conversations, keeps what goes out. Safe to share between threads."""

    def __init__(
        self,
        settings: Settings,
        sessions: sessionmaker[Session],
        understanding: Understanding,
        detector: Detector,
        speech: Speech,
        engine: Engine,
        effects: Effects,
        clock: Clock = system_clock,
        *,
        limits: Limits | None = None,
        patience: Patience | None = None,
        nearest: Nearest = nowhere,
    ) -> None:
        """`sessions` belong to a database engine that has its sealer (`bot.sealing.seal`)."""
        self.settings = settings
        self.sessions = sessions
        self.speech = speech
        self.clock = clock
        self._languages = tuple(speech.languages())
        self._listeners: list[Listener] = []
        self._arrivals: list[Listener] = []
        self._way: Way | None = None
        self._replies: OrderedDict[str, Reply] = OrderedDict()
        self._lock = threading.Lock()
        self._player = Player(
            sessions,
            Parts(
                understanding,
                detector,
                speech,
                engine,
                effects,
                AnswerWords.load(settings.data),
                Keywords.load(settings.data),
                nearest,
            ),
            clock,
            message_limit=settings.message_limit,
            patience=patience or Patience(),
            told=self._told,
            way=lambda: self._way,
        )
        self._door = Door(
            sessions,
            clock,
            limits or Limits(),
            self._languages,
            pressing=self._player.pressing,
            slow=lambda session, conversation_id: bool(
                self.post(session, conversation_id, [Say("limit.slow")])
            ),
        )

    def receive(self, incoming: Incoming) -> int:
        """Store a message for good, once; its inbox id (that of the first when it comes again)."""
        return self.accept(incoming).inbox_id

    def accept(self, incoming: Incoming) -> Arrival:
        """As `receive`, telling also the conversation, whether it is new, whether it is one too many."""
        arrival = self._door.accept(incoming)
        if arrival.new and not arrival.limited:
            for ring in self._arrivals:
                ring(arrival.conversation_id)
        if arrival.slowed:
            self.wake(arrival.conversation_id)
        return arrival

    def open(self, channel: str, address: str, language_hint: str | None = None) -> str:
        """The conversation of this address, begun without a message where there is none yet."""
        incoming = Incoming(channel, address, language_hint=language_hint)
        with self.sessions.begin() as session:
            return opened(session, incoming, self.clock(), self._languages)[1].id

    def code(self, conversation_id: str) -> str:
        """A code to go on from another channel: good once, for a day."""
        with self.sessions.begin() as session:
            return passage.make(session, conversation_id, self.clock())

    def go_on(self, channel: str, address: str, code: str) -> bool:
        """Somebody at this address shows a code: from now on they are its person. Whether it was good."""
        incoming = Incoming(channel, address)
        with self.sessions.begin() as session:
            contact, _ = opened(session, incoming, self.clock(), self._languages)
            return passage.use(session, contact, code, self.clock())

    def keep_leases(self) -> None:
        """Keep the conversations under way ours; call every few seconds. Raises `SQLAlchemyError`."""
        self._player.leases.keep()

    def play(self, conversation_id: str, again: Callable[[], None] | None = None) -> list[Outgoing]:
        """Work on the conversation's due messages now, in this thread; what was answered.

        With `again`, on one of them, and it is called when more wait.
        """
        return self._player.play(conversation_id, again)

    def tell(self, conversation_id: str, says: Sequence[Say], *, author: str = "system") -> list[Outgoing]:
        """Say something outside a turn, in the conversation's language; nothing to who said STOP."""
        with self.sessions.begin() as session:
            out = self.post(session, conversation_id, says, author=author)
        if out:
            self.wake(conversation_id)
        return out

    def post(
        self,
        session: Session,
        conversation_id: str,
        says: Sequence[Say] = (),
        *,
        text: str | None = None,
        language: str | None = None,
        author: str = "system",
        unasked: bool = False,
    ) -> list[Outgoing]:
        """As `tell` inside the caller's transaction; call `wake` after the commit.

        `unasked`: nobody waits for it (a reminder); it leaves outside quiet hours only.
        `text` are a counsellor's own words, in `language` (default French). Raises `LookupError` for an
        unknown conversation.
        """
        conversation = session.get(Conversation, conversation_id, with_for_update=True)
        if conversation is None:
            raise LookupError("no such conversation")
        if conversation.contact.stopped_at is not None:
            return []
        now = self.clock()
        words = outbox.worded(
            says,
            self.speech,
            language=conversation.language,
            channel=conversation.channel,
            plain=conversation.plain,
            now=now,
        )
        if text is not None:
            lang = language or "fr"
            direction = self.speech.direction(lang)
            words.append(
                outbox.verbatim(
                    text, self.speech, lang=lang, direction=direction, channel=conversation.channel
                )
            )
        not_before = quiet.allowed(now) if unasked else None
        return outbox.write(session, conversation, words, now, author=author, not_before=not_before)

    def conversation_of(self, inbox_id: int) -> str:
        """The conversation a received message belongs to. Raises `LookupError` when there is none."""
        with self.sessions() as session:
            found = session.scalar(select(Inbox.conversation_id).where(Inbox.id == inbox_id))
        if found is None:
            raise LookupError("no such message")
        return found

    def pending(self, conversation_id: str) -> int:
        """How many of its messages are not answered yet."""
        with self.sessions() as session:
            rows = session.scalars(
                select(Inbox.id).where(Inbox.conversation_id == conversation_id, Inbox.status == "pending")
            )
            return len(rows.all())

    def after(self, conversation_id: str, seq: int = 0) -> list[Outgoing]:
        """The messages out numbered above `seq`, in order."""
        with self.sessions() as session:
            return outbox.after(session, conversation_id, seq)

    def last_reply(self, conversation_id: str) -> Reply | None:
        """The engine's last reply (state, asks, offers, blocked, effects) to this conversation in this process.

        After a danger it is the gateway's own, with the danger in the profile, which is not stored.
        """
        with self._lock:
            return self._replies.get(conversation_id)

    def forget(self, conversation_id: str) -> None:
        """Keep nothing of this conversation in any process's memory: its person was erased."""
        self._drop(conversation_id)
        with self.sessions.begin() as session:
            bells.ring(session, bells.FORGET, conversation_id)

    def set_language(self, conversation_id: str, language: str) -> None:
        """The person's explicit choice of a language: it wins for good."""
        if language not in self._languages:
            raise ValueError("not a language that is spoken")
        with self.sessions.begin() as session:
            session.execute(
                update(Conversation)
                .where(Conversation.id == conversation_id)
                .values(language=language, language_chosen=True, language_settled=True)
            )

    def listen(self, listener: Listener) -> Callable[[], None]:
        """Call `listener(conversation id)` whenever there is something new to send; returns how to stop it."""
        with self._lock:
            self._listeners = [*self._listeners, listener]
        return lambda: self._unlisten(listener)

    def leave_by(self, way: Way) -> None:
        """What is written leaves this way: turns hand theirs over, all else rings there."""
        self._way = way

    def on_arrival(self, ring: Listener) -> None:
        """Call `ring(conversation id)` whenever a message was stored: the worker's bell."""
        self._arrivals = [*self._arrivals, ring]

    def wake(self, conversation_id: str) -> None:
        """Tell the listeners that this conversation has something new, and the way out that it waits."""
        if self._way is not None:
            self._way.ring(conversation_id)
        self._tell_listeners(conversation_id)

    def _tell_listeners(self, conversation_id: str) -> None:
        for listener in self._listeners:
            listener(conversation_id)

    def heard(self, kind: str, conversation_id: str) -> None:
        """Another process rang (`bot.gateway.bells`): go on with what it stored, or forget."""
        match kind:
            case bells.ARRIVED:
                for ring in self._arrivals:
                    ring(conversation_id)
            case bells.SAID:
                self.wake(conversation_id)
            case bells.FORGET:
                self._drop(conversation_id)

    def _drop(self, conversation_id: str) -> None:
        with self._lock:
            self._replies.pop(conversation_id, None)

    def _unlisten(self, listener: Listener) -> None:
        with self._lock:
            self._listeners = [one for one in self._listeners if one is not listener]

    def _told(self, conversation_id: str, reply: Reply | None, out: list[Outgoing], gone: bool) -> None:
        if reply is not None:
            with self._lock:
                self._replies[conversation_id] = reply
                self._replies.move_to_end(conversation_id)
                while len(self._replies) > REMEMBERED:
                    self._replies.popitem(last=False)
        if gone:
            self._tell_listeners(conversation_id)
        elif out:
            self.wake(conversation_id)
