"""Catalogues to gettext PO and back, for Weblate, Poedit and other translators' tools.

One message a variant: `msgctxt` is the key (`ask.origin`, or `ask.origin#sms` for the SMS variant),
`msgid` the French text, plurals in the forms that counting needs in the language.
"""

from __future__ import annotations

import io
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po, write_po
from babel.plural import to_gettext

from bot.speech.catalogue import CATEGORIES, REFERENCE, Catalogue, CatalogueError, Plural, Text, entry
from bot.speech.formats import Formats

Entries = dict[str, Any]
"""Entries as a catalogue file spells them: a text, or a mapping of variants or plural forms."""


def export(catalogues: Mapping[str, Catalogue], language: str, formats: Formats) -> str:
    """The PO file of a language: every French text with its translation, empty where there is none."""
    forms = _forms(formats)
    po = Catalog(locale=str(formats.locale), project="Relais", fuzzy=False)
    po.mime_headers = [*po.mime_headers, ("Plural-Forms", to_gettext(formats.locale.plural_form))]
    translated = catalogues[language].entries if language in catalogues else {}
    for key, french in catalogues[REFERENCE].entries.items():
        known = translated[key].variants if key in translated else {}
        for variant in dict.fromkeys((*french.variants, *known)):
            source = french.variants.get(variant, french.variants["text"])
            po.add(
                _identity(source), _strings(known.get(variant), source, forms), context=_context(key, variant)
            )
    out = io.BytesIO()
    write_po(out, po, width=0)
    return out.getvalue().decode("utf-8")


def read(content: str, catalogues: Mapping[str, Catalogue], formats: Formats) -> Entries:
    """The translated entries of a PO file, in the order of the French keys.

    Untranslated and doubtful (fuzzy) messages are left out, and so is an entry whose main text is.
    Raises `CatalogueError` for a key French does not have or a text that is no catalogue's.
    """
    forms = _forms(formats)
    po = read_po(io.BytesIO(content.encode("utf-8")))
    reference = catalogues[REFERENCE].entries
    found: dict[str, dict[str, Any]] = {}
    for message in po:
        if not message.id or message.fuzzy or not message.string:
            continue
        key, _, variant = str(message.context).partition("#")
        if key not in reference:
            raise CatalogueError(f"{message.context}: not a French key")
        source = reference[key].variants.get(variant or "text", reference[key].variants["text"])
        text = _text(message.string, source, forms)
        if text:
            found.setdefault(key, {})[variant or "text"] = text
    entries: Entries = {}
    for key in reference:
        if "text" in found.get(key, {}):
            variants = found[key]
            entries[key] = variants if len(variants) > 1 else variants["text"]
            entry(f"PO: {key}", key, entries[key])
    return entries


def save(
    folder: Path,
    language: str,
    entries: Entries,
    catalogues: Mapping[str, Catalogue],
    about: Mapping[str, Any],
) -> list[Path]:
    """Write the entries of a language, one file for each French file, and return the files' paths.

    `about` becomes the `_about` of each. Whole files are replaced: what `entries` lacks is gone.
    """
    parts: dict[str, Entries] = {}
    for key, value in entries.items():
        parts.setdefault(catalogues[REFERENCE].parts[key], {})[key] = value
    written = []
    for part, content in parts.items():
        path = folder / (f"{part}.{language}.yml" if part else f"{language}.yml")
        path.write_text(
            "".join(
                yaml.safe_dump(
                    chunk, allow_unicode=True, sort_keys=False, width=1000, default_flow_style=False
                )
                for chunk in ({"_about": {**about, "language": language}}, content)
            ),
            encoding="utf-8",
        )
        written.append(path)
    return written


def header(formats: Formats, translated_by: str, reviewed_by_native: bool, date: str) -> dict[str, Any]:
    """The `_about` of an imported catalogue."""
    return {
        "name": formats.name,
        "direction": formats.direction,
        "translated_by": textwrap.shorten(translated_by, 200),
        "reviewed_by_native": reviewed_by_native,
        "date": date,
    }


def _forms(formats: Formats) -> tuple[str, ...]:
    """Plural categories in the order of gettext's indexes, as `to_gettext` numbers them."""
    tags = formats.locale.plural_form.tags | {"other"}
    return tuple(category for category in CATEGORIES if category in tags)


def _context(key: str, variant: str) -> str:
    return key if variant == "text" else f"{key}#{variant}"


def _identity(source: Text) -> str | tuple[str, str]:
    if isinstance(source, str):
        return source
    return source.forms.get("one", source.forms["other"]), source.forms["other"]


def _strings(text: Text | None, source: Text, forms: tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(source, str):
        return text if isinstance(text, str) else ""
    if text is None:
        return tuple("" for _ in forms)
    known = text.forms if isinstance(text, Plural) else {"other": text}
    return tuple(known.get(form, "") for form in forms)


def _text(string: str | Sequence[str], source: Text, forms: tuple[str, ...]) -> str | dict[str, str] | None:
    """The text as a catalogue file spells it; None when a plural lacks its `other` form."""
    if isinstance(source, str):
        return string if isinstance(string, str) else string[0]
    given = (string,) if isinstance(string, str) else tuple(string)
    plural = {form: text for form, text in zip(forms, given, strict=False) if text}
    return {**plural, "on": source.on} if "other" in plural else None
