"""Directory text made ready for reading: folded letter for letter, cut into sentences, exact words kept."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.tamis.shortened import Shortened

SENTENCE = 1_200  # a longer run of words without a stop is read in pieces
LIMIT = 20_000  # characters of one field that are read; the schema allows 10,000

_TAG = re.compile(r"<(/?)(br|p|li|ul|ol|div|h\d|tr|td)?\b[^<>\n]{0,200}/?>", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-fA-F]{1,5}|[A-Za-z]{2,10});")
_MARKS = str.maketrans(
    {"’": "'", "‘": "'", "`": "'", "´": "'", "ʼ": "'", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-"}
    | {
        "«": '"',
        "»": '"',
        "“": '"',
        "”": '"',
        "•": "\n",
        "●": "\n",
        "▪": "\n",
        "‣": "\n",
        "➢": "\n",
        "✓": "\n",
    }
    | {"►": "\n", "✔": "\n", "✅": "\n", "→": "\n", "·": ".", "⋅": "."}
)
_BULLET = re.compile(
    r"(?:(?<=\n)|^)[ \t]*(?:[-*+>#]+(?! ?d[e'] ?\d)|\d{1,2}[.)]|[a-z]\))[ \t]+|(?<=[:;.]) +- +(?=[a-z])"
)
# « DE » is a jobseeker only in capitals and alone; « ðe » keeps it apart from the preposition.
_JOBSEEKER = re.compile(
    r"(?:(?<=^)|(?<=[\n,/(:;•-])|(?<=[,/(:;•-] )|(?<=[a-z] ))DE(?=\s*[,/);:.+&\n]|\s*$|\s+[a-z])"
)
_INLINE_LIST = re.compile(r"(?<=[a-z)]) - (?=[a-z])")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A piece of a field: the words as written, and folded to plain lower-case letters, short words in full."""

    written: str
    folded: str
    line: int = field(default=0, compare=False)

    def words(self) -> str:
        """The exact words, spaces made single."""
        return " ".join(self.written.split()).strip(" ,;:-.")


def plain(value: Any) -> str:
    """The text of a field whatever was put there: lists are joined, markup and entities undone."""
    if value is None:
        return ""
    if isinstance(value, str):
        text = value[:LIMIT]
    elif isinstance(value, list | tuple | set):
        text = "\n".join(plain(item) for item in value)[:LIMIT]
    elif isinstance(value, dict):
        text = "\n".join(plain(item) for item in value.values())[:LIMIT]
    else:
        text = str(value)
    if "&" in text:
        text = _ENTITY.sub(lambda found: html.unescape(found[0]), text)
    if "<" in text:
        text = _TAG.sub(lambda found: "\n" if found[2] else " ", text)
    return unicodedata.normalize("NFC", text).replace("\r", "\n").replace("**", "").replace("__", "")


def fold(text: str) -> str:
    """Lower case, no accents, plain quotes and dashes; exactly one letter for one."""
    return text.translate(_FOLDED)


class _Letters(dict[int, str]):
    """Each letter folded when first met; `str.translate` then goes at the speed of C."""

    def __missing__(self, code: int) -> str:
        folded = self[code] = _letter(chr(code))
        return folded


_FOLDED = _Letters()


def _letter(letter: str) -> str:
    swapped = letter.translate(_MARKS)
    if swapped == "·":
        return "."
    if letter.isspace() and letter != "\n":
        return " "
    base = unicodedata.normalize("NFD", swapped)[:1].lower()
    return base if len(base) == 1 else letter


def sentences(value: Any, shortened: Shortened) -> Iterator[Sentence]:
    """The sentences and list items of a field; `line` counts the lines they stand on."""
    text = plain(value)
    if not text.strip():
        return
    # Single spaces: patterns then need no care for layout. Line ends are kept, they separate items.
    text = re.sub(r"[^\S\n]+", " ", text)
    folded = fold(_JOBSEEKER.sub("ðe", text))
    folded = _BULLET.sub(lambda found: "\n" * len(found[0]), folded)
    folded = shortened.settled(folded)
    start, line = 0, 0
    for found in [*shortened.breaks.finditer(folded), None]:
        end = found.start() if found else len(folded)
        for low, high in _pieces(folded, start, end):
            if folded[low:high].strip(" -*:.,"):
                yield Sentence(text[low:high], shortened.in_full(folded[low:high]), line)
        if found:
            line += "\n" in found[0]
            start = found.end()


def _pieces(folded: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > SENTENCE:
        cut = max(
            folded.rfind(",", start, start + SENTENCE),
            folded.rfind(" ", start + SENTENCE // 2, start + SENTENCE),
        )
        cut = cut if cut > start else start + SENTENCE
        yield start, cut
        start = cut
    yield start, end
