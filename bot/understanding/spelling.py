"""A message as one lexicon spells it: lists of spellings, particles glued to words, slips of the finger mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bot.understanding.index import REMEMBERED
from bot.understanding.lexicon import Lexicon
from bot.understanding.script import script_of
from bot.understanding.stream import Stream
from bot.understanding.text import BORDER, Token, split_digits
from bot.understanding.vocabulary import TWICE

MAX_TOKENS = 500  # bounds the work on pasted documents
MAX_GLUED = 2  # particles before one word: « وبالسيارة »
LEAST_GLUED = 4


def read_stream(raw: Sequence[Token], lexicon: Lexicon, known: frozenset[str] = frozenset()) -> Stream:
    """The stream of a message's raw tokens for one lexicon.

    Spelling lists see whole chunks; glued particles are split off words that are then known; words of
    six letters or more one slip away from the lexicon's vocabulary are read as the word meant. `known`
    holds words never to mend (names of places).
    """
    out: list[Token] = []
    for rank, chunk in enumerate(raw):
        if len(out) >= MAX_TOKENS:
            break
        text, start, end = chunk
        follows = raw[rank + 1].text if rank + 1 < len(raw) else ""
        inside = lexicon.script != "latin" and rank and follows in known and raw[rank - 1].text in known
        if inside and script_of(text) == "latin":  # « la » of « Saint-Pierre-la-Cour » is no « لا »
            out.append(chunk)
            continue
        parts = spelt(chunk, lexicon, known)
        if not parts or (len(parts) > 1 and parts[0].text == text and parts[1].text == follows):
            out.append(chunk)  # « c'est » is written out already
        elif len(parts) == 1:
            out.append(Token(parts[0].text, start, end))
        else:
            out.extend(Token(part.text, start + part.start, start + part.end) for part in parts)
    out = lexicon.numerals.composed(out)
    borders = lexicon.borders
    if not any(token.text in borders for token in out):
        return Stream(out, lexicon.sparing)
    parted: list[Token] = []
    for rank, token in enumerate(out):
        if parted and parted[-1].text != BORDER and _begins_clause(out, rank, borders):
            parted.append(Token(BORDER, token.start, token.start))
        parted.append(token)
    return Stream(parted, lexicon.sparing)


def _begins_clause(tokens: Sequence[Token], rank: int, borders: Mapping[str, tuple[str, ...]]) -> bool:
    seconds = borders.get(tokens[rank].text)
    if not seconds:
        return seconds is not None
    return rank + 1 < len(tokens) and tokens[rank + 1].text in seconds


def spelt(chunk: Token, lexicon: Lexicon, known: frozenset[str]) -> tuple[Token, ...]:
    """One chunk as the lexicon spells it, remembered; spans are relative to the chunk. Empty: as it stands."""
    key = met_as(chunk)
    parts = lexicon.memory.get(key)
    if parts is None:
        whole = Token(chunk.text, 0, chunk.end - chunk.start)
        parts = tuple(_parts(whole, lexicon, known))
        if parts == (whole,):
            parts = ()
        if len(lexicon.memory) >= REMEMBERED:
            lexicon.memory.clear()
        lexicon.memory[key] = parts
    return parts


def met_as(chunk: Token) -> str | tuple[str, int]:
    """What a chunk is remembered by: its text, and its length in the message where that differs."""
    text, start, end = chunk
    return text if len(text) == end - start else (text, end - start)


def _parts(chunk: Token, lexicon: Lexicon, known: frozenset[str]) -> Iterator[Token]:
    """One chunk as the lexicon spells it; spans are relative to the chunk."""
    spelled = lexicon.spelling.get(chunk.text)
    if spelled is not None:
        yield from (Token(word, chunk.start, chunk.end) for word in spelled)
        return
    for token in split_digits(chunk):
        word = token.text
        spelled = lexicon.spelling.get(word)
        if spelled is not None:
            yield from (Token(part, token.start, token.end) for part in spelled)
        elif word in known or not word.isalpha() or lexicon.knows(word) or word in lexicon.foreign:
            yield token
        else:
            yield from _mended(token, lexicon, known)


def _mended(token: Token, lexicon: Lexicon, known: frozenset[str]) -> list[Token]:
    word, vocabulary = token.text, lexicon.vocabulary
    size = token.end - token.start
    if (glued := _unglued(word, lexicon, known)) is not None:
        head, rest = glued
        cut = token.start + min(len(word) - len(rest), size)
        parts = lexicon.spelling.get(rest, (rest,))
        return [
            *(Token(part, token.start, cut) for part in head),
            *(Token(part, cut, token.end) for part in parts),
        ]
    for suffix, spelt in lexicon.suffixes:
        rest = word[: -len(suffix)]
        if word.endswith(suffix) and len(rest) >= 3 and (lexicon.knows(rest) or rest in known):
            cut = token.end - min(len(suffix), size)
            parts = lexicon.spelling.get(rest, (rest,))
            return [*(Token(part, token.start, cut) for part in parts), Token(spelt, cut, token.end)]
    squeezed = TWICE.sub(r"\1", word)
    if squeezed != word and squeezed in vocabulary:
        return [token._replace(text=squeezed)]
    if (doubled := lexicon.doubled.get(word)) is not None:
        return [token._replace(text=doubled)]
    if (meant := lexicon.heard_as(word)) is not None:
        return [token._replace(text=meant)]
    for prefix, spelt in lexicon.prefixes:
        rest = word[len(prefix) :]
        if word.startswith(prefix) and (meant := lexicon.heard_as(rest)) is not None:
            cut = token.start + min(len(prefix), size)
            return [Token(spelt, token.start, cut), Token(meant, cut, token.end)]
    meant = lexicon.one_slip_from(word)
    return [token if meant is None else token._replace(text=meant)]


def _unglued(
    word: str, lexicon: Lexicon, known: frozenset[str], deep: int = MAX_GLUED
) -> tuple[list[str], str] | None:
    """The particles glued before a known word, as patterns spell them, and that word: the longest one known."""
    for prefix, spelt in reversed(lexicon.prefixes):
        rest = word[len(prefix) :]
        if word.startswith(prefix) and len(rest) >= 2 and (lexicon.knows(rest) or rest in known):
            return [spelt] if spelt else [], rest
    if deep > 1:
        for prefix, spelt in reversed(lexicon.prefixes):
            rest = word[len(prefix) :]
            if word.startswith(prefix) and len(rest) >= LEAST_GLUED:
                inner = _unglued(rest, lexicon, known, deep - 1)
                if inner is not None:
                    return [*([spelt] if spelt else []), *inner[0]], inner[1]
    return None
