"""One channel's state as it is retained on `pumpd/v1/state/{channel}`, version 1.

Theory of operation. The console's summary is for who stands at the bed: it may name people, quote notes, and grow with
each version. What is on a broker is read by programs of other makers, perhaps in another building, for years. So this is
a list of its own, made field by field from the summary, closed by a JSON Schema (docs/mqtt/state.schema.json): what the
summary learns tomorrow is not published by accident, and a field is never taken away within a version. Units stand last
in the names. The patient is the token of the order, never a name; notes, logs and who stood where stay at the console.

Wall time is for people and for telling a retained word from a fresh one; who is late is told by `next_within_s`.
"""

from collections.abc import Mapping
from typing import Any

from interlocks.vocabulary import UNIT, Signal

VERSION = 1
#: A subscriber that has heard nothing for so long, and then as long again, knows nothing of the channel any more.
NEXT_WITHIN_S = 5

Summary = Mapping[str, Any]

#: Fields that move by themselves: a change of these alone is no news.
_CLOCKS = frozenset({"seq", "at_wall_ms", "age_ms", "line_pressure_age_ms", "report_age_ms"})
_SECONDS_OF_CARE = ("ended_ago_s", "closable_in_s")


def state_message(summary: Summary, seq: int) -> dict[str, Any]:
    """The payload, JSON-ready.

    Args:
        summary: a channel's, as the console shows it.
        seq: counts the messages of this channel and boot, from 1.
    """
    order = summary["order"]
    return {
        "v": VERSION,
        "channel": summary["channel"],
        "bed": summary["bed"],
        "boot": summary["boot"],
        "seq": seq,
        "at_wall_ms": summary["wall_ms"],
        "next_within_s": NEXT_WITHIN_S,
        "session": summary["session"],
        "phase": summary["phase"],
        "word": summary["word"],
        # Of a closed session the console's sentence names who takes the patient home.
        "headline": "Closed" if summary["word"] == "CLOSED" else summary["headline"],
        "patient_token": order.get("patient", ""),
        "drug": order.get("drug", ""),
        **_amounts(summary),
        "time_left_s": summary["time_left_s"],
        "percent_of_programme": summary["percent_of_programme"],
        "holds": [{"source": one["source"], "reason": one["reason"]} for one in summary["holds"]],
        "binding": [
            {key: one[key] for key in ("source", "reason", "rule", "ceiling_nl_h")}
            for one in summary["binding"]
        ],
        "vitals": {
            name: {"value": one["value"], "unit": UNIT[Signal(name)], "age_ms": one["age_ms"]}
            for name, one in summary["vitals"].items()
        },
        "unwatched": list(summary["unwatched"]),
        "line_pressure_mmhg": summary["line_pressure_mmhg"],
        "line_pressure_age_ms": summary["line_pressure_age_ms"],
        **_alarms(summary),
        "pump": {
            key: summary["pump"][key]
            for key in ("link", "reason", "identity", "motion", "watchdog_ms", "report_age_ms")
        },
        "journal_ok": summary["journal"]["ok"],
        "sounders": [{"name": one["name"], "ok": one["ok"]} for one in summary.get("sounders", ())],
        "care": _care(summary["care"]),
    }


def _amounts(summary: Summary) -> dict[str, Any]:
    rate, volume, dose = summary["rate"], summary["volume"], summary["dose"]
    doses = ("prescribed", "programmed", "given_low", "given_best", "given_high", "left")
    return {
        **{f"rate_{name}": rate[name] for name in rate},
        "volume_to_be_infused_nl": volume["vtbi_nl"],
        "volume_infused_nl": volume["infused_nl"],
        # Decimal text, as everywhere: what is counted in nanograms is not said in binary fractions.
        **{f"dose_{name}_mg": dose.get(f"{name}_mg") for name in doses},
    }


def _alarms(summary: Summary) -> dict[str, Any]:
    behind_ms = summary["wall_ms"] - summary["at_ms"]
    signal = summary["signal"]
    return {
        "alarms": [
            {
                "key": one["key"],
                "priority": one["priority"],
                "text": one["text"],
                "present": one["present"],
                "is_acknowledged": bool(one["acknowledged"]),
                "first_out": one["first_out"],
                "since_wall_ms": one["since_ms"] + behind_ms,
            }
            for one in summary["alarms"]
        ],
        "alarm_light": signal["light"],
        "alarm_sound": signal["sound"],
        "audio_paused": signal["audio_paused"],
    }


def _care(care: Summary) -> dict[str, Any]:
    """Where the course stands; what people wrote about the patient is for the console and the record."""
    return {
        "course": care["course"],
        "step": care["step"],
        **{key: care.get(key) for key in _SECONDS_OF_CARE},
        "observations": [
            {key: one[key] for key in ("slot_min", "is_done", "is_recovered")}
            for one in care.get("observations", ())
        ],
    }


def news_of(message: object) -> object:
    """The message without what moves by itself: two that are equal in this tell a reader the same."""
    if isinstance(message, Mapping):
        return {
            key: news_of(value)
            for key, value in message.items()
            if key not in _CLOCKS and key not in _SECONDS_OF_CARE
        }
    if isinstance(message, list):
        return [news_of(one) for one in message]
    return message
