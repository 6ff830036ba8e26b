"""Chatwoot, through the public API of an inbox of the API kind: one contact and one conversation a handover."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from bot.handover.backend import BackendDown, Case
from bot.handover.desk.pages import Words
from bot.handover.outside.settings import ChatwootSettings


@dataclass(frozen=True)
class Said:
    """What an agent did there: `kind` is `message` or `resolved`."""

    kind: str
    reference: str
    number: int = 0
    text: str = ""
    name: str = ""


class Chatwoot:
    """`HandoverBackend` on a Chatwoot server. The contact bears no name and no address."""

    talks = True

    def __init__(self, settings: ChatwootSettings, words: Words, names: Mapping[str, Any]) -> None:
        """`names` are the words of `summary.fr.yml`."""
        self._base = f"{settings.url.rstrip('/')}/public/api/v1/inboxes/{settings.inbox}/contacts"
        self._client = httpx.Client(timeout=settings.timeout, trust_env=False)
        self._words = words
        self._names = names

    def open(self, case: Case) -> str:
        """A contact, its conversation and the summary as first message; `source/conversation`."""
        contact = self._post("", {"identifier": f"relais-{case.referral}", "name": f"Relais {case.id[:8]}"})
        source = str(contact["source_id"])
        conversation = self._post(
            f"/{source}/conversations", {"custom_attributes": {"urgence": case.priority}}
        )
        reference = f"{source}/{conversation['id']}"
        channels, languages = self._names["channels"], self._names["codes"]["language"]
        self.relay(
            reference,
            self._words(
                "chatwoot.opening",
                urgency=self._words(f"urgencies.{case.priority}"),
                channel=channels.get(case.channel, case.channel),
                language=languages.get(case.language, case.language),
                summary=case.text(),
            ),
        )
        return reference

    def relay(self, reference: str, text: str) -> None:
        """A message from the person's side."""
        source, conversation = reference.split("/", 1)
        self._post(f"/{source}/conversations/{conversation}/messages", {"content": text})

    def end(self, reference: str) -> None:
        """Say that it is over for them; their conversation stays theirs to resolve."""
        self.relay(reference, self._words("chatwoot.ended"))

    def _post(self, path: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        try:
            answer = self._client.post(f"{self._base}{path}", json=body)
            answer.raise_for_status()
            content = answer.json()
        except httpx.HTTPStatusError as error:
            raise BackendDown(f"status-{error.response.status_code}") from None
        except httpx.HTTPError as error:
            raise BackendDown(type(error).__name__) from None
        except ValueError:
            raise BackendDown("not-json") from None
        if not isinstance(content, dict):
            raise BackendDown("shape")
        return content


def heard(event: Mapping[str, Any]) -> Said | None:
    """What a webhook says: an agent's public message, a conversation resolved; None for everything else."""
    conversation = event.get("conversation") or event
    if event.get("event") == "message_created":
        public = event.get("message_type") in ("outgoing", 1) and not event.get("private")
        text = str(event.get("content") or "").strip()
        reference = _reference(event.get("conversation") or {})
        if not public or not text or reference is None:
            return None
        name = str((event.get("sender") or {}).get("name") or "")
        return Said("message", reference, int(event.get("id") or 0), text, name)
    if event.get("event") == "conversation_status_changed" and conversation.get("status") == "resolved":
        reference = _reference(conversation)
        return Said("resolved", reference) if reference else None
    return None


def _reference(conversation: Mapping[str, Any]) -> str | None:
    source = (conversation.get("contact_inbox") or {}).get("source_id")
    number = conversation.get("id")
    return f"{source}/{number}" if source and number else None
