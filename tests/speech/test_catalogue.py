from __future__ import annotations

from pathlib import Path

import pytest

from bot.speech.catalogue import CatalogueError, Plural, load

ABOUT = "_about: {language: fr}\n"

REFUSED = [
    ("key twice in a file", {"fr.yml": ABOUT + "a: x\na: y\n"}, "given twice"),
    (
        "key twice in two files",
        {"fr.yml": ABOUT + "a: x\n", "codes.fr.yml": ABOUT + "a: x\n"},
        "another file",
    ),
    ("no _about", {"fr.yml": "a: x\n"}, "_about"),
    ("another language", {"en.yml": ABOUT + "a: x\n"}, "another language"),
    ("a file of no language", {"french.yml": ABOUT}, "not named"),
    ("unknown variant", {"fr.yml": ABOUT + "a: {text: x, email: y}\n"}, "variants are"),
    ("no main text", {"fr.yml": ABOUT + "a: {sms: x}\n"}, "text is required"),
    ("empty text", {"fr.yml": ABOUT + "a: ''\n"}, "empty"),
    ("a number", {"fr.yml": ABOUT + "a: 12\n"}, "neither"),
    ("a list", {"fr.yml": ABOUT + "a: [x]\n"}, "neither"),
    ("unknown plural form", {"fr.yml": ABOUT + "a: {other: x, dual: y}\n"}, "plural forms"),
    ("a stray brace", {"fr.yml": ABOUT + "a: 'x {y'\n"}, "brace"),
    ("a format", {"fr.yml": ABOUT + "a: 'x {0.real!r}'\n"}, "brace"),
    ("a key with spaces", {"fr.yml": ABOUT + "a b: x\n"}, "lower-case"),
    ("not YAML", {"fr.yml": "a: [\n"}, "fr.yml"),
    ("a YAML tag", {"fr.yml": ABOUT + "a: !!python/name:os.system x\n"}, "fr.yml"),
]


@pytest.mark.parametrize(
    ("files", "reason"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_refused(tmp_path: Path, files: dict[str, str], reason: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueError, match=reason):
        load(tmp_path)


def test_files_of_a_language_are_one_catalogue(tmp_path: Path) -> None:
    (tmp_path / "fr.yml").write_text(ABOUT + "yes: oui\nno: 'Non, {name}'\n", encoding="utf-8")
    (tmp_path / "codes.fr.yml").write_text(
        ABOUT + "n: {one: '{c} jour', other: '{c} jours', on: c}\nv: {text: t, sms: {other: 's', on: d}}\n",
        encoding="utf-8",
    )
    french = load(tmp_path)["fr"]
    assert set(french.entries) == {"yes", "no", "n", "v"}
    assert french.parts == {"yes": "", "no": "", "n": "codes", "v": "codes"}
    assert french.entries["yes"].variants["text"] == "oui"
    assert french.entries["no"].placeholders() == {"name"}
    assert french.entries["n"].variants["text"] == Plural({"one": "{c} jour", "other": "{c} jours"}, "c")
    assert french.entries["v"].placeholders() == {"d"}
