"""Cuts a message into words with a spaCy blank pipeline, over folded text, and finds their way back."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable

import spacy
from spacy.tokenizer import Tokenizer  # type: ignore[import-not-found]  # compiled, without stubs
from spacy.vocab import Vocab

from bot.understanding.text import BORDER, SIGNS, Letters, Token

# Strings that spaCy may hold before its vocabulary is thrown away. It keeps each new string for ever: that is
# memory, and the words of people. A message brings ten or so: a few hundred messages, then all are forgotten.
MAX_STRINGS = 4_000

_SIGN = f"[{re.escape(SIGNS)}]"
_RUN = f"{_SIGN}+"  # a run of signs is one token: five thousand of them cost no more than one
_CURRENCY = "[$€£¥₴₽₺₵₦﷼¤฿₫₹]"
_PREFIX = re.compile(f"^(?:{_RUN}|{_CURRENCY})")
# The look-behind keeps the search linear where a long run of signs does not end the chunk.
_SUFFIX = re.compile(f"(?:(?<!{_SIGN}){_RUN}|{_CURRENCY})$")
_INFIX = re.compile(rf"{_RUN}|{_CURRENCY}|(?<=[0-9])(?=[^\W\d_])|(?<=[^\W\d_])(?=[0-9])")


class Tokeniser:
    """Words, numbers and borders of messages. Safe to share between threads.

    `whole` are folded words that hold both letters and digits and are not to be cut (« 2main », « 3andi »).
    """

    def __init__(self, letters: Letters, whole: Iterable[str] = ()) -> None:
        self.letters = letters
        self._whole = frozenset(
            word for word in whole if word.isalnum() and not (word.isalpha() or word.isdigit())
        )
        self._lock = threading.Lock()
        self._pipeline = spacy.blank("xx")
        self._forget()

    def tokens(self, text: str) -> list[Token]:
        """Words, numbers, currency signs and borders, in order; spans count characters of `text`.

        Numbers are parted from the letters they touch (« demain9h » → « demain », « 9 », « h »). Signs between
        two digits (« 9:30 », « 2/12 ») are tokens; elsewhere they are borders or nothing.
        """
        folded = self.letters.spread(text)
        with self._lock:
            if self.remembered > MAX_STRINGS:
                self._forget()
            words = [(word.text, word.idx) for word in self._pipeline.make_doc(folded.text)]
        out: list[Token] = []
        for word, at in words:
            if word.isalnum():
                start, end = folded.span(at, at + len(word))
                out.append(Token(word, start, end))
            elif not word.isspace():
                sign = _sign(word, folded.text, at)
                if sign:
                    start, end = folded.span(at, at + len(word))
                    out.append(Token(sign, start, end))
        return _thousands(out, text)

    @property
    def remembered(self) -> int:
        """How many strings spaCy holds at the moment."""
        return len(self._vocab.strings)

    def _forget(self) -> None:
        """A new vocabulary and a new tokenizer (0.6 ms): whatever was typed until now is gone from memory."""
        self._vocab = Vocab()
        self._pipeline.tokenizer = Tokenizer(
            self._vocab,
            prefix_search=_PREFIX.search,
            suffix_search=_SUFFIX.search,
            infix_finditer=_INFIX.finditer,
            token_match=self._whole.__contains__,
        )


def _thousands(tokens: list[Token], text: str) -> list[Token]:
    """« 1 020 », « 1.300 » are one number: one or two figures, then three. « 0 641 » is part of a telephone number."""
    out: list[Token] = []
    for token in tokens:
        before = out[-1] if out else None
        point = before is not None and before.text == "." and len(out) > 1
        head = out[-2] if point else before
        if head is not None and _three(token.text) and _leading(head.text, out[: -2 if point else -1]):
            between = text[head.end : token.start]
            if between == "." or (len(between) == 1 and between.isspace()):
                del out[-2 if point else -1 :]
                token = Token(head.text + token.text, head.start, token.end)
        out.append(token)
    return out


def _three(word: str) -> bool:
    return len(word) == 3 and word.isdigit()


def _leading(word: str, before: list[Token]) -> bool:
    if not (word.isdigit() and len(word) <= 2 and word[0] != "0"):
        return False
    return not (before and before[-1].text.isdigit())


def _sign(word: str, text: str, at: int) -> str:
    """What a token that is no word stands for: itself between digits, a border, or nothing."""
    if word[0] not in SIGNS:
        return word
    end = at + len(word)
    if len(word) == 1 and at and text[at - 1].isdigit() and text[end : end + 1].isdigit() and word in ".,:/-":
        return word
    return "" if all(sign in "/-" for sign in word) else BORDER
