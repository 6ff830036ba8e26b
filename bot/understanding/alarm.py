"""What is heard before anything else, in every language: signals (stop, erase, a human…) and dangers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.understanding.lexicon import Lexicon, load_letters, load_lexicons, read_yaml
from bot.understanding.scope import Scope
from bot.understanding.script import script_of
from bot.understanding.stream import Hit, read_stream
from bot.understanding.text import BORDER, Letters, Token


class Alarm:
    """One of the two files signals.yml and danger.yml: codes by language, strongest code first."""

    def __init__(self, content: Mapping[str, Any], letters: Letters, own: Mapping[str, Lexicon]) -> None:
        self._letters = letters
        self._order = [str(code) for code in content["order"]]
        self._lexicons: list[Lexicon] = []
        for language, section in content["languages"].items():
            described: dict[str, Any] = {"script": str(content["scripts"].get(language, "latin")), **section}
            lexicon = own.get(language)
            if lexicon is not None:
                spelling = {word: " ".join(parts) for word, parts in lexicon.spelling.items()}
                described["spelling"] = {**spelling, **(section.get("spelling") or {})}
                described["clitics"] = {
                    "prefixes": dict(lexicon.prefixes),
                    "suffixes": dict(lexicon.suffixes),
                }
            self._lexicons.append(Lexicon({"language": language, **described}, letters, str(language)))
        self._fillers = frozenset(letters.fold(str(w)) for w in content.get("fillers") or ())

    @classmethod
    def load(
        cls,
        data: Path,
        name: str,
        letters: Letters | None = None,
        lexicons: Mapping[str, Lexicon] | None = None,
    ) -> Alarm:
        """From data/lexicons/<name>.yml, with the spellings of each language's own lexicon."""
        letters = letters or load_letters(data)
        content = read_yaml(data / "lexicons" / f"{name}.yml")
        return cls(content, letters, load_lexicons(data, letters) if lexicons is None else lexicons)

    def hear(self, text: str, raw: Sequence[Token] | None = None) -> str | None:
        """The strongest code that a message says in any language, or None.

        A rule under `whole` counts only when it covers the message but for fillers (« stop svp »).
        """
        tokens = self._letters.tokens(text) if raw is None else raw
        found: set[str] = set()
        scripts = {script_of(token.text) for token in tokens}
        for lexicon in self._lexicons:
            if lexicon.script not in scripts:
                continue
            stream = read_stream(tokens, lexicon)
            hits = stream.hits(lexicon.index.candidates(stream.words))
            said = [hit for hit in hits if hit.rule.kind == "rule"]
            if not said:
                continue
            scope = Scope(stream, lexicon, [h for h in hits if h.rule.kind != "rule"], text)
            words = [t.text for t in stream.tokens]
            for hit in said:
                if hit.rule.field == "whole" and not self._covers(hit, words):
                    continue
                if scope.cues(hit) & hit.rule.drop:
                    continue
                if any(
                    hit.overlaps(lure.start, lure.end)
                    for lure in stream.hits([(hit.rule, p) for p in hit.rule.unless])
                ):
                    continue
                found.add(hit.rule.value)
        return next((code for code in self._order if code in found), None)

    def _covers(self, hit: Hit, words: Sequence[str]) -> bool:
        rest = [*words[: hit.start], *words[hit.end :]]
        return all(word == BORDER or word in self._fillers for word in rest)
