"""What a catalogue must satisfy, as functions that name each fault: for tests and for translators.

Each returns sentences « key: what is wrong », empty when all is well.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.speech.catalogue import PLACEHOLDER, Catalogue, Entry, Plural, placeholders, texts
from bot.speech.formats import Formats
from bot.speech.gsm7 import Alphabet
from bot.speech.pieces import Loss, Piece
from bot.yaml_text import yaml_loads

PLAIN_WORDS = 15
ABOUT = ("language", "name", "direction", "translated_by", "reviewed_by_native", "date")
_SENTENCE = re.compile(r"[.!?…؟۔።፧:;\n]+(?:\s|$)")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LATIN = re.compile(r"[A-Za-zÀ-ÖØ-öø-ÿŒœ]{2,}")
_ADDRESS = re.compile(r"https?://\S+|\S+@\S+")


@dataclass(frozen=True)
class Kept:
    """What stays French in every language: `data/speech/untranslated.yml`."""

    words: tuple[str, ...]
    keys: tuple[str, ...]
    telling: frozenset[str]
    """Words that only French has among our languages: where one stands, French was left."""

    @classmethod
    def load(cls, path: Path) -> Kept:
        """Read the keep-list."""
        content = yaml_loads(path.read_text(encoding="utf-8"))
        longest_first = tuple(sorted(content["words"], key=len, reverse=True))
        return cls(longest_first, tuple(content["keys"]), frozenset(content["telling"]))

    def without(self, text: str) -> str:
        """The text without placeholders, addresses and the words that stay."""
        text = _ADDRESS.sub(" ", PLACEHOLDER.sub(" ", text))
        for word in self.words:
            text = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", text, flags=re.IGNORECASE)
        return text

    def exempt(self, key: str) -> bool:
        """Whether the key's text is meant to hold French (a message ready for an employer)."""
        return any(key == kept or key.startswith(f"{kept}.") for kept in self.keys)


def strings(entry: Entry) -> Iterator[str]:
    """Every string of an entry, all variants and plural forms."""
    for text in entry.variants.values():
        for _, string in texts(text):
            yield string


def about(catalogue: Catalogue, formats: Formats) -> list[str]:
    """Each file says who translated it and whether a native speaker read it; its direction is the language's."""
    faults = []
    for name, said in catalogue.about.items():
        absent = [field for field in ABOUT if said.get(field) in (None, "")]
        if absent:
            faults.append(f"{name}: _about lacks {', '.join(absent)}")
        if said.get("direction") != formats.direction:
            faults.append(f"{name}: the direction is {formats.direction}")
        if not isinstance(said.get("reviewed_by_native"), bool):
            faults.append(f"{name}: reviewed_by_native is true or false")
    return faults


def keys(reference: Catalogue, catalogue: Catalogue) -> list[str]:
    """The same keys as French, and plurals where French has them."""
    faults = [f"{key}: missing" for key in sorted(set(reference.entries) - set(catalogue.entries))]
    faults += [f"{key}: not a French key" for key in sorted(set(catalogue.entries) - set(reference.entries))]
    return faults


def same_placeholders(reference: Catalogue, catalogue: Catalogue) -> list[str]:
    """Each entry uses the values that the French one uses: none lost, none that nobody gives."""
    faults = []
    for key, entry in catalogue.entries.items():
        known = reference.entries.get(key)
        if known is None:
            continue
        expected, used = known.placeholders(), entry.placeholders()
        if used != expected:
            faults.append(f"{key}: uses {sorted(used)}, French uses {sorted(expected)}")
        main, french = placeholders(entry.variants["text"]), placeholders(known.variants["text"])
        if main != french:
            faults.append(f"{key}: its text uses {sorted(main)}, the French text {sorted(french)}")
    return faults


def plurals(catalogue: Catalogue, formats: Formats) -> list[str]:
    """Each plural has every form that counting in this language needs, and no form it does not have."""
    needed = formats.categories()
    possible = frozenset(formats.locale.plural_form.tags) | {"other"}
    faults = []
    for key, entry in catalogue.entries.items():
        for variant, text in entry.variants.items():
            if isinstance(text, Plural):
                lacking, foreign = needed - set(text.forms), set(text.forms) - possible
                if lacking or foreign:
                    faults.append(
                        f"{key} ({variant}): lacks {sorted(lacking)}, has no use for {sorted(foreign)}"
                    )
    return faults


def french_left(reference: Catalogue, catalogue: Catalogue, kept: Kept) -> list[str]:
    """No French inside another language but the words that stay.

    Where the language has its own script, any Latin word is suspect; among Latin scripts, a text equal
    to the French one over two words or more, or a word that only French has.
    """
    own_script = not _latin_script(catalogue)
    faults = []
    for key, entry in catalogue.entries.items():
        if kept.exempt(key):
            continue
        french = set(strings(reference.entries[key])) if key in reference.entries else set()
        for string in strings(entry):
            rest = kept.without(string)
            found = _LATIN.findall(rest)
            if own_script:
                suspects = found
            else:
                suspects = [word for word in _WORD.findall(rest) if word.lower() in kept.telling]
                if string in french and len(found) > 1:
                    suspects.append("the French text itself")
            if suspects:
                faults.append(f"{key}: {', '.join(suspects)}")
    return faults


def plain_sentences(catalogue: Catalogue) -> list[str]:
    """Sentences of plain variants have at most fifteen words; a value counts as one."""
    faults = []
    for key, entry in catalogue.entries.items():
        if "plain" not in entry.variants:
            continue
        for _, string in texts(entry.variants["plain"]):
            for sentence in _SENTENCE.split(string):
                count = len(_WORD.findall(PLACEHOLDER.sub("value", sentence)))
                if count > PLAIN_WORDS:
                    faults.append(f"{key}: {count} words in « {sentence} »")
    return faults


def sms_length(
    catalogue: Catalogue, alphabet: Alphabet, limits: Mapping[str, int], sample: str = "Saint-Nazaire"
) -> list[str]:
    """What an SMS says takes no more segments than its kind allows; values are measured as `sample`.

    `limits` gives the most segments by first word of the key (`ask`: 2).
    """
    faults = []
    for key, entry in catalogue.entries.items():
        limit = limits.get(key.partition(".")[0])
        if limit is None:
            continue
        for _, string in texts(entry.choose("sms", plain=False)):
            count = alphabet.segments(alphabet.shortened(_measured(string, sample)))
            if count > limit:
                faults.append(f"{key}: {count} segments in SMS, {limit} at most")
    return faults


def _measured(string: str, sample: str) -> list[Piece]:
    parts = PLACEHOLDER.split(string)
    return [Piece(sample, Loss.NONE) if index % 2 else Piece(part) for index, part in enumerate(parts)]


def _latin_script(catalogue: Catalogue) -> bool:
    text = "".join(
        PLACEHOLDER.sub("", string) for entry in catalogue.entries.values() for string in strings(entry)
    )
    letters = [character for character in text if character.isalpha()]
    return 2 * sum(character.isascii() for character in letters) > len(letters)
