"""The language a message is written in: script, then letters, then lingua, or no answer rather than a guess."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from bot.understanding.lexicons import load_letters
from bot.understanding.places import Gazetteer
from bot.understanding.script import script_of
from bot.understanding.text import BORDER, Letters
from bot.understanding.tokeniser import Tokeniser
from bot.understanding.written import read_yaml

MAX_CHARS = 1000  # enough to tell a language


@dataclass(frozen=True)
class Guess:
    """A language (BCP 47) or None for no answer. `sure`: enough words and a clear margin."""

    language: str | None
    sure: bool


class LanguageDetector:
    """Tells a message's language among the twelve; names of places, numbers and links are left out."""

    def __init__(self, content: Mapping[str, Any], letters: Letters, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._least_words = int(content["least_words"])
        self._margin = float(content["margin"])
        self._scripts: Mapping[str, list[Mapping[str, Any]]] = content["scripts"]
        self._lingua = [str(code) for code in content["lingua"]]
        self._cyrillic = [str(code) for code in content["cyrillic"]]
        self._mixed = frozenset(letters.fold(str(w)) for w in content["romanised"])
        self._loans = frozenset(tuple(letters.fold(str(w)).split()) for w in content.get("loans") or ())
        self._longest_loan = max(map(len, self._loans), default=0)
        self._tokeniser = Tokeniser(letters, self._mixed)
        self._words: dict[str, set[str]] = {
            language: {letters.fold(str(w)) for w in words} for language, words in content["words"].items()
        }

    @classmethod
    def load(cls, data: Path, gazetteer: Gazetteer) -> LanguageDetector:
        """From data/lexicons/languages.yml. The statistical models are loaded at the first need."""
        return cls(read_yaml(data / "lexicons" / "languages.yml"), load_letters(data), gazetteer)

    def detect(self, text: str, current: str | None = None) -> Guess:
        """The language of `text`; `current` is the conversation's, kept on a tie. Never raises."""
        written = self._words_of(text[:MAX_CHARS])
        words = [folded for folded, _ in written]
        if not words:
            return Guess(None, False)
        scripts: dict[str, list[str]] = {}
        for word in words:
            if (script := script_of(word)) is not None:
                scripts.setdefault(script, []).append(word)
        if not scripts:
            return Guess(None, False)
        main = max(scripts, key=lambda name: len(scripts[name]))
        if len(scripts) > 1 and len(scripts[main]) <= 2 * (
            sum(map(len, scripts.values())) - len(scripts[main])
        ):
            return Guess(None, False)
        if main == "latin":
            return self._latin([pair for pair in written if script_of(pair[0]) == main])
        return self._lettered(main, scripts[main], text[:MAX_CHARS], current)

    def _words_of(self, text: str) -> list[tuple[str, str]]:
        """Each word folded and as written: the model needs the accents."""
        out = []
        for chunk in text.split():
            if "://" in chunk or "@" in chunk or chunk.startswith("www."):
                continue
            for token in self._tokeniser.tokens(chunk):
                if token.text == BORDER or not token.text.isalpha():
                    if token.text in self._mixed:
                        out.append((token.text, chunk[token.start : token.end]))
                    continue
                named = self._gazetteer.named(self._gazetteer.key(token.text))
                if (
                    len(token.text) > 3
                    and named
                    and any(map(self._gazetteer.in_region, named))
                    and not any(token.text in words for words in self._words.values())
                ):
                    continue
                out.append((token.text, chunk[token.start : token.end]))
        return out

    def _lettered(self, script: str, words: list[str], text: str, current: str | None) -> Guess:
        letters = set(text.casefold())
        votes: dict[str, int] = {}
        for rule in self._scripts[script]:
            language = str(rule["language"])
            votes[language] = int(rule.get("weight", 1)) * len(letters & set(str(rule.get("letters", ""))))
            votes[language] += 2 * sum(word in self._words.get(language, ()) for word in words)
        best = max(votes.values(), default=0)
        leaders = [language for language, count in votes.items() if count == best]
        if best and len(leaders) == 1:
            return Guess(leaders[0], True)
        if len(votes) == 1:
            return Guess(next(iter(votes)), len(words) >= 2)
        if current in leaders:
            return Guess(current, False)
        if script == "cyrillic":
            return self._by_model(text, self._cyrillic, len(words), self._cyrillic_model)
        default = next((str(r["language"]) for r in self._scripts[script] if r.get("default")), None)
        if default in leaders and not best and len(words) >= self._least_words:
            return Guess(default, True)
        return Guess(None, False)

    def _latin(self, written: list[tuple[str, str]]) -> Guess:
        if any(word in self._mixed for word, _ in written):
            return Guess(None, False)
        own = self._without_loans(written)
        if len(own) >= self._least_words or len(own) == len(written):
            return self._judged(own)
        # Little but words that every language borrows: they are judged only with what the rest says.
        votes = self._votes(own)
        leaders = [language for language, count in votes.items() if count and count == max(votes.values())]
        guess = self._judged(written)
        return guess if leaders == [guess.language] else Guess(None, False)

    def _judged(self, written: list[tuple[str, str]]) -> Guess:
        words, text = [word for word, _ in written], " ".join(word for _, word in written)
        votes = self._votes(written)
        ranked = sorted(votes.items(), key=lambda item: -item[1])
        (first, count), (_, second) = ranked[0], ranked[1]
        ahead = count >= max(2, second + 2, 2 * second)
        if ahead and 2 * count >= len(words) and len(words) >= self._least_words:
            return Guess(first, True)
        if second >= self._least_words and count < 2 * second:
            return Guess(None, False)  # two languages in one message
        if len(words) < self._least_words:
            return Guess(first if count and count > second and count == len(words) else None, False)
        guess = self._by_model(text, self._lingua, len(words), self._latin_model)
        if guess.language is not None and votes.get(guess.language, 0) < count and count >= 2:
            return Guess(None, False)  # the words and the model disagree
        return guess

    def _votes(self, written: list[tuple[str, str]]) -> dict[str, int]:
        votes = {
            language: sum(word in listed for word, _ in written)
            for language, listed in self._words.items()
            if language in self._lingua
        }
        letters = {letter for _, word in written for letter in word.casefold()}
        for rule in self._scripts.get("latin", ()):
            votes[str(rule["language"])] += int(rule.get("weight", 1)) * len(letters & set(rule["letters"]))
        return votes

    def _without_loans(self, written: list[tuple[str, str]]) -> list[tuple[str, str]]:
        """The words but those that every language borrows."""
        own: list[tuple[str, str]] = []
        at = 0
        while at < len(written):
            for size in range(min(self._longest_loan, len(written) - at), 0, -1):
                if tuple(word for word, _ in written[at : at + size]) in self._loans:
                    at += size
                    break
            else:
                own.append(written[at])
                at += 1
        return own

    def _by_model(self, text: str, codes: Iterable[str], words: int, model: Any) -> Guess:
        if words < self._least_words:
            return Guess(None, False)
        ranked = model.compute_language_confidence_values(text)
        if not ranked:
            return Guess(None, False)
        first = ranked[0]
        second = ranked[1].value if len(ranked) > 1 else 0.0
        code = first.language.iso_code_639_1.name.lower()
        if code not in codes or first.value - second < self._margin:
            return Guess(None, False)
        return Guess(code, True)

    @cached_property
    def _latin_model(self) -> Any:
        return _model(self._lingua)

    @cached_property
    def _cyrillic_model(self) -> Any:
        return _model(self._cyrillic)


def _model(codes: Iterable[str]) -> Any:
    # Imported here: only one of the two runtimes holds it.
    from lingua import IsoCode639_1, LanguageDetectorBuilder

    chosen = [getattr(IsoCode639_1, code.upper()) for code in codes]
    return LanguageDetectorBuilder.from_iso_codes_639_1(*chosen).build()
