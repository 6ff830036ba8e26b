"""Every word a template or a code asks for is in the desk's catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.handover.desk import pages, scope, visit
from bot.handover.desk.accounts import ROLES
from bot.handover.life import Outcome, State
from bot.profile.codes import codes
from bot.yaml_text import yaml_loads
from tests.handover.conftest import DATA

WORDS = pages.desk_words(DATA)
TEMPLATES = sorted((pages.HERE / "templates").glob("*.html"))
SOURCES = sorted(pages.HERE.parent.rglob("*.py"))
ASKED = re.compile(r"""\bt\(["']([a-z_.]+)["'][,)]""")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_templates_hold_no_words_of_their_own_and_ask_for_known_ones(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert [key for key in ASKED.findall(text) if not WORDS.has(key)] == []
    bare = re.sub(r"\{[{%].*?[%}]\}|<[^>]*>", " ", text, flags=re.S)
    assert re.findall(r"[A-Za-zÀ-ÿ]{5,}", bare) == []


@pytest.mark.parametrize(
    ("group", "known"),
    [
        ("states", [state.value for state in State]),
        ("outcomes", [outcome.value for outcome in Outcome]),
        ("forms", codes("obstacles")),
        ("urgencies", codes("urgency")),
        ("roles", ROLES),
        ("refusals", visit.refusals(DATA)),
        ("phrases", [one["key"].removeprefix("phrase.") for one in visit.phrases(DATA)]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_code_has_words(group: str, known: list[str]) -> None:
    assert [code for code in known if not WORDS.has(f"{group}.{code}")] == []


def test_every_problem_and_audited_action_has_words() -> None:
    source = "\n".join(path.read_text(encoding="utf-8") for path in SOURCES)
    problems = re.findall(r'Problem\(\d+, "([a-z-]+)"', source) + re.findall(
        r'\bRefused(?:Error)?\("([a-z-]+)"', source
    )
    assert len(problems) > 20
    assert [code for code in problems if not WORDS.has(f"error.{code}")] == []
    actions = re.findall(r'visit\.note\("([a-z-]+)"', source) + re.findall(
        r'note\(session, [^,]+, "([a-z-]+)"', source
    )
    assert len(actions) > 8
    assert [code for code in actions if not WORDS.has(f"actions.{code}")] == []


def test_every_phrase_has_a_sentence_with_its_values() -> None:
    catalogue = yaml_loads((DATA / "catalogues" / "phrasebook.fr.yml").read_text(encoding="utf-8"))
    for one in visit.phrases(DATA):
        wanted = set(one["values"]) | ({"name"} if one.get("own_name") else set())
        assert set(re.findall(r"\{([a-z]+)\}", catalogue[one["key"]])) == wanted, one["key"]


def test_every_role_has_its_rights() -> None:
    assert set(scope.MAY) == set(ROLES)
