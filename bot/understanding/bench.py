"""Measures the reader on files of cases: per language, style and field, and the time a message takes."""

from __future__ import annotations

import statistics
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bot.understanding import plain
from bot.understanding.cases import BadCases, Case, load_cases
from bot.understanding.facts import Reading
from bot.understanding.judged import profile_of, verdict
from bot.understanding.language import LanguageDetector
from bot.understanding.reader import Understanding

ROOT = Path(__file__).resolve().parents[2]
CASES = ROOT / "tests" / "understanding" / "cases"
UNSURE = ("ps", "ti")
GROUPS = ("fr", "fr-sms", "other", "unsure")
QUICK = 10  # one file in so many


def run(quick: bool = False, cases: Sequence[Path] = ()) -> dict[str, Any]:
    """Reads every case and counts. `cases`: files instead of the project's own; `quick`: one file in `QUICK`.

    Plain Rasa is asked a part of them (`plain_rasa_messages`), beside which stand our figures for the same part.

    Raises `StepFailed` when a file cannot be used.
    """
    from bot.running.steps import StepFailed

    understanding = Understanding.load(ROOT / "data")
    detector = LanguageDetector.load(ROOT / "data", understanding.gazetteer)
    try:
        listed = load_cases(cases or _own_files(quick))
    except BadCases as error:
        raise StepFailed(str(error)) from error
    for case in listed:  # patterns compile at their first use: not what a message costs
        read(understanding, detector, case)
    tallies: dict[str, Counter[str]] = defaultdict(Counter)
    fields: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    times: dict[str, list[float]] = defaultdict(list)
    ours: list[list[Reading]] = []
    for case in listed:
        spent: list[float] = []
        readings = read(understanding, detector, case, spent)
        ours.append(readings)
        found = verdict(case, readings)
        counts = _counted(found)
        counts["exact"] += not (counts["wrong"] or counts["missed"])
        _alarms(case, readings, counts)
        _language(case, detector, counts)
        for group in groups_of(case, detector):
            tallies[group] += counts
            times[group] += spent
            for name, results in found.items():
                fields[group][name] += results
    groups = {name: _figures(tally) | _times(times[name]) for name, tally in sorted(tallies.items())}
    pairs = plain.drawn(list(zip(listed, ours, strict=True)), plain.QUICK_ASKED if quick else plain.ASKED)
    asked = [case for case, _ in pairs]
    peer, cost = _plain(understanding, detector, asked, quick)
    same = _tallied(asked, detector, [readings for _, readings in pairs])
    everything = tallies["all"]
    return {
        "messages": len(listed),
        "groups": groups,
        "fields": {
            group: {n: _figures(t) for n, t in sorted(f.items())} for group, f in sorted(fields.items())
        },
        "f1": {name: groups[name]["f1"] for name in GROUPS if name in groups},
        "wrong_fact_rate": _ratio(everything["with_wrong"], everything["messages"]),
        "danger_recall": _ratio(everything["danger_heard"], everything["danger"]),
        "false_alarm_rate": _ratio(everything["false_alarm"], everything["safe"]),
        "language_right": _ratio(everything["language_ok"], everything["language_judged"]),
        "plain_rasa_messages": len(asked),
        "same_messages_f1": {name: same[name]["f1"] for name in GROUPS if name in same},
        "same_messages_wrong_fact_rate": same["all"]["wrong_fact_rate"] if same else None,
        "plain_rasa_f1": {name: peer[name]["f1"] for name in GROUPS if name in peer},
        "plain_rasa_held_f1": {name: peer[f"held {name}"]["f1"] for name in GROUPS if f"held {name}" in peer},
        "plain_rasa_wrong_fact_rate": peer["all"]["wrong_fact_rate"] if peer else None,
        "plain_rasa_cost": cost,
        **(_times(times["all"])),
    }


def _own_files(quick: bool) -> list[Path]:
    return sorted(CASES.glob("*.yml"))[:: QUICK if quick else 1]


def read(
    understanding: Understanding, detector: LanguageDetector, case: Case, spent: list[float] | None = None
) -> list[Reading]:
    """What each message of a case says, read one after the other; `spent` takes the milliseconds each cost."""
    readings: list[Reading] = []
    language = case.language
    for rank, text in enumerate(case.texts):
        if language is None:
            guess = detector.detect(text, None)
            language = guess.language if guess.sure else None
        profile = profile_of(readings) if readings else None
        began = time.process_time()  # other work must not count
        reading = understanding.read(
            text, now=case.now, language=language, asked=None if rank else case.asked, profile=profile
        )
        if spent is not None:
            spent.append((time.process_time() - began) * 1000)
        readings.append(reading)
    return readings


def _plain(
    understanding: Understanding, detector: LanguageDetector, listed: Sequence[Case], quick: bool
) -> tuple[dict[str, dict[str, Any]], dict[str, float]]:
    """The same cases through plain Rasa, which learns from some of the project's own that are not held back."""
    own = [case for case in load_cases(_own_files(quick)) if not case.held]
    taught = [
        (text, case.expect, reading)
        for case in plain.teachable(own, quick)
        for text, reading in zip(case.texts, read(understanding, detector, case), strict=True)
    ]
    texts = [text for case in listed for text in case.texts]
    answers, cost = plain.readings(understanding, taught, texts, quick)
    left = iter(answers)
    return _tallied(listed, detector, [[next(left) for _ in case.texts] for case in listed]), cost


def _tallied(
    listed: Sequence[Case], detector: LanguageDetector, answers: Sequence[Sequence[Reading]]
) -> dict[str, dict[str, Any]]:
    tallies: dict[str, Counter[str]] = defaultdict(Counter)
    for case, readings in zip(listed, answers, strict=True):
        counts = _counted(verdict(case, readings))
        for group in groups_of(case, detector):
            tallies[group] += counts
    return {name: _figures(tally) for name, tally in tallies.items()}


def groups_of(case: Case, detector: LanguageDetector) -> list[str]:
    """The groups that a case counts in; a language nobody told is the one its first message is sure to be in."""
    language = case.language
    if language is None and case.texts:
        language = detector.detect(case.texts[0], None).language
    main = (
        ("fr-sms" if case.style == "sms" else "fr")
        if language == "fr"
        else "unsure"
        if language in UNSURE
        else "other"
    )
    out = ["all", main, f"language {language}", f"style {case.style}"]
    if case.held:
        out += ["held", f"held {main}", f"held language {language}"]
    return list(dict.fromkeys(out))


def _counted(found: Mapping[str, Counter[str]]) -> Counter[str]:
    counts = sum(found.values(), Counter[str]())
    counts["messages"] += 1
    counts["with_wrong"] += bool(counts["wrong"])
    return counts


def _alarms(case: Case, readings: Sequence[Reading], counts: Counter[str]) -> None:
    dangers = {reading.danger for reading in readings} - {None}
    if case.danger:
        counts["danger"] += 1
        counts["danger_heard"] += bool(dangers)
        counts["danger_exact"] += case.danger in dangers
    else:
        counts["safe"] += 1
        counts["false_alarm"] += bool(dangers)
    signals = {reading.signal for reading in readings} - {None}
    counts["signal_ok"] += signals == ({case.signal} if case.signal else set())


def _language(case: Case, detector: LanguageDetector, counts: Counter[str]) -> None:
    if case.language is None or not case.texts:
        return
    guess = detector.detect(case.texts[0], None)
    counts["language_judged"] += 1
    counts["language_ok"] += guess.language in (None, case.language) or not guess.sure


def _times(spent: Sequence[float]) -> dict[str, float | None]:
    return {
        "p50_ms": round(statistics.median(spent), 3) if spent else None,
        "p95_ms": round(statistics.quantiles(spent, n=20)[-1], 3) if len(spent) > 1 else None,
    }


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
            "language_right": _ratio(tally["language_ok"], tally["language_judged"]),
        }
    return out


def _ratio(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
