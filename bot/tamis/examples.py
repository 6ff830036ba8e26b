"""`python -m bot.tamis.examples`: the sentences the ear for conditions learns from, as `engine.conditions` takes them.

One JSON object a line: `file`, `side`, `cues` and `words`. Examples are lines of `data/tamis/examples/*.tsv`:
`field side<TAB>sentence`. A line that the reader cuts in several counts only where it informs: nobody says which of
its sentences restricts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bot.learnt import weights
from bot.settings import Settings
from bot.tamis.ear import EXAMPLES, Side, cues_of, words_of
from bot.tamis.reader import Reader

# Sentences of the sets that the rules were mended from: that the rules read them well says nothing of other sentences.
JUDGED = "judged"


def examples(data: Path) -> Iterator[dict[str, Any]]:
    """What each example teaches, with what the rules make of it."""
    reader = Reader.load(data)
    for line in weights.lines(data / EXAMPLES):
        field, side = line.side.split()
        pieces = list(reader.ruled(field, line.text))
        if len(pieces) > 1 and side != Side.INFORMS:
            continue
        for folded, read in pieces:
            words = words_of(folded)
            if words:
                yield {
                    "file": line.file,
                    "side": Side(side).value,
                    "cues": cues_of(field, read)[: 1 if line.file == JUDGED else 2],
                    "words": words,
                }


def main() -> None:
    """Print them."""
    for example in examples(Settings().data):
        sys.stdout.write(json.dumps(example, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
