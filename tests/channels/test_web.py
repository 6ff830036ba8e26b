"""The web channel over HTTP: sessions, messages, events, the page without scripts, and what is refused."""

from __future__ import annotations

import json
import re
import threading
import uuid
from typing import Any

import pytest
import requests
from sqlalchemy import select

from bot.channels.web.ears import WINDOWS
from bot.gateway.gateway import Gateway
from bot.gateway.reply import Say
from bot.gateway.tables import Conversation
from tests.channels.conftest import Site
from tests.gateway.house import Detector, Effects, Engine, Understanding, answer

API = "/api/channels/web"


def send(site: Site, session: requests.Session, **said: Any) -> requests.Response:
    return session.post(f"{site.url}{API}/messages", json={"id": str(uuid.uuid4()), **said}, timeout=60)


def listen(
    site: Site, session: requests.Session, count: int, after: int = 0, **headers: str
) -> list[tuple[int, dict[str, Any]]]:
    """The first `count` messages of the events, with their ids."""
    found: list[tuple[int, dict[str, Any]]] = []
    url = f"{site.url}{API}/events?after={after}"
    with session.get(url, stream=True, timeout=60, headers=headers) as stream:
        number = None
        kind = None
        for line in stream.iter_lines(decode_unicode=True):
            name, _, value = line.partition(": ")
            if name == "id":
                number = int(value)
            elif name == "event":
                kind = value
            elif name == "data" and kind == "message":
                found.append((number or 0, json.loads(value)))
                if len(found) == count:
                    break
    return found


def test_a_message_goes_up_and_its_answer_comes_down(site: Site) -> None:
    session = site.open(language="fr")
    assert send(site, session, text="je vais à Cholet demain").status_code == 202
    [(seq, message)] = listen(site, session, 1)
    assert seq == message["seq"] == 2
    assert message["text"] == "fr:echo je vais à Cholet demain"
    assert (message["lang"], message["dir"], message["from"]) == ("fr", "ltr", "relais")


def test_events_resume_after_the_last_one_seen(site: Site) -> None:
    session = site.open()
    send(site, session, text="premier message de moi")
    [(first, _)] = listen(site, session, 1)
    send(site, session, text="deuxième message de moi")
    [(_, message)] = listen(site, session, 1, **{"Last-Event-ID": str(first)})
    assert message["text"].endswith("deuxième message de moi")
    again = listen(site, session, 2)
    assert [one["seq"] for _, one in again] == [2, 4]


def test_what_another_process_writes_comes_down_too(site: Site) -> None:
    session = site.open()
    send(site, session, text="premier message de moi")
    [(first, _)] = listen(site, session, 1)
    house = site.house
    other = Gateway(
        house.settings, house.sessions, Understanding(), Detector(), house.speech, Engine(), Effects()
    )
    with house.sessions() as database:
        conversation = database.scalars(select(Conversation.id)).one()
    threading.Timer(0.5, lambda: other.tell(conversation, [Say("news")])).start()
    [(_, message)] = listen(site, session, 1, after=first)
    assert message["key"] == "news"


def test_one_person_has_so_many_windows_and_no_more(site: Site) -> None:
    session = site.open()
    url = f"{site.url}{API}/events"
    open_ = [session.get(url, stream=True, timeout=60) for _ in range(WINDOWS)]
    lines = [stream.iter_lines() for stream in open_]
    assert [next(line) for line in lines] == [b"retry: 2000"] * WINDOWS
    assert session.get(url, stream=True, timeout=60).status_code == 429
    assert site.open().get(url, stream=True, timeout=60).status_code == 200
    for stream in open_:
        stream.close()


def test_the_same_message_sent_again_is_known(site: Site) -> None:
    session = site.open()
    said = {"id": str(uuid.uuid4()), "text": "une seule fois merci"}
    answers = [session.post(f"{site.url}{API}/messages", json=said, timeout=60).json() for _ in range(2)]
    assert answers == [{"new": True}, {"new": False}]
    listen(site, session, 1)
    assert len(site.engine.asked) == 1


def test_a_choice_by_its_id(site: Site) -> None:
    site.engine.script = [
        answer({"key": "ask", "choices": [{"label": {"key": "yes"}, "payload": {"intent": "affirm"}}]})
    ]
    session = site.open()
    send(site, session, text="je voudrais un vélo")
    [(seq, message)] = listen(site, session, 1)
    assert message["choices"] == [{"id": f"{seq}.1", "label": "fr:yes"}]
    send(site, session, choice=message["choices"][0]["id"])
    listen(site, session, 1, after=seq)
    assert site.engine.asked[-1].metadata["choice"] == {"intent": "affirm"}
    history = session.get(f"{site.url}{API}/history", timeout=60).json()
    assert [one["from"] for one in history["messages"]] == ["me", "relais", "me", "relais"]
    assert history["state"] == {"owner": "bot", "stopped": False, "language": "fr", "name": None}


def test_the_token_works_as_a_bearer(site: Site) -> None:
    opened = requests.post(f"{site.url}{API}/sessions", json={"language": "ar"}, timeout=60).json()
    assert opened["language"] == "ar"
    headers = {"Authorization": f"Bearer {opened['token']}"}
    said = {"id": str(uuid.uuid4()), "text": "bonjour à vous tous"}
    assert (
        requests.post(f"{site.url}{API}/messages", json=said, headers=headers, timeout=60).status_code == 202
    )


def test_a_cookie_is_laid_only_on_opening_and_cannot_be_read_or_travel(site: Site) -> None:
    assert "set-cookie" not in requests.get(f"{site.url}/chat", timeout=60).headers
    cookie = requests.post(f"{site.url}{API}/sessions", timeout=60).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


def test_one_session_never_reads_another(site: Site) -> None:
    one, other = site.open(), site.open()
    send(site, one, text="je vais à Cholet demain")
    listen(site, one, 1)
    assert other.get(f"{site.url}{API}/history", timeout=60).json()["messages"] == []


MESSAGE = {"id": "6a9b1f4e-0000-4000-8000-000000000000", "text": "secret words"}
REFUSED: list[tuple[str, dict[str, Any], int]] = [
    ("no session", {"json": MESSAGE}, 401),
    ("forged token", {"json": MESSAGE, "headers": {"Authorization": "Bearer abc.def.ghi"}}, 401),
    ("invalid json", {"data": b"{", "headers": {"Content-Type": "application/json"}}, 422),
    ("invalid utf-8", {"data": b'{"id": "\xff"}', "headers": {"Content-Type": "application/json"}}, 400),
    ("brackets", {"data": b"[" * 60_000, "headers": {"Content-Type": "application/json"}}, 400),
    ("wrong type", {"data": "id=1&text=secret", "headers": {"Content-Type": "text/plain"}}, 422),
    ("unknown field", {"json": {**MESSAGE, "admin": True}}, 422),
    ("id is no uuid", {"json": {**MESSAGE, "id": "secret words"}}, 422),
    ("ten megabytes", {"data": b"a" * 10_000_000}, 413),
]


@pytest.mark.parametrize(("label", "request_", "status"), REFUSED, ids=[row[0] for row in REFUSED])
def test_refused(site: Site, label: str, request_: dict[str, Any], status: int) -> None:
    answer = requests.post(f"{site.url}{API}/messages", timeout=60, **request_)
    assert answer.status_code == status
    assert "secret" not in answer.text
    assert site.engine.asked == []


def test_a_body_that_announces_nothing_is_bounded_too(site: Site) -> None:
    answer = requests.post(f"{site.url}{API}/messages", data=iter([b"a" * 1000] * 200), timeout=60)
    assert answer.status_code == 413


def test_another_site_cannot_write(site: Site) -> None:
    session = site.open()
    headers = {"Sec-Fetch-Site": "cross-site"}
    said = {"id": str(uuid.uuid4()), "text": "bonjour à vous tous"}
    assert (
        session.post(f"{site.url}{API}/messages", json=said, headers=headers, timeout=60).status_code == 401
    )
    assert (
        session.post(f"{site.url}/chat", data={"text": "a"}, headers=headers, timeout=60).status_code == 403
    )


def test_too_many_messages_get_a_polite_notice(site: Site) -> None:
    session = site.open()
    codes = [send(site, session, text=f"message numéro {number}").status_code for number in range(31)]
    assert codes == [202] * 30 + [429]


def test_the_page_works_without_scripts(site: Site) -> None:
    session = requests.Session()
    first = session.get(f"{site.url}/chat", timeout=60)
    fresh = re.search(r'name="id" value="([^"]+)"', first.text)
    assert fresh is not None
    site.engine.script = [
        answer({"key": "ask", "choices": [{"label": {"key": "yes"}, "payload": {"intent": "affirm"}}]})
    ]
    said = {"id": fresh[1], "text": "<script>alert(1)</script>"}
    page = session.post(f"{site.url}/chat", data=said, timeout=60)
    assert page.history[0].status_code == 303
    assert "<script>alert(1)" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert "fr:ask" in page.text
    session.post(f"{site.url}/chat", data=said, timeout=60)
    assert len(site.engine.asked) == 1
    chosen = re.search(r'name="choice" value="([^"]+)"', page.text)
    assert chosen is not None
    session.post(f"{site.url}/chat", data={"choice": chosen[1]}, timeout=60)
    assert site.engine.asked[-1].metadata["choice"] == {"intent": "affirm"}


def test_the_page_turns_with_the_language(site: Site) -> None:
    session = requests.Session()
    assert (
        '<html lang="en" dir="ltr">'
        in session.get(f"{site.url}/chat", headers={"Accept-Language": "en-GB,fr;q=0.5"}, timeout=60).text
    )
    page = session.post(f"{site.url}/chat", data={"language": "ar"}, timeout=60)
    assert '<html lang="ar" dir="rtl">' in page.text


def test_strict_headers_are_on_every_answer(site: Site) -> None:
    for path in ("/chat", "/api/docs", "/chat/static/chat.js", f"{API}/history", "/nowhere"):
        headers = requests.get(site.url + path, timeout=60).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"


def test_pages_hold_no_inline_script_or_style(site: Site) -> None:
    for path in ("/chat", "/api/docs"):
        page = requests.get(site.url + path, timeout=30).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=|javascript:", page)


def test_health_tells_each_part(site: Site) -> None:
    answer = requests.get(f"{site.url}/health", timeout=60)
    assert answer.status_code == 200
    assert answer.json()["parts"] == {"database": True, "worker": True, "engine": False}
