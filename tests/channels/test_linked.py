from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.linked import parts

CASES = [
    ("plain", "rien ici", False, []),
    ("https", "voir https://a.fr/b?c=1.", False, ["https://a.fr/b?c=1"]),
    ("http is not followed", "voir http://a.fr", False, []),
    ("script is not followed", "javascript:alert(1) data:text/html,x", False, []),
    ("phone", "appelez 02 41 48 21 21 vite", False, ["tel:+33241482121"]),
    ("mail", "écrire à a.b@c.fr", False, ["mailto:a.b@c.fr"]),
    ("short numbers only in danger", "le 3114 ou le 15", False, []),
    ("danger", "le 3114 ou le 15", True, ["tel:3114", "tel:15"]),
    ("quote ends a link", 'https://a.fr/"onclick=1', False, ["https://a.fr/"]),
]


@pytest.mark.parametrize(("label", "text", "danger", "links"), CASES, ids=[row[0] for row in CASES])
def test_links(label: str, text: str, danger: bool, links: list[str]) -> None:
    assert [part.href for part in parts(text, danger=danger) if part.href] == links


@given(st.text(), st.booleans())
def test_parts_give_the_text_back_and_lead_only_to_safe_schemes(text: str, danger: bool) -> None:
    found = parts(text, danger=danger)
    assert "".join(part.text for part in found) == text
    assert all((part.href or "tel:").startswith(("https:", "tel:", "mailto:")) for part in found)
