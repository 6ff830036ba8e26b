"""OVHcloud SMS: jobs out without the advertising clause; answers come to its short number and are fetched.

OVHcloud signs no webhook, so that no message is taken from one: `fetch` asks for the answers instead. A request is
believed what became of a message, and only at an address whose last part is the secret: OVHcloud's « callback » asks
for that address with `id` and `dlr` (github.com/ovh/docs, issue 1496, read 2026-11-28; not tried with OVHcloud).
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from bot.channels.settings import SmsSettings
from bot.channels.sms.provider import DLR, Forged, Inbound, Raw, Report, Unreadable, asked, mended, same
from bot.gateway.message import Outgoing
from bot.gateway.sender import Refused

API = "https://eu.api.ovh.com/1.0"


class Ovh:
    """`user` is the SMS service (`sms-xx0000-1`), `password` the application secret."""

    def __init__(
        self, settings: SmsSettings, gsm: Callable[[str], bool], clock: Callable[[], float] = time.time
    ) -> None:
        """`gsm` tells a text of the GSM alphabet; `clock` gives seconds since 1970."""
        self._base = f"{(settings.url or API).rstrip('/')}/sms/{settings.user}"
        self._key = settings.application_key
        self._secret = settings.password.get_secret_value() if settings.password else ""
        self._consumer = settings.consumer_key.get_secret_value() if settings.consumer_key else ""
        self._path_secret = settings.secret.get_secret_value() if settings.secret else ""
        self._sender = settings.sender
        self._gsm = gsm
        self._clock = clock

    def read(self, raw: Raw) -> list[Inbound | Report]:
        """What became of a message (`id`, `dlr`). Raises `Forged` or `Unreadable`."""
        if not same(raw.path_secret, self._path_secret):
            raise Forged("secret")
        if "id" not in raw.query or "dlr" not in raw.query:
            raise Unreadable("id, dlr")
        status = DLR.get(raw.query["dlr"])
        return [Report(raw.query["id"], status)] if status else []

    def send(self, out: Outgoing, address: str) -> str | None:
        """Hand over at once, at any hour: it answers somebody who wrote. The id is OVHcloud's."""
        job: dict[str, Any] = {
            "message": out.text,
            "receivers": [address],
            "noStopClause": True,
            "priority": "high",
            "charset": "UTF-8",
            "coding": "7bit" if self._gsm(out.text) else "8bit",
        }
        # Without a sender of its own the message leaves from the short number that people can answer.
        job.update({"sender": self._sender} if self._sender else {"senderForResponse": True})
        answer = self._ask("POST", "/jobs", job)
        if answer.get("invalidReceivers"):
            raise Refused("invalid-number")
        ids = answer.get("ids") or []
        return str(ids[0]) if ids else None

    def fetch(self, known: Callable[[str], bool]) -> list[Inbound]:
        """The answers that are not `known` by their id. Raises the errors of `bot.gateway.delivery`."""
        new = [str(one) for one in self._ask("GET", "/incoming") if not known(str(one))]
        messages = [(one, self._ask("GET", f"/incoming/{one}")) for one in sorted(new, key=int)]
        return [Inbound(content["sender"], mended(content["message"]), one) for one, content in messages]

    def drop(self, name: str) -> None:
        """Have an answer that we keep deleted there: it would come again with every restart."""
        self._ask("DELETE", f"/incoming/{int(name)}")

    def _ask(self, method: str, path: str, content: Any = None) -> Any:
        url = self._base + path
        body = "" if content is None else json.dumps(content)
        moment = str(int(self._clock()))
        said = "+".join((self._secret, self._consumer, method, url, body, moment))
        headers = {
            "Content-Type": "application/json",
            "X-Ovh-Application": self._key,
            "X-Ovh-Consumer": self._consumer,
            "X-Ovh-Timestamp": moment,
            # The provider's own scheme: the secret comes first, SHA-1 is not ours to choose.
            "X-Ovh-Signature": "$1$" + hashlib.sha1(said.encode()).hexdigest(),
        }
        answer = asked(method, url, data=body.encode() or None, headers=headers)
        return answer.json() if answer.content else None
