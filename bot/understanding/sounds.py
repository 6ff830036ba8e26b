"""How words sound in a language, so that what is spelt by ear can be read (data/lexicons/sounds.yml)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence


class Sounds:
    """Rewrites folded words to what is heard. `re.error` or `ValueError` on a list that cannot be read."""

    def __init__(self, rewrites: Iterable[Sequence[str]] = ()) -> None:
        self._rewrites = [(re.compile(str(one)), str(other)) for one, other in rewrites]

    def __bool__(self) -> bool:
        return bool(self._rewrites)

    def of(self, word: str) -> str:
        """The sound of one folded word."""
        for expression, heard in self._rewrites:
            word = expression.sub(heard, word)
        return word

    def of_name(self, name: str) -> str:
        """The sound of a folded name of several words, whose spaces are not heard."""
        return "".join(map(self.of, name.split()))
