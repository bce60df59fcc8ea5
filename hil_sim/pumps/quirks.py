"""What can be wrong with a pump, as switches its face looks at.

A faulty pump is still a pump: it goes on framing, answering and moving, and lies in one respect. So the
faults are not a second pump but a few switches that the one face consults where it matters; all off is an
honest pump. They compose, because each is looked at in one place only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

StopQuirk = Literal["", "refused_na", "refused_com", "ignored_lying", "ignored_honest"]


@dataclass
class Quirks:
    """Switches, all off by default (rows: facts/faults.md 4).

    Attributes:
        stop: STP refused with ?NA or ?COM (row 3), or acknowledged while the plunger goes on (row 4); the
        lying variant keeps saying the letter it acknowledged with, the honest one says I. is_rate_ignored:
        RAT acknowledged, nothing changed (row 5). version: another pump's VER answer (row 21).
        is_watchdog_dead: SAF accepted, never expires (row 8). motor_factor: the motor turns this much
        faster, and the pump's counter sees it (rows 9, 11). hidden_factor: the plunger travels this much
        further, and the counter does not see it. frozen: when not None, the first answer to each query is
        given again for ever (row 16).
    """

    stop: StopQuirk = ""
    is_rate_ignored: bool = False
    version: str | None = None
    is_watchdog_dead: bool = False
    motor_factor: float = 1.0
    hidden_factor: float = 1.0
    frozen: dict[str, str] | None = field(default=None)
