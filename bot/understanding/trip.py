"""Which place the person leaves from and which one they must reach."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from bot.understanding.facts import Fact
from bot.understanding.index import Rule
from bot.understanding.mentions import Mention, is_sure
from bot.understanding.pattern import Pattern
from bot.understanding.policy import Policy
from bot.understanding.roles import AWAITED, DOUBTED, SURE, Place, Roles
from bot.understanding.scope import Scope
from bot.understanding.stream import Hit, Stream

BESIDE = 3  # the most words between a quarter and its town
ANSWER = 3  # the most words of an answer that is a place and no more
LINKING = 4  # letters of the longest preposition
ROLES = ("origin", "destination")
PLAIN_LENGTH = (
    2  # a bare « à X »: enough for a name that is only a name, never for a word that is also a town
)


# « Cholet -> Angers »: from one to the other, in every language; « Cholet - Angers » too, where no more is said.
_ARROW = re.compile(r"\s*[-=–—]*[>→➔➜⇒]+\s*")
_DASH = re.compile(r"\s+[-–—]\s+")
PAIR = 3  # words, breaks counted, of a message that is two places and no more


class Doubts:
    """The ear for roles in one language; without one nothing is doubted and nothing sure."""

    def __init__(self, roles: Roles | None, language: str, nothing: Pattern) -> None:
        """`nothing` is a pattern that no text meets."""
        self._roles = roles
        self._language = language
        self.nothing = nothing

    def chance(
        self, role: str, tokens: Sequence[str], at: int, others: Sequence[str], asked: str | None
    ) -> float:
        """How likely the place at a token plays a role."""
        if self._roles is None:
            return 0.0
        return self._roles.chances(Place(tokens, at, others, asked, self._language))[role]

    def doubted(
        self,
        role: str,
        tokens: Sequence[str],
        at: int,
        others: Sequence[str],
        asked: str | None,
        limit: float = DOUBTED,
    ) -> bool:
        """Whether it seems to play none, or the other."""
        return self._roles is not None and self.chance(role, tokens, at, others, asked) < limit


class Trip:
    """Gives the places of one message the parts they play."""

    def __init__(
        self, stream: Stream, scope: Scope, policy: Policy, mentions: Mapping[str, Mention], doubts: Doubts
    ) -> None:
        self._stream = stream
        self._doubts = doubts
        self._scope = scope
        self._policy = policy
        self._mentions = mentions
        self._tokens = [token.text for token in stream.tokens]
        self._at = {word: i for i, word in enumerate(self._tokens) if word in mentions}

    def facts(
        self, hits: Sequence[Hit], *, asked: str | None = None, profile: Mapping[str, Any] | None = None
    ) -> list[Fact]:
        """The origin and destination facts; `hits` are those of the kinds trips and wrong_places."""
        wrong = {
            words for hit in hits if hit.rule.kind == "wrong_places" for words, _, _ in hit.groups.values()
        }
        told = {self._mentions[mark].answer.candidates for mark in wrong if mark in self._mentions}
        last_wrong = max((self._at[mark] for mark in wrong if mark in self._at), default=0)
        wrong |= {mark for mark, mention in self._mentions.items() if mention.answer.candidates in told}
        parts: dict[str, tuple[str, Hit | None]] = {}
        wrong_roles = [role for mark in wrong if (role := self._role_in(profile, mark))]
        held = [role for role in ROLES if profile and profile.get(role)]
        for hit in sorted((h for h in hits if h.rule.kind == "trips"), key=lambda h: (h.rule.rank, h.start)):
            for role, (mark, _, _) in hit.groups.items():
                if mark in parts:
                    continue
                if role not in ROLES:
                    parts[mark] = ("", hit)
                    continue
                if asked in ROLES and role != asked and len(self._at) == 1 and self._bare(hit):
                    continue  # « à Pornichet » answers the question that was put
                plain = self._mentions[mark].weak and self._bare(hit)
                if plain and not self._scope.corrected(self._at[mark]):
                    continue
                dropped = self._policy.drops(role, self._scope.cues(hit), hit.rule)
                if asked not in ROLES and self._bare(hit) and not dropped:
                    others = [part for part, _ in parts.values()]
                    limit = DOUBTED
                    if held and role not in held:  # the half of the trip that earlier messages left open
                        others, limit = [*others, *held], AWAITED
                    dropped = self._doubts.doubted(role, self._tokens, self._at[mark], others, asked, limit)
                # « Pas Laval, Château-Gontier ; j'habite Laval »: wrong in one part, and told to play another.
                again = self._at[mark] > last_wrong and not self._bare(hit)
                if mark in wrong and not again:
                    wrong_roles.append(role)
                elif mark in wrong and not dropped:
                    wrong_roles += [other for other in ROLES if other != role]
                parts[mark] = ("" if dropped or (mark in wrong and not again) else role, hit)
        # « à Craon » to « where do you live? »: a word that is also a town is the town, where nothing else is said.
        answer = asked in ROLES and len(self._at) == 1 and len(self._tokens) <= ANSWER
        free = [
            m
            for m in self._at
            if m not in parts and m not in wrong and (answer or not self._mentions[m].weak)
        ]
        taken = {role for role, _ in parts.values()}
        for role in (*wrong_roles, asked):
            if role in ROLES and role not in taken and free:
                last = free[-1]
                parts[free.pop(-1 if self._scope.corrected(self._at[last]) else 0)] = (role, None)
                taken.add(role)
        self._fill(parts, free, asked, held)
        self._pointed(parts)
        return [fact for role in ROLES if (fact := self._fact(role, parts)) is not None]

    def _fill(
        self,
        parts: dict[str, tuple[str, Hit | None]],
        free: Sequence[str],
        asked: str | None,
        held: Sequence[str],
    ) -> None:
        """Where one part is told, now or before, and the other is not: the place that most likely plays it."""
        told = [role for role, _ in parts.values() if role] or held
        if len(set(told)) != 1 or not free:
            return
        missing = next(role for role in ROLES if role not in told)
        chances = {
            mark: self._doubts.chance(missing, self._tokens, self._at[mark], told, asked)
            for mark in free
            if is_sure(self._mentions[mark])
        }
        best = max(chances, key=lambda mark: chances[mark], default=None)
        if best is not None and chances[best] >= SURE:
            hit = Hit(Rule("trips"), self._doubts.nothing, self._at[best], self._at[best] + 1)
            if not self._policy.drops(missing, self._scope.cues(hit), hit.rule):
                parts[best] = (missing, None)

    def _pointed(self, parts: dict[str, tuple[str, Hit | None]]) -> None:
        """Where an arrow leads from one place to another and no words tell either part, it tells both."""
        marks = list(self._at)
        for one, other in pairwise(marks):
            start, end = self._stream.tokens[self._at[one]].end, self._stream.tokens[self._at[other]].start
            between = self._scope.text[start:end]
            led = _ARROW.fullmatch(between) or (len(self._tokens) <= PAIR and _DASH.fullmatch(between))
            if led and not any(role for role, _ in parts.values()):
                parts[one], parts[other] = ("origin", None), ("destination", None)

    def idle(self, facts: Sequence[Fact]) -> frozenset[str]:
        """The marks of weak mentions that none of the facts rests on."""
        spans = [(fact.start, fact.end) for fact in facts]
        out = set()
        for mark, index in self._at.items():
            start, end = self._stream.span(index, index + 1)
            if self._mentions[mark].weak and not any(a <= start and end <= b for a, b in spans):
                out.add(mark)
        return frozenset(out)

    def _bare(self, hit: Hit) -> bool:
        """Whether no more than a preposition stands before the place (« à X », and not « habite X »)."""
        words = (token.text for token in self._stream.tokens[hit.start : hit.end])
        return hit.end - hit.start <= PLAIN_LENGTH and not any(
            len(word) > LINKING and word not in self._mentions for word in words
        )

    def _role_in(self, profile: Mapping[str, Any] | None, mark: str) -> str | None:
        mention = self._mentions.get(mark)
        if mention is None or not profile:
            return None
        return next((r for r in ROLES if profile.get(r) in mention.answer.candidates), None)

    def _told_apart(self, mark: str) -> Mention:
        """The mention, or that of the town named beside it when it is one of several (« Bellevue, à Nantes »)."""
        mention, index = self._mentions[mark], self._at[mark]
        if not is_sure(mention):
            for other, at in self._at.items():
                town = self._mentions[other]
                if (
                    abs(at - index) <= BESIDE
                    and is_sure(town)
                    and town.answer.code in mention.answer.candidates
                ):
                    return town
        return mention

    def _fact(self, role: str, parts: Mapping[str, tuple[str, Hit | None]]) -> Fact | None:
        held = sorted((self._at[mark], mark) for mark, (part, _) in parts.items() if part == role)
        if not held:
            return None
        corrected = [pair for pair in held if self._scope.corrected(pair[0])]
        index, mark = corrected[-1] if corrected else held[0]
        mention, hit = self._told_apart(mark), parts[mark][1]
        single = hit is not None and len(hit.groups) == 1
        first, last = (
            self._stream.span(hit.start, hit.end) if hit and single else self._stream.span(index, index + 1)
        )
        answer = mention.answer
        bare = hit is None or hit.end - hit.start <= PLAIN_LENGTH
        return Fact(
            field=role,
            value=answer.code if is_sure(mention) else None,
            evidence="",
            start=first,
            end=last,
            confidence=round(min(answer.score, 0.8 if bare else 1.0), 3),
            confirm=answer.confirm or not is_sure(mention),
            candidates=() if is_sure(mention) else answer.candidates,
        )
