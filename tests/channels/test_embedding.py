"""What another site may do with the chat, and what it may not."""

from __future__ import annotations

import gzip
import uuid

import pytest
import requests

from bot.channels.web.origins import Origins
from bot.channels.web.ways import Way, ways
from bot.channels.web.widget import script
from tests.channels.conftest import Site

API = "/api/channels/web"
FRIEND = "https://www.mission.example"
CROSS = {"Sec-Fetch-Site": "cross-site"}


@pytest.fixture
def environment() -> dict[str, str]:
    return {"RELAIS_WEB_ORIGINS": f"{FRIEND}, https://other.example"}


def test_the_script_stays_small() -> None:
    assert len(gzip.compress(script(), 9)) < 15_000


def test_the_script_is_one_piece_that_may_be_loaded_from_anywhere(site: Site) -> None:
    answer = requests.get(f"{site.url}/widget.js", timeout=60)
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.content == script()
    again = requests.get(
        f"{site.url}/widget.js", headers={"If-None-Match": answer.headers["etag"]}, timeout=60
    )
    assert again.status_code == 304
    assert "innerHTML" not in answer.text
    assert "eval(" not in answer.text


def test_the_words_follow_the_page_then_the_browser(site: Site) -> None:
    words = requests.get(f"{site.url}{API}/words?language=ar-MA", timeout=60).json()
    assert (words["language"], words["direction"], words["ways"]) == ("ar", "rtl", [])
    assert words["words"]["open"] == "ar:widget.open"
    headers = {"Accept-Language": "en"}
    assert (
        requests.get(f"{site.url}{API}/words?language=zz", headers=headers, timeout=60).json()["language"]
        == "en"
    )


def test_a_site_of_the_list_talks_with_a_bearer_and_gets_no_cookie(site: Site) -> None:
    headers = {**CROSS, "Origin": FRIEND}
    opened = requests.post(f"{site.url}{API}/sessions", json={}, headers=headers, timeout=60)
    assert opened.status_code == 201
    assert "set-cookie" not in opened.headers
    assert opened.headers["access-control-allow-origin"] == FRIEND
    assert "access-control-allow-credentials" not in opened.headers
    headers["Authorization"] = f"Bearer {opened.json()['token']}"
    said = {"id": str(uuid.uuid4()), "text": "bonjour à vous tous"}
    assert (
        requests.post(f"{site.url}{API}/messages", json=said, headers=headers, timeout=60).status_code == 202
    )


def test_the_cookie_of_our_own_page_is_worth_nothing_from_another_site(site: Site) -> None:
    session = site.open()
    said = {"id": str(uuid.uuid4()), "text": "bonjour à vous tous"}
    headers = {"Sec-Fetch-Site": "same-site", "Origin": FRIEND}
    assert (
        session.post(f"{site.url}{API}/messages", json=said, headers=headers, timeout=60).status_code == 401
    )
    assert session.get(f"{site.url}{API}/history", headers=headers, timeout=60).status_code == 401


STRANGERS = [
    ("not on the list", {**CROSS, "Origin": "https://evil.example"}),
    ("a part of a name", {**CROSS, "Origin": f"{FRIEND}.evil.example"}),
    ("another scheme", {**CROSS, "Origin": FRIEND.replace("https", "http")}),
    ("no origin", CROSS),
    ("null origin", {**CROSS, "Origin": "null"}),
    ("an older browser", {"Origin": "https://evil.example"}),
]


@pytest.mark.parametrize(("label", "headers"), STRANGERS, ids=[row[0] for row in STRANGERS])
def test_a_stranger_opens_nothing(site: Site, label: str, headers: dict[str, str]) -> None:
    answer = requests.post(f"{site.url}{API}/sessions", json={}, headers=headers, timeout=60)
    assert answer.status_code == 403
    assert "access-control-allow-origin" not in answer.headers


def test_preflights_are_answered_for_the_api_alone(site: Site) -> None:
    asking = {
        "Origin": FRIEND,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    granted = requests.options(f"{site.url}{API}/messages", headers=asking, timeout=60)
    assert granted.status_code == 200
    assert granted.headers["access-control-allow-origin"] == FRIEND
    elsewhere = requests.options(f"{site.url}/chat", headers=asking, timeout=60)
    assert "access-control-allow-origin" not in elsewhere.headers
    stranger = requests.options(
        f"{site.url}{API}/messages", headers={**asking, "Origin": "https://evil.example"}, timeout=60
    )
    assert "access-control-allow-origin" not in stranger.headers


@pytest.mark.parametrize("listed", ["www.mission.example", "*", "https://a.example/page", "ftp://a.example"])
def test_a_setting_that_names_no_origin_is_refused(listed: str) -> None:
    with pytest.raises(ValueError, match="not an origin"):
        Origins(listed)


WAYS = [
    ("none", "", "", []),
    ("telegram", "@relais_bot", "", ["https://t.me/relais_bot?start=ABCD2345"]),
    ("number", "", "+33600000000", ["sms:+33600000000?body=ABCD2345"]),
    ("a sender's name takes no answer", "", "RELAIS", []),
]


@pytest.mark.parametrize(("label", "telegram", "sms", "links"), WAYS, ids=[row[0] for row in WAYS])
def test_ways(label: str, telegram: str, sms: str, links: list[str]) -> None:
    assert [way.link("ABCD2345") for way in ways(telegram, sms)] == links


def test_a_link_holds_nothing_but_the_code() -> None:
    assert Way("telegram", "a/b").link("A&B") == "https://t.me/a%2Fb?start=A%26B"
