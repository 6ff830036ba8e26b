"""`python -m bot.understanding.role_examples CASES…`: examples for the ear for roles out of case files, on stdout.

One line a place: the part it plays, then the language, the field asked for, the parts of the others, and the message
as its language's reader spells it, the place as `§§`. A place whose part nobody judged is left out, as are held-back
cases; a place beside others is told twice, once without their parts, as where the rules missed them.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bot.understanding.cases import Case, load_cases
from bot.understanding.reader import Understanding
from bot.understanding.roles import HERE, NONE, Place
from bot.understanding.trip import ROLES

SIGNS = 2  # of a mark that the example keeps: `§p`, `§d`, `§t`


def examples(understanding: Understanding, case: Case) -> Iterator[str]:
    """The lines of one case."""
    if case.held or len(case.texts) != 1 or case.language not in understanding.lexicons:
        return
    stated = understanding.stated(case.texts[0], now=case.now, language=case.language, asked=case.asked)
    tokens = [token.text for token in stated.stream.tokens]
    parts = {
        mark: next((role for role in ROLES if case.expect.get(role) in mention.answer.candidates), "")
        for mark, mention in stated.places.items()
        if mark in tokens
    }
    judged = any(role in case.expect or role in case.absent for role in ROLES)
    for mark, part in parts.items():
        if not (part or judged):
            continue
        others = [role for other, role in parts.items() if other != mark and role]
        words = [HERE if token == mark else token[:SIGNS] if token[0] == "§" else token for token in tokens]
        for told in [others, []] if others else [[]]:
            head = f"{case.language} {case.asked or '-'} {'+'.join(told) or '-'}"
            yield f"{part or NONE}\t{head} {' '.join(words)}"


def place(text: str) -> Place:
    """The place that an example's text tells of. Raises `ValueError` for what is none."""
    language, asked, others, *tokens = text.split(" ")
    told: Sequence[str] = [] if others == "-" else others.split("+")
    return Place(tokens, tokens.index(HERE), told, None if asked == "-" else asked, language)


def main() -> None:
    """Print the lines of the files named, each once."""
    understanding = Understanding.load(Path(__file__).parents[2] / "data")
    cases = [case for path in sys.argv[1:] for case in load_cases([Path(path)])]
    for line in dict.fromkeys(line for case in cases for line in examples(understanding, case)):
        print(line)


if __name__ == "__main__":
    main()
