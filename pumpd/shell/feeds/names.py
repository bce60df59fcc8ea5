"""The names a native payload may use, and what a number under each of them can mean at all.

Theory of operation. Data only: the parser (`native`) reads it, docs/mqtt/vitals.schema.json says the same in
another language, and a test holds the two together.
"""

from collections.abc import Mapping
from typing import Final

from interlocks.vocabulary import Signal

#: name -> (MDC code, signal). A value counts only if code *and* name agree with this table, because
#: invented codes circulate (facts/requirements.md 5.4). No MDC code is known for the names with X_, so they
#: must carry none. What people enter (scores, presence) has no name here: no feed can speak of it.
NAMES: Final[Mapping[str, tuple[int | None, Signal]]] = {
    "MDC_PRESS_BLD_NONINV_SYS": (150021, Signal.SYS),
    "MDC_PRESS_BLD_NONINV_DIA": (150022, Signal.DIA),
    "MDC_PRESS_BLD_NONINV_MEAN": (150023, Signal.MAP),
    "MDC_PRESS_CUFF_SYS": (150301, Signal.SYS),
    "MDC_PRESS_CUFF_DIA": (150302, Signal.DIA),
    "MDC_PRESS_CUFF_MEAN": (150303, Signal.MAP),
    "MDC_PULS_OXIM_SAT_O2": (150456, Signal.SPO2),
    "MDC_PULS_OXIM_PULS_RATE": (149530, Signal.HR),
    "MDC_ECG_HEART_RATE": (147842, Signal.HR),
    "MDC_RESP_RATE": (151562, Signal.RR),
    "X_TIME_SINCE_BREATH": (None, Signal.BREATH_GAP),
    "X_PRESS_INFUSION_LINE": (None, Signal.LINE_PRESSURE),
    "X_AIR_BUBBLE": (None, Signal.AIR_BUBBLE),
    "X_AIR_15MIN": (None, Signal.AIR_15MIN),
    "X_BEDSIDE_BUTTON": (None, Signal.BUTTON),
}
#: The pulse the cuff itself counted, {beat}/min (facts/requirements.md 5.1).
CUFF_PULSE: Final = ("MDC_PULS_RATE_NON_INV", 149546)

#: Inclusive plausibility windows in `UNIT[signal]`. SYS, DIA: clinical.md 4; MAP follows from them; a cuff reading
#: beyond them that a cuff can still show (`SENSOR`) is suspect. The others are ours: what the sensor can mean at
#: all, zero included, for a true zero must reach the rules. An hour without a breath and a whole 60 mL syringe of
#: air are the widest that still mean something.
PLAUSIBLE: Final[Mapping[Signal, tuple[float, float]]] = {
    Signal.SYS: (60, 250),
    Signal.DIA: (30, 150),
    Signal.MAP: (30, 250),
    Signal.HR: (0, 300),
    Signal.SPO2: (0, 100),
    Signal.RR: (0, 150),
    Signal.BREATH_GAP: (0, 3_600),
    Signal.LINE_PRESSURE: (-300, 2000),
    Signal.AIR_BUBBLE: (0, 60_000),
    Signal.AIR_15MIN: (0, 60),
    Signal.BUTTON: (0, 1),
}
#: What a cuff can show at all; what is beyond is no pressure.
SENSOR: Final[Mapping[Signal, tuple[float, float]]] = {
    Signal.SYS: (30, 300),
    Signal.DIA: (10, 220),
    Signal.MAP: (20, 260),
}
PULSE_PRESSURE: Final = (15, 120)  # clinical.md 4
MAP_TOLERANCE: Final = 15  # |MAP - (DIA + PP/3)|, clinical.md 4
