"""Measures the reader on files of cases: per language, style and field, and the time a message takes."""

from __future__ import annotations

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from bot.understanding import plain
from bot.understanding.facts import Reading
from bot.understanding.language import LanguageDetector
from bot.understanding.reader import Understanding

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "understanding" / "cases"
UNSURE = ("ps", "ti")
GROUPS = ("fr", "fr-sms", "other", "unsure")


def load_cases(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """The cases of YAML files (see tests/understanding/cases/README.md)."""
    cases: list[dict[str, Any]] = []
    for path in paths:
        cases += yaml.load(path.read_bytes(), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)) or []
    return cases


def profile_of(reading: Reading) -> dict[str, Any]:
    """The profile that one message alone gives."""
    # The measure runs in the application only; the reader itself must not need the profile's room.
    from bot.profile.merge import merge

    return merge({}, reading.facts).profile


def verdict(case: Mapping[str, Any], reading: Reading) -> dict[str, Counter[str]]:
    """For each field: `right`, `wrong` (another value, or one that should be unknown), `missed`."""
    profile = profile_of(reading)
    out: dict[str, Counter[str]] = {}
    for name, wanted in (case.get("expect") or {}).items():
        got = profile.get(name)
        if wanted is None:
            # A place to ask back: no value, and the candidates said.
            result = "right" if got is None else "wrong"
        elif isinstance(wanted, list):
            if got is None:
                result = "right" if _denied(reading, name, wanted) else "missed"
            else:
                result = "right" if set(got) == set(map(str, wanted)) else "wrong"
        else:
            result = "missed" if got is None else "right" if str(got) == str(wanted) else "wrong"
        out[name] = Counter([result])
    for name in case.get("absent") or ():
        if name != "danger" and profile.get(name) is not None:
            out.setdefault(name, Counter()).update(["wrong"])
    return out


def _denied(reading: Reading, name: str, wanted: Sequence[Any]) -> bool:
    return not wanted and any(f.field == name and f.operation == "clear" for f in reading.facts)


def run(quick: bool = False, cases: Sequence[Path] = ()) -> dict[str, Any]:
    """Reads every case and counts. `cases`: files instead of the project's own; `quick`: one case in three."""
    understanding = Understanding.load(ROOT / "data")
    detector = LanguageDetector.load(ROOT / "data", understanding.gazetteer)
    listed = load_cases(cases or sorted(CASES.glob("*.yml")))
    if quick:
        listed = listed[::3]
    for case in listed:  # patterns compile at their first use: not what a message costs
        _read(understanding, case)
    tallies: dict[str, Counter[str]] = defaultdict(Counter)
    fields: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    times: list[float] = []
    for case in listed:
        began = time.process_time()  # other work must not count
        reading = _read(understanding, case)
        times.append((time.process_time() - began) * 1000)
        found = verdict(case, reading)
        counts = sum(found.values(), Counter[str]())
        counts["messages"] += 1
        counts["exact"] += not (counts["wrong"] or counts["missed"])
        counts["with_wrong"] += bool(counts["wrong"])
        _alarms(case, reading, counts)
        _language(case, detector, counts)
        for group in _groups(case):
            tallies[group] += counts
            for name, results in found.items():
                fields[group][name] += results
    groups = {name: _figures(tally) for name, tally in sorted(tallies.items())}
    peer, cost = _plain(understanding, listed, quick)
    return {
        "messages": len(listed),
        "groups": groups,
        "fields": {
            group: {n: _figures(t) for n, t in sorted(f.items())} for group, f in sorted(fields.items())
        },
        "f1": {name: groups[name]["f1"] for name in GROUPS if name in groups},
        "wrong_fact_rate": groups["all"]["wrong_fact_rate"] if groups else None,
        "danger_recall": _ratio(tallies["all"]["danger_heard"], tallies["all"]["danger"]),
        "false_alarm_rate": _ratio(tallies["all"]["false_alarm"], tallies["all"]["safe"]),
        "language_right": _ratio(tallies["all"]["language_ok"], tallies["all"]["messages"]),
        "plain_rasa_f1": {name: peer[name]["f1"] for name in GROUPS if name in peer},
        "plain_rasa_held_f1": {name: peer[f"held {name}"]["f1"] for name in GROUPS if f"held {name}" in peer},
        "plain_rasa_wrong_fact_rate": peer["all"]["wrong_fact_rate"] if peer else None,
        "plain_rasa_cost": cost,
        "p50_ms": round(statistics.median(times), 3) if times else None,
        "p95_ms": round(statistics.quantiles(times, n=20)[-1], 3) if len(times) > 1 else None,
    }


def _plain(
    understanding: Understanding, listed: Sequence[Mapping[str, Any]], quick: bool
) -> tuple[dict[str, dict[str, Any]], dict[str, float]]:
    """The same cases through plain Rasa, which learns from the project's own cases but those held back."""
    own = load_cases(sorted(CASES.glob("*.yml")))
    taught = [case for case in own if not case.get("held")]
    texts = [str(case["text"]) for case in listed]
    read, cost = plain.readings(understanding, taught, texts, lambda case: _read(understanding, case), quick)
    tallies: dict[str, Counter[str]] = defaultdict(Counter)
    for case, reading in zip(listed, read, strict=True):
        counts = sum(verdict(case, reading).values(), Counter[str]())
        counts["messages"] += 1
        counts["with_wrong"] += bool(counts["wrong"])
        for group in _groups(case):
            tallies[group] += counts
    return {name: _figures(tally) for name, tally in tallies.items()}, cost


def _read(understanding: Understanding, case: Mapping[str, Any]) -> Reading:
    now = case["now"] if isinstance(case["now"], datetime) else datetime.fromisoformat(str(case["now"]))
    return understanding.read(
        str(case["text"]), now=now, language=case.get("language"), asked=case.get("asked")
    )


def _groups(case: Mapping[str, Any]) -> list[str]:
    language, style = str(case["language"]), str(case.get("style", "plain"))
    main = (
        ("fr-sms" if style == "sms" else "fr")
        if language == "fr"
        else "unsure"
        if language in UNSURE
        else "other"
    )
    out = ["all", main, f"language {language}", f"style {style}"]
    if case.get("held"):
        out += ["held", f"held {main}", f"held language {language}"]
    return list(dict.fromkeys(out))


def _alarms(case: Mapping[str, Any], reading: Reading, counts: Counter[str]) -> None:
    wanted = case.get("danger")
    if wanted:
        counts["danger"] += 1
        counts["danger_heard"] += reading.danger is not None
        counts["danger_exact"] += reading.danger == wanted
    else:
        counts["safe"] += 1
        counts["false_alarm"] += reading.danger is not None
    if reading.signal == case.get("signal"):
        counts["signal_ok"] += 1


def _language(case: Mapping[str, Any], detector: LanguageDetector, counts: Counter[str]) -> None:
    guess = detector.detect(str(case["text"]), None)
    counts["language_ok"] += guess.language in (None, case["language"]) or not guess.sure


def _figures(tally: Counter[str]) -> dict[str, Any]:
    right, wrong, missed = tally["right"], tally["wrong"], tally["missed"]
    precision, recall = _ratio(right, right + wrong), _ratio(right, right + wrong + missed)
    f1 = None
    if precision is not None and recall is not None:
        f1 = round(2 * precision * recall / (precision + recall), 4) if precision + recall else 0.0
    out: dict[str, Any] = {
        "precision": precision,
        "recall": recall,
        "f1": f1,
        "judged": right + wrong + missed,
    }
    if tally["messages"]:
        out |= {
            "messages": tally["messages"],
            "exact_rate": _ratio(tally["exact"], tally["messages"]),
            "wrong_fact_rate": _ratio(tally["with_wrong"], tally["messages"]),
            "danger_recall": _ratio(tally["danger_heard"], tally["danger"]),
            "false_alarm_rate": _ratio(tally["false_alarm"], tally["safe"]),
            "signal_right": _ratio(tally["signal_ok"], tally["messages"]),
            "language_right": _ratio(tally["language_ok"], tally["messages"]),
        }
    return out


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
