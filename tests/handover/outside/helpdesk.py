"""A server on the loopback that behaves like Chatwoot's public API for an inbox of the API kind."""

from __future__ import annotations

import json
import re
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

INBOX = "abc123"
PATH = re.compile(
    r"^/public/api/v1/inboxes/(?P<inbox>\w+)/contacts(/(?P<source>[\w-]+)/conversations(/(?P<id>\d+)/messages)?)?$"
)


class Helpdesk(ThreadingHTTPServer):
    """Keeps contacts, conversations and messages; `broken` makes it answer 503."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.contacts: dict[str, dict[str, Any]] = {}
        self.conversations: dict[int, str] = {}
        self.messages: list[tuple[int, str]] = []
        self.broken = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def event(self, number: int, text: str, conversation: int, **more: Any) -> dict[str, Any]:
        """What its webhook sends when an agent answers."""
        return {
            "event": "message_created",
            "id": number,
            "content": text,
            "message_type": "outgoing",
            "private": False,
            "sender": {"id": 7, "name": "Léa", "type": "user"},
            "conversation": self._conversation(conversation),
            "account": {"id": 1},
            **more,
        }

    def resolved(self, conversation: int) -> dict[str, Any]:
        status = {"event": "conversation_status_changed", "status": "resolved"}
        return {**self._conversation(conversation), **status}

    def _conversation(self, number: int) -> dict[str, Any]:
        source = self.conversations[number]
        return {"id": number, "status": "open", "contact_inbox": {"id": 3, "source_id": source}}


class Answer(BaseHTTPRequestHandler):
    server: Helpdesk

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        found = PATH.match(self.path)
        if self.server.broken:
            return self._say(503, {"error": "down"})
        if found is None or found["inbox"] != INBOX:
            return self._say(404, {"error": "Resource could not be found"})
        if found["source"] is None:
            source = f"source-{len(self.server.contacts) + 1}"
            self.server.contacts[source] = given
            return self._say(200, {"source_id": source, "pubsub_token": "t", "name": given.get("name")})
        if found["source"] not in self.server.contacts:
            return self._say(404, {"error": "Resource could not be found"})
        if found["id"] is None:
            number = len(self.server.conversations) + 41
            self.server.conversations[number] = found["source"]
            return self._say(200, {"id": number, "messages": []})
        if self.server.conversations.get(int(found["id"])) != found["source"]:
            return self._say(404, {"error": "Resource could not be found"})
        self.server.messages.append((int(found["id"]), given["content"]))
        return self._say(200, {"id": len(self.server.messages), "content": given["content"], **given})

    def _say(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass
