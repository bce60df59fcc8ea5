"""From turns to a table: quantiles, ratios, and JSON.

Theory of operation. Absolute times belong to one machine and one hour; the ratio to a floor of the same run is what
travels. A quantile is only told where enough crossings stand behind it (p99 wants a hundred, p99.9 a thousand).
"""

import platform
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from bench.turn import DAEMON, FLOORS, Turn


def quantile(values: Sequence[float], share: float) -> float | None:
    """The value below which this share lies; None: too few to say."""
    if len(values) * (1 - share) < 1:
        return None
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def row(turn: Turn) -> dict[str, Any]:
    """The figures of one peer."""
    us = turn.latencies_us
    told: dict[str, Any] = {"count": len(us)}
    for name, share in (("median_us", 0.5), ("p99_us", 0.99), ("p999_us", 0.999)):
        value = quantile(us, share)
        told[name] = None if value is None else round(value)
    told["max_us"] = round(max(us)) if us else None
    told.update(misses=turn.misses, garbled=turn.garbled, spoiled=turn.spoiled)
    for name in ("cpu_percent", "wakeups_s", "rss_mb", "ready_s"):
        values = getattr(turn, name)
        told[name] = round(median(values), 2) if values else None
    if turn.peer == DAEMON:
        told["cycle_gap_ms"] = turn.cycle_gap_ms
    return told


def ratios(rows: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """The daemon's median and p99 over each floor's."""
    told: dict[str, dict[str, float]] = {}
    for floor in FLOORS:
        for name in ("median_us", "p99_us"):
            ours, theirs = rows[DAEMON][name], rows[floor][name]
            if ours and theirs:
                told.setdefault(floor, {})[name.removesuffix("_us")] = round(ours / theirs, 2)
    return told


def machine() -> dict[str, Any]:
    """Which machine this was."""
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    names = [line.partition(":")[2].strip() for line in text.splitlines() if line.startswith("model name")]
    return {
        "cpu": names[0] if names else platform.machine(),
        "cores": len(names),
        "system": f"{platform.system()} {platform.release()}",
        "python": sys.version.split()[0],
    }


COLUMNS = (
    "count",
    "median_us",
    "p99_us",
    "p999_us",
    "max_us",
    "misses",
    "garbled",
    "cpu_percent",
    "rss_mb",
    "ready_s",
)


def lines(cell: Mapping[str, Any]) -> list[str]:
    """A cell of the table as text: one line a peer, then the ratios."""
    told = [f"N = {cell['beds']}, vital signs at {cell['hz']:g} Hz, polls at 4 Hz"]
    told.append("  " + f"{'':16}" + "".join(f"{name:>12}" for name in COLUMNS))
    for peer, one in cell["peers"].items():
        shown = ("-" if one[name] is None else str(one[name]) for name in COLUMNS)
        told.append("  " + f"{peer:16}" + "".join(f"{word:>12}" for word in shown))
    for floor, both in cell["ratios"].items():
        told.append(
            f"  {DAEMON} / {floor}: " + ", ".join(f"{name} {value:.2f}" for name, value in both.items())
        )
    return told
