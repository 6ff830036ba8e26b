from __future__ import annotations

import gettext
import io
import shutil
from pathlib import Path

import pytest
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.speech import Speech, po
from bot.speech.catalogue import CatalogueError, Plural, load


@pytest.mark.parametrize("language", ["en", "ar", "uk"])
def test_out_and_in_again_is_the_same(speech: Speech, language: str, tmp_path: Path) -> None:
    formats = speech.formats[language]
    entries = po.read(po.export(speech.catalogues, language, formats), speech.catalogues, formats)
    about = po.header(formats, "a translator", False, "2026-11-22")
    written = po.save(tmp_path, language, entries, speech.catalogues, about)
    assert f"codes.{language}.yml" in {path.name for path in written}
    again = load(tmp_path)[language].entries
    known = speech.catalogues[language].entries
    assert {key: entry for key, entry in known.items() if key in speech.catalogues["fr"].entries} == again


@pytest.mark.parametrize("language", ["en", "ar", "uk", "ro", "tr"])
def test_gettext_counts_as_we_do(speech: Speech, language: str) -> None:
    formats = speech.formats[language]
    catalog = read_po(io.BytesIO(po.export(speech.catalogues, language, formats).encode()))
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    translations = gettext.GNUTranslations(compiled)
    days = speech.catalogues[language].entries["unit.days"].variants["text"]
    assert isinstance(days, Plural)
    for number in [*range(130), 1000]:
        said = translations.npgettext("unit.days", "{number} jour", "{number} jours", number)
        assert said == days.forms[formats.plural(number)], number


def test_a_new_language_starts_empty(speech: Speech) -> None:
    french_only = {"fr": speech.catalogues["fr"]}
    content = po.export(french_only, "ar", speech.formats["ar"])
    assert "nplurals=6" in content
    assert po.read(content, french_only, speech.formats["ar"]) == {}


def message(text: str, context: str = "word.none", before: str = "") -> str:
    head = 'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n\n'
    return f'{head}{before}msgctxt "{context}"\nmsgid "aucun"\nmsgstr "{text}"\n'


def test_doubtful_translations_are_left_out(speech: Speech) -> None:
    english = speech.formats["en"]
    assert po.read(message("none"), speech.catalogues, english) == {"word.none": "none"}
    assert po.read(message("none", before="#, fuzzy\n"), speech.catalogues, english) == {}
    assert po.read(message("none", context="word.none#sms"), speech.catalogues, english) == {}


@pytest.mark.parametrize(
    ("content", "reason"),
    [(message("x", context="no.such"), "not a French key"), (message("none {0}"), "brace")],
    ids=["unknown key", "a format"],
)
def test_refused(speech: Speech, content: str, reason: str) -> None:
    with pytest.raises(CatalogueError, match=reason):
        po.read(content, speech.catalogues, speech.formats["en"])


def test_saving_keeps_other_languages(speech: Speech, data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "catalogues"
    shutil.copytree(data / "catalogues", folder)
    about = po.header(speech.formats["en"], "somebody", True, "2026-11-22")
    po.save(folder, "en", {"word.none": "nothing"}, speech.catalogues, about)
    after = load(folder)
    assert after["fr"].entries == speech.catalogues["fr"].entries
    assert after["en"].entries["word.none"].variants == {"text": "nothing"}
    assert after["en"].about["codes.en.yml"]["reviewed_by_native"] is True
