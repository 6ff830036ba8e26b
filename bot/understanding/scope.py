"""What surrounds a fact and changes it: negation, somebody else, a question, a wish, a supposition, the past."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from bot.understanding.lexicon import Lexicon
from bot.understanding.stream import Hit, Stream

WISH_REACH = 6
PAST_REACH = 5
QUESTION_MARKS = frozenset("?؟፧")


class Scope:
    """The cues of one message, as one lexicon reads them. `text` is the original message."""

    def __init__(
        self, stream: Stream, lexicon: Lexicon, hits: Sequence[Hit], text: str, joining: Collection[str] = ()
    ) -> None:
        """`joining`: words that join two halves of a sentence (« et »)."""
        self._stream = stream
        self._reach = lexicon.reach
        self._bridge = lexicon.bridge
        self._joining = joining
        self.text = text
        self._spans: dict[str, list[tuple[int, int]]] = {}
        for hit in hits:
            self._spans.setdefault(hit.rule.kind, []).append((hit.start, hit.end))
        for hit in hits:
            if hit.rule.kind == "neutral":
                cue = self._spans.get(hit.rule.value, [])
                cue[:] = [(a, b) for a, b in cue if not (hit.start <= a and b <= hit.end)]
        others = self._spans.get("other", [])
        self._self = {
            i
            for a, b in self._spans.get("self", [])
            for i in range(a, b)
            if not any(x <= i < y for x, y in others)
        }
        self._other = {i for a, b in others for i in range(a, b)}
        self._negated = {i for a, b in self._spans.get("negation", []) for i in range(a, b)}
        self._negated_after = {i for a, b in self._spans.get("negation_after", []) for i in range(a, b)}
        proxies = self._spans.get("proxy", [])
        self.proxy = bool(proxies)
        self._ward = {i for a, b in self._spans.get("ward", []) for i in range(a, b)}
        self._speaker = {
            i
            for a, b in self._spans.get("speaker", [])
            for i in range(a, b)
            if not any(x <= i < y for x, y in proxies)
        }

    def cues(self, hit: Hit) -> frozenset[str]:
        """The names of the cues that bear on a hit."""
        found = set()
        clause = self._stream.clause(hit.start)
        if not hit.pattern.bare and self._denied(hit, clause):
            found.add("negation")
        if self._of_other(hit, clause):
            found.add("other")
        if self.proxy and self._of_helper(range(hit.start, hit.end), clause):
            found.add("helper")
        if self._asked(hit, clause):
            found.add("question")
        if self._wished(hit, clause):
            found.add("wish")
        if self._before("supposed", hit, clause):
            found.add("supposed")
        if self._gone(hit, clause):
            found.add("past")
        return frozenset(found)

    def corrected(self, index: int) -> bool:
        """Whether words before token `index` say that what follows replaces what was said."""
        return any(end <= index for _, end in self._spans.get("correction", ()))

    def _denied(self, hit: Hit, clause: tuple[int, int]) -> bool:
        if any(hit.start <= i < hit.end for i in self._negated | self._negated_after):
            return True
        if any(i in self._negated_after for i in range(hit.end, min(clause[1], hit.end + self._reach))):
            return True
        if hit.start in self._self:
            return False
        for i in range(hit.start - 1, max(clause[0], hit.start - self._reach) - 1, -1):
            if i in self._negated:
                return not any(a <= i < b <= hit.start for a, b in self._spans.get("spent", ()))
            if i in self._self or i in self._other or self._stream.tokens[i].text in self._bridge:
                return False
        return False

    def _of_other(self, hit: Hit, clause: tuple[int, int]) -> bool:
        if self.proxy:
            return False
        inside = range(hit.start, hit.end)
        if any(i in self._self for i in inside):
            return False
        if any(i in self._other for i in inside):
            return True
        for i in range(hit.start - 1, clause[0] - 1, -1):
            if i in self._other:
                return True
            if i in self._self:
                return False
        return False

    def _of_helper(self, inside: range, clause: tuple[int, int]) -> bool:
        """« J'écris pour ma mère … moi, je travaille »: what who writes says of themself is not the person's."""
        if any(i in self._speaker for i in inside):
            return True
        for i in range(inside.start - 1, clause[0] - 1, -1):
            if i in self._other or i in self._ward:
                return False
            if i in self._speaker:
                return True
        return False

    def _asked(self, hit: Hit, clause: tuple[int, int]) -> bool:
        if any(i in self._self for i in range(hit.start, hit.end)):
            return False
        shielded = any(i in self._self for i in range(max(clause[0], hit.start - 3), hit.start))
        end = self._stream.tokens[clause[1]] if clause[1] < len(self._stream) else None
        marked = end is not None and any(c in QUESTION_MARKS for c in self.text[end.start : end.end])
        # « je peux louer sans permis ? » asks; « je suis réfugié je peux louer ? » tells first.
        told = hit.end > clause[1] or any(i in self._self for i in range(hit.end, clause[1]))
        if marked and not (shielded and told):
            return True
        if shielded:
            return False
        return any(clause[0] <= a < hit.end for a, _ in self._spans.get("question", ()))

    def _gone(self, hit: Hit, clause: tuple[int, int]) -> bool:
        """Whether words near a hit say that it was so once: a clause may tell of today first, of old times last."""
        return any(
            clause[0] <= start < clause[1]
            and start - PAST_REACH <= hit.end
            and hit.start <= end + PAST_REACH
            and not ("origin" in hit.groups and self._joined(hit.end, start))
            for start, end in self._spans.get("past", ())
        )

    def _joined(self, end: int, start: int) -> bool:
        """Whether another half begins between: « j'habite Savenay et mon mari me déposait »."""
        return any(token.text in self._joining for token in self._stream.tokens[end:start])

    def _wished(self, hit: Hit, clause: tuple[int, int]) -> bool:
        spans = self._spans.get("wish", ())
        inside = {i for a, b in spans for i in range(a, b)}
        if any(i in inside for i in range(hit.start, hit.end)):
            return True
        if hit.start in self._self:
            return hit.start - 1 in inside and hit.start - 1 >= clause[0]  # « j'attends ma carte »
        for i in range(hit.start - 1, max(clause[0], hit.start - WISH_REACH) - 1, -1):
            if i in inside:
                return True
            if i in self._self:
                return False
        return False

    def _before(self, name: str, hit: Hit, clause: tuple[int, int]) -> bool:
        return any(clause[0] <= a < hit.end for a, _ in self._spans.get(name, ()))
