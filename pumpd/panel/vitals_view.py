"""The patient on a screen: newest readings with their age, the baseline, what people entered.

Theory of operation. A number without its age is a rumour, so each stands with its own; one that is old is marked in
words, not by colour alone. What nobody measures is named, for an empty place looks like quiet. Ages change every
second and have places of their own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from pumpd.panel.quantity import NONE, age, plain
from pumpd.panel.words import Words

#: From here on a reading is called old, ms: the cuff measures every few minutes, the rest every second.
OLD_MS: Mapping[str, int] = {"bp": 600_000, "hr": 15_000, "spo2": 15_000, "line": 15_000}


def texts(state: Mapping[str, Any], words: Words) -> dict[str, str]:
    """Values and ages."""
    vitals = state.get("vitals") or {}
    sys, dia = vitals.get("sys") or {}, vitals.get("dia") or {}
    shown = {
        "bp": f"{plain(sys.get('value'))}/{plain(dia.get('value'))}" if sys else NONE,
        "bp-age": _age("bp", sys.get("age_ms"), words),
        "cuff": words("vitals.cuff") if state.get("cuff_active") else "",
        "baseline": _baseline(state.get("baseline"), words),
        "unwatched": _unwatched(state.get("unwatched") or (), words),
        "line": plain(state.get("line_pressure_mmhg")),
        "line-age": _age("line", state.get("line_pressure_age_ms"), words),
    }
    for name in ("hr", "spo2"):
        sample = vitals.get(name) or {}
        shown[name] = plain(sample.get("value"))
        shown[f"{name}-age"] = _age(name, sample.get("age_ms"), words)
    for name, seen in (state.get("observations") or {}).items():
        value = words.maybe(f"seen.{name}.{seen.get('value')}", str(seen.get("value")))
        shown[f"seen-{name}"] = words("seen", value=value, age=age(seen.get("age_ms")), by=seen.get("by", ""))
    for name in ("moaas", "rass", "symptoms", "presence"):
        shown.setdefault(f"seen-{name}", words("seen.never"))
    return shown


def parts(_state: Mapping[str, Any], _words: Words) -> dict[str, str]:
    """Nothing of the patient is a list."""
    return {}


def _unwatched(names: Sequence[Any], words: Words) -> str:
    if not names:
        return ""
    said = (words.maybe(f"vitals.unwatched.{one}", str(one)) for one in names)
    return words("vitals.unwatched", names=", ".join(said))


def _age(name: str, ms: Any, words: Words) -> str:
    if ms is None:
        return words("vitals.none")
    key = "vitals.old" if ms > OLD_MS[name] else "vitals.age"
    return words(key, age=age(ms))


def _baseline(baseline: Any, words: Words) -> str:
    if not baseline:
        return words("baseline.none")
    key = "baseline.accepted" if baseline.get("accepted") else "baseline.offered"
    return words(key, sys=plain(baseline.get("sys")), dia=plain(baseline.get("dia")))
