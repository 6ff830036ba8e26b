"""Numbers in conditions: ages, durations, quotients. Each reading is (start, end, expression)."""

from __future__ import annotations

import re

from bot.tamis.criteria import Age, Expression, Quotient, Situation, Stated, all_of, any_of

NUMBER = (
    r"(?:\d+|une?|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|douze|quinze|seize|dix-huit|vingt|vingt-quatre|vingt-cinq)"
)
AMOUNT = r"\d[\d .]*(?:,\d+)? ?(?:€|euros?|eur)?"
_WORDS = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7, "huit": 8, "neuf": 9,
    "dix": 10, "douze": 12, "quinze": 15, "seize": 16, "dix-huit": 18, "vingt": 20, "vingt-quatre": 24,
    "vingt-cinq": 25,
}  # fmt: skip
OLDEST = 199
_TWO = r"(?:1[0-9]|[2-9][0-9]|dix-huit|seize|vingt-cinq)"
_CHILDREN = re.compile(r"enfants?[a-z ,()]{0,25}$|petits? [a-z]*$|(?:vehicules?|voitures?)(?: d[e'] ?| ayant| agee?s?| moins| plus| de| au| maximum| jusqu'a)* ?$|depuis(?: plus| moins)?(?: de)? ?$")

# Each: pattern, how its numbers become an interval. Longest reading wins, then the first listed.
_AGES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern.replace("#", _TWO)), kind)
    for pattern, kind in (
        (
            r"(?:(?:agee?s?|avoir|ayant|tranche d'age|age)\W{0,3})?(?:entre|de|des|d'|compris entre)? ?\b(?P<a>#) ?(?:ans? )?(?:revolus )?(?:a|et|-|/|au|jusqu'a) ?(?:moins de (?P<strict>(?=\d)))?(?P<b>#) ?ans?\b(?: ?\(?(?:revolus|inclus|compris|max[a-z]*)\)?)*",
            "between",
        ),
        (r"(?:agee?s? |avoir |ayant )?(?:de )?(?:(?:strictement )?moins de|<|(?<![\d-])-(?: de)?|inferieur a|en dessous de|avant|sous) ?(?:l'age de |ses |leurs )?(?P<b>#) ?ans?\b(?: revolus)?", "under"),
        (r"(?P<b>#) ans (?:non (?:revolus|inclus|compris)|exclus?)", "under"),
        (r"(?:avoir |agee?s? )?(?:<=|≤) ?(?P<b>#) ?ans?", "upto-exact"),
        (r"(?:agee?s? )?(?:jusqu'a|jusqu'aux?|jusqu'a l'age de|limite d'age ?:?|age (?:maximum|maximal|limite|maxi|max) ?:?|pas plus de|au plus) ?(?:leurs? |ses |de )?(?P<b>#) ?ans?(?P<exact>,? \(?(?:inclus|revolus|compris))?\)?", "upto"),
        (r"(?:avoir |agee?s? de )?(?P<b>#) ans? (?:maximum|maxi|max\b\.?|au plus|au maximum)", "upto-exact"),
        (r"(?:agee?s? |avoir |etre agee? |ayant )?(?:d')?(?:de )?(?:a partir de|des l'age de|des|au moins|minimum|au minimum|>=|≥|age (?:minimum|minimal|mini|requis) ?:?) ?(?:de )?(?:l'age de )?(?P<a>#) ?ans?\b(?: (?:revolus|minimum|et (?:plus|\+)))?", "from"),
        (r"(?:agee?s? de |avoir |age de )?(?P<a>#) ?ans? ?(?:et|ou) ?(?:plus|\+|davantage)|(?:agee?s? de |avoir )?(?P<c>#) ?ans? ?\+", "from"),
        (r"(?:avoir |agee?s? de |age de |etre agee? de )?(?P<a>#) ans? (?:minimum|mini|au moins|au minimum|min\b\.?)", "from"),
        (r"(?:avoir |agee?s? de |etre agee?s? de |ayant )?(?P<a>#) ans? (?:revolus|accomplis)", "from"),
        (r"(?:avoir|etre agee?s? de|ayant) (?P<a>1[68]|2[0-9]) ans\b", "from"),
        (r"(?:agee?s? |avoir |ayant )?(?:de )?(?:strictement )?(?:plus de|\+(?: de)?|>|superieur a|au-dela de|au dessus de) ?(?P<a>#) ?ans?\b(?: revolus)?", "over"),
        (r"\b(?:etre |personnes? |publics? |jeunes? )?(?:majeur(?:e|s|es|\.e|\.e\.s|\(e\)s?)?|ayant la majorite)\b(?! protege| sous)", "major"),
        (r"\b(?:aux |les |public |pour )?adultes\b(?! (?:handicap|relais))", "major"),
        (r"\b(?:etre |les |public )?mineur(?:e|s|es|\.e|\.e\.s)?\b", "minor"),
    )
)  # fmt: skip
_SENIORS = re.compile(r"\b(?:les |des |aux |public )?(?:seniors?|personnes? agees?|aines?)\b")
_LONGEST_YEARS = 10  # beyond, « 18 ans » is an age
_JUNIORS = re.compile(r"\b(?:les |des |aux |public )?jeunes?(?: adultes?| diplomes?| actifs?)?\b")
_SPECIAL = re.compile(
    rf"[ ,(]*(?:ou |et |, |voire )?(?:jusqu'a |moins de |- de |de |a )?(?P<b>{_TWO}) ?ans? (?:inclus )?"
    r"(?:si|pour (?:les|des|une?)|en cas de|quand|lorsque)(?P<who>[^).;]{2,80})\)?"
)
_DURATION = re.compile(
    r"(?:depuis|de|pendant|durant|au minimum|justifier de)? ?(?:(?P<less>moins|maximum|-)|(?:plus|au moins|minimum|\+|>=?))?"
    rf"(?: de| d')? ?(?P<n>{NUMBER}) ?(?P<unit>ans?|annees?|mois)\b(?: (?:minimum|au moins|au minimum|consecutifs|ou plus|et plus))*"
)


def number(written: str) -> int:
    """The value of a number in digits or in words (the words the patterns know)."""
    digits = re.sub(r"\D", "", written.split(",")[0]) if written[:1].isdigit() else ""
    return int(digits) if digits else _WORDS.get(written.strip(), 1)


def ages(text: str) -> list[tuple[int, int, Age | Stated]]:
    """Every age said in a folded sentence (not those of children, vehicles or durations)."""
    found: list[tuple[int, int, Age | Stated]] = []
    if "ans" not in text and "majeur" not in text and "mineur" not in text and "adulte" not in text:
        if re.search(r"\b1[0-9] ?(?:-|a|/) ?[1-3][0-9]\b", text):
            for match in re.finditer(r"(?<![\dh:/,.])\b(1[4-9]) ?(?:-|a|/) ?([1-3][0-9])\b(?![h:/€\d,.]| ?(?:h|euro|km|mois))", text):
                found.append((match.start(), match.end(), Age(int(match[1]), int(match[2]))))
        return found
    for pattern, kind in _AGES:
        for match in pattern.finditer(text):
            if _CHILDREN.search(text[: match.start()]) or _CHILDREN.search(text[: _first_digit(match)]):
                continue
            # A range that cannot be (« de 25 à 18 ans ») is left for a human to read.
            found.append((match.start(), match.end(), _interval(kind, match) or Stated("other", "age")))
    return found


def _first_digit(match: re.Match[str]) -> int:
    digit = re.search(r"\d", match[0])
    return match.start() + (digit.start() if digit else 0)


def _interval(kind: str, match: re.Match[str]) -> Age | None:
    groups = match.groupdict()
    low = number(groups.get("a") or groups.get("c") or "0")
    high = number(groups.get("b") or "0")
    if kind == "between":
        if "moins de" in match[0]:
            high -= 1
        return Age(low, high) if low <= high else None
    if kind == "under":
        return Age(0, high - 1)
    if kind == "upto-exact" or (kind == "upto" and (groups.get("exact") or high not in (26, 30))):
        return Age(0, high)
    if kind == "upto":
        return Age(0, high - 1, ((high, high),))
    if kind == "from":
        return Age(low, OLDEST)
    if kind == "over":
        # « plus de 25 ans » counts birthdays for some and years begun for others.
        return Age(low + 1, OLDEST, ((low, low),))
    return Age(18, OLDEST) if kind == "major" else Age(0, 17)


def extended(text: str, end: int, age: Age, situation_in: object) -> tuple[int, Expression] | None:
    """« 16-25 ans (30 ans si RQTH) »: the end of the words and the wider reading, or None."""
    match = _SPECIAL.match(text, end)
    if match is None:
        return None
    who = situation_in(match["who"]) if callable(situation_in) else None
    if not isinstance(who, Situation):
        return None
    wider = number(match["b"])
    if "moins de" in match[0] or "- de" in match[0]:
        wider -= 1
    return match.end(), any_of(age, all_of(Age(age.low, wider), who))


def durations(text: str) -> list[tuple[int, int, int, bool]]:
    """Durations of a folded sentence: (start, end, months, whether it is a maximum)."""
    found = []
    for match in _DURATION.finditer(text):
        count = number(match["n"])
        if match["unit"].startswith("an") and count > _LONGEST_YEARS:
            continue
        months = count * 12 if match["unit"].startswith("an") else count
        found.append((match.start(), match.end(), months, bool(match["less"])))
    return found


def generations(text: str) -> list[tuple[int, int, str]]:
    """Where « jeunes » or « seniors » is said, with the coded public it means."""
    found = [(*match.span(), "jeunes") for match in _JUNIORS.finditer(text)]
    return found + [(*match.span(), "seniors") for match in _SENIORS.finditer(text)]


class QuotientPattern:
    """Quotient familial with its threshold, from the words of `patterns.yml`."""

    def __init__(self, words: dict[str, str]) -> None:
        head = rf"(?<!\w){words['head']}"
        gap = r"[ ,:()a-z']{0,30}?"
        self._between = re.compile(
            rf"{head} ?{gap}(?:{words['between']}) ?(?P<a>{AMOUNT}) ?(?:et|a|-) ?(?P<b>{AMOUNT})"
        )
        self._one = re.compile(
            rf"{head} ?{gap}(?:(?P<strict>{words['below_strict']})|(?P<above>{words['above']})"
            rf"|(?P<below>{words['below']}))? ?(?P<n>{AMOUNT})(?P<after> ?(?:max[a-z]*|minimum|ou moins|et moins|ou plus))?"
        )
        self._bare = re.compile(rf"(?:sous |soumis a |selon )?(?:conditions? de |plafond de )?{head}")

    def read(self, text: str) -> list[tuple[int, int, Expression]]:
        """Spans of a folded sentence that ask for a quotient."""
        found: list[tuple[int, int, Expression]] = []
        for match in self._between.finditer(text):
            low, high = _amount(match["a"]), _amount(match["b"])
            if low is not None and high is not None and low <= high:
                found.append((match.start(), match.end(), Quotient(high, low)))
        for match in self._one.finditer(text):
            value = _amount(match["n"])
            if value is None or any(start <= match.start() < end for start, end, _ in found):
                continue
            after = (match["after"] or "").strip()
            if match["above"] or after in ("minimum", "ou plus"):
                found.append((match.start(), match.end(), Quotient(None, value, value if match["above"] else None)))
            elif match["strict"]:
                found.append((match.start(), match.end(), Quotient(value - 1)))
            else:
                found.append((match.start(), match.end(), Quotient(value)))
        return found

    def bare(self, text: str) -> list[tuple[int, int]]:
        """Where a quotient is named, with or without a threshold."""
        return [match.span() for match in self._bare.finditer(text)]


def _amount(written: str) -> int | None:
    digits = re.sub(r"[^\d]", "", re.split(r",\d", written)[0])
    return int(digits) if digits and len(digits) <= 7 else None
