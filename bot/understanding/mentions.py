"""Where a message names places: exact names first, misspelt ones only after words that announce a place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.understanding.communes import AMBIGUOUS, EXACT, PlaceAnswer
from bot.understanding.lexicon import Lexicon
from bot.understanding.places import Gazetteer
from bot.understanding.stream import Hit, Stream
from bot.understanding.text import BORDER

MAX_MENTIONS = 8
POSTCODE = 5  # figures
MAX_LIKENESS = 6  # searches by likeness in one message: each reads a few thousand names
LIKELY = 0.75
WORDS = 3  # « Maine-et-Loire »: the longest name of a département
LINKING = 4  # « en », « dans le »: the longest word between a town and its département
LONGER = 0.08  # what one more word matched is worth beside likeness


@dataclass(frozen=True)
class Mention:
    """Tokens [start, end) that name a place. `weak`: could be an ordinary word or a far small commune."""

    start: int
    end: int
    answer: PlaceAnswer
    weak: bool


class PlaceFinder:
    """Finds the places a message names, as one lexicon reads it."""

    def __init__(
        self, gazetteer: Gazetteer, lexicon: Lexicon, stream: Stream, near: str | None = None
    ) -> None:
        self._gazetteer = gazetteer
        self._lexicon = lexicon
        self._near = near
        self._tokens = [gazetteer.short.get(t.text, t.text) for t in stream.tokens]
        self._likeness = 0

    def find(self, hits: list[Hit], *, expected: bool = False) -> list[Mention]:
        """The mentions in order. `hits` are those of the kinds place_cues and not_places; `expected`: a
        place was just asked for, so that the whole message may be one."""
        cued = {hit.end for hit in hits if hit.rule.kind == "place_cues"}
        masked = {i for hit in hits if hit.rule.kind == "not_places" for i in range(hit.start, hit.end)}
        if expected:
            cued.add(0)
        out: list[Mention] = []
        at = 0
        while at < len(self._tokens) and len(out) < MAX_MENTIONS:
            found = (
                None if at in masked else self._named(at, cued, expected) or self._alike(at, cued, expected)
            )
            if found is None or any(i in masked for i in range(found.start, found.end)):
                at += 1
            else:
                if out and self._again(out[-1], found):
                    out[-1] = replace(out[-1], end=found.end)
                else:
                    out.append(found)
                at = found.end
        return out

    def _again(self, before: Mention, mention: Mention) -> bool:
        """« نانت (Nantes) », « à la Roseraie, à Angers »: one town, written twice in a row."""
        between = self._tokens[before.end : mention.start]
        if all(token == BORDER for token in between):
            return before.answer.candidates == mention.answer.candidates
        quarter = before.answer.code is not None and before.answer.code == mention.answer.code
        words = [token for token in between if token != BORDER]
        joined = len(words) == 1 and len(words[0]) <= LINKING and words[0] not in self._lexicon.denying
        return quarter and BORDER in between and joined

    def _named(self, at: int, cued: set[int], expected: bool) -> Mention | None:
        tokens, gazetteer = self._tokens, self._gazetteer
        first = tokens[at]
        if first == BORDER:
            return None
        if len(first) == POSTCODE and first.isdigit():
            return self._postcode(at, at in cued)
        article = self._contracted(at)
        size = max(gazetteer.longest.get(first, 0), gazetteer.longest.get(article, 0) - 1 if article else 0)
        for end in range(min(len(tokens), at + size), at, -1):
            if BORDER in tokens[at:end]:
                continue
            key = " ".join(tokens[at:end])
            if article and gazetteer.named(f"{article} {key}"):
                key = f"{article} {key}"
            codes = gazetteer.named(key)
            if not codes or len(key) < 2 or first.isdigit():
                continue
            mention = self._judged(at, end, key, codes, at in cued, expected)
            if mention is not None:
                return mention
        codes = [] if self._plain(first) else gazetteer.stemmed(first)
        return Mention(at, at + 1, gazetteer.choose(codes, near=self._near), False) if codes else None

    def _contracted(self, at: int) -> str | None:
        return self._lexicon.contractions.get(self._tokens[at - 1]) if at else None

    def _judged(
        self, at: int, end: int, key: str, codes: list[str], cued: bool, expected: bool
    ) -> Mention | None:
        # « petit bourg », « l'hôpital »: names made of everyday words only are words before they are towns.
        wordy = key in self._lexicon.place_words or all(map(self._plain, key.split()))
        alias = key in self._gazetteer.aliases
        near = alias or any(map(self._gazetteer.in_region, codes))
        known = near or any(
            c is not None and c.population >= self._gazetteer.choice.town
            for c in map(self._gazetteer.commune, codes)
        )
        alone = expected and at == 0
        weak = wordy or not known or (len(key) < 4 and not alias)
        if weak and not (cued or alone):
            return None
        if wordy and not near:
            return None
        postcode, departement, last = self._beside(at, end)
        answer = self._gazetteer.look_up(key, postcode=postcode, departement=departement, near=self._near)
        return Mention(at, last, answer, weak and not alone)

    def _plain(self, word: str) -> bool:
        return word in self._lexicon.common or word in self._lexicon.vocabulary

    def _beside(self, at: int, end: int) -> tuple[str | None, str | None, int]:
        """A postcode or département right after a name (« (44) », « 49300 », « en Vendée »), or a postcode before."""
        tokens = self._tokens
        if at and re.fullmatch(r"\d{5}", tokens[at - 1]):
            return tokens[at - 1], None, end
        step = end + 1 if end < len(tokens) and tokens[end] == BORDER else end
        if step < len(tokens):
            word = tokens[step]
            if re.fullmatch(r"\d{5}", word) and self._gazetteer.with_postcode(word):
                return word, None, step + 1
            number = re.fullmatch(r"\d\d|2[ab]", word) is not None
            alone = step + 1 >= len(tokens) or tokens[step + 1] == BORDER
            if (
                number
                and (alone or step == end)
                and not (step + 1 < len(tokens) and tokens[step + 1].isalpha())
            ):
                return None, self._gazetteer.departement(word), step + 1
            if not number and (code := self._gazetteer.departement(word)):
                return None, code, step + 1
        for skip in (2, 1):  # « à Allonnes, dans la Sarthe »
            at = step + skip
            if at < len(tokens) and all(t != BORDER and len(t) <= LINKING for t in tokens[step:at]):
                named = (" ".join(tokens[at : at + size]) for size in (WORDS, 2, 1))
                code = next(filter(None, map(self._gazetteer.departement, named)), None)
                if code:
                    return None, code, end
        return None, None, end

    def _postcode(self, at: int, cued: bool) -> Mention | None:
        codes = self._gazetteer.with_postcode(self._tokens[at])
        if not codes:
            return None
        after = self._named(at + 1, {at + 1}, False) if at + 1 < len(self._tokens) else None
        if after is not None and set(after.answer.candidates) & set(codes):
            return Mention(at, after.end, after.answer, False)
        answer = self._gazetteer.by_postcode(self._tokens[at], near=self._near)
        return Mention(at, at + 1, answer, not any(map(self._gazetteer.in_region, codes)))

    def _alike(self, at: int, cued: set[int], expected: bool) -> Mention | None:
        if at not in cued or self._likeness >= MAX_LIKENESS:
            return None
        tokens = self._tokens
        if (
            tokens[at] in self._lexicon.contractions
            and at + 1 < len(tokens)
            and self._named(at + 1, cued, expected)
        ):
            return None  # « habite aux Herbiers »: the name begins at the next word
        best: tuple[float, int, PlaceAnswer] | None = None
        for end in range(at + 1, min(len(tokens), at + 4) + 1):
            if tokens[end - 1] == BORDER or not tokens[end - 1].isalpha():
                break
            if end == at + 1 and (self._plain(tokens[at]) or len(tokens[at]) < 4):
                if tokens[at] not in self._gazetteer.longest:
                    break
                continue
            if self._plain(tokens[end - 1]) and len(tokens[end - 1]) > 3:
                break
            self._likeness += 1
            answer = self._gazetteer.look_up(" ".join(tokens[at:end]), near=self._near)
            worth = answer.score + LONGER * (end - at - 1)
            if answer.candidates and (best is None or worth >= best[0]):
                best = (worth, end, answer)
        if best is None or (best[2].status == AMBIGUOUS and best[2].score < LIKELY):
            return None
        if any(self._reaches(start, best[1]) for start in range(at + 1, best[1])):
            return None  # « stau la Doué-la-Fontaine »: what is only alike gives way to a name that is there
        return Mention(at, best[1], best[2], not (expected and at == 0))

    def _reaches(self, start: int, end: int) -> bool:
        """Whether an exact name begins here and goes as far or further."""
        named = self._named(start, set(), False)
        return named is not None and named.end >= end and not named.weak


def marks(mentions: list[Mention]) -> Mapping[str, Mention]:
    """The mentions by the mark that stands for them in a stream (`§p0`…)."""
    return {f"§p{number}": mention for number, mention in enumerate(mentions)}


def is_sure(mention: Mention) -> bool:
    """Whether a mention names one commune only."""
    return mention.answer.status == EXACT
