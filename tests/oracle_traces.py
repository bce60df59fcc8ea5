"""Fabricated traces for the oracle: a treatment in which all is well, and steps to spoil it with.

Theory of operation. The oracle is told what a bench would have seen; no bench is there. The order is the default one: 35 mg
in 17.5 mL, 26.25 mL/h. `started` is a session that a person has started, identified, recorded and flowing at 10 s.
"""

from collections.abc import Iterable
from typing import Any

from hil_sim.oracle.flowing import FLOWING
from hil_sim.oracle.judge import PREDICATES, Oracle
from hil_sim.oracle.keeping import KEEPING
from hil_sim.oracle.scene import (
    Committed,
    Lived,
    Moved,
    Prescribed,
    Pressed,
    Scene,
    Sent,
    Shown,
    Step,
    Tick,
)

ORDER = {"weight_kg": "70", "dose_mg_per_kg": "0.5", "concentration_mg_per_ml": "2", "minutes": "40"}
PRESCRIBED = Prescribed.of(ORDER)
RATE_NL_H = 26_200_000.0
NL_PER_S = RATE_NL_H / 3600


def state(**changes: Any) -> dict[str, Any]:
    """A state on the screen: infusing, nothing wrong."""
    shown: dict[str, Any] = {
        "word": "INFUSING",
        "phase": "infusing",
        "session": 1,
        "line_pressure_mmhg": None,
        "dose": None,
        "holds": [],
        "findings": [],
        "binding": [{"source": "programme"}],
        "resume_blocked_by": [],
        "vitals": {"hr": {"value": 72.0}},
        "alarms": [],
    }
    return {**shown, **changes}


def started() -> list[Step]:
    """Up to 10.0 s: a first life, a start by a person, flowing."""
    return [
        Lived(0.0, "life"),
        Lived(0.0, "open"),
        Sent(0.1, is_identity=True),
        Lived(0.2, "ready"),
        Shown(9.0, state(phase="verified", word="READY")),
        Pressed(9.8, "p1", "start", "nina"),
        Committed(9.81, 9.85),
        Sent(9.9, rate_nl_h=RATE_NL_H),
        Sent(9.95, is_run=True),
        Moved(9.95, RATE_NL_H),
        Shown(10.0, state()),
    ]


def ticks(
    from_s: float, to_s: float, rate_nl_h: float = RATE_NL_H, plunger_nl: float = 0.0, *, is_calm: bool = True
) -> list[Step]:
    """Ten a second of steady motion."""
    count = round((to_s - from_s) * 10)
    return [
        Tick(from_s + n / 10, plunger_nl + rate_nl_h / 3600 * n / 10, rate_nl_h, is_calm)
        for n in range(count + 1)
    ]


#: A trace here shows the screen only where a test needs it, which those that watch the screen itself would not forgive;
#: they are tested one at a time.
JUDGED = tuple(one for one in PREDICATES if one not in (*KEEPING, *FLOWING))


def broken(*parts: Step | Iterable[Step], scene: Scene | None = None) -> list[str]:
    """The invariants that these steps break, in order."""
    oracle = Oracle(scene or Scene(PRESCRIBED), JUDGED)
    for part in parts:
        for step in [part] if isinstance(part, Step) else part:
            oracle.see(step)
    return [one.invariant for one in oracle.violations]
