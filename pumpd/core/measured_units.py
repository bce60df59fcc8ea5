"""Units that somebody else's program may send a measurement in, and what becomes of the number.

Theory of operation. Inside, each signal has one unit (`UNIT`); a native message must say it. A gateway has units of its
own, which a site writes down once (`"sys kPa"`). Only what stands here is converted; no unit is guessed from a number.
"""

from collections.abc import Mapping
from typing import Final

from interlocks.vocabulary import ENTERED, UNIT, Signal

_MMHG_PER_KPA: Final = 1 / 0.133322387415  # NIST SP 811, appendix B.8
#: By a signal's own unit: what a number in each other one is multiplied by.
SCALES: Final[Mapping[str, Mapping[str, float]]] = {
    "mm[Hg]": {"mm[Hg]": 1, "mmHg": 1, "kPa": _MMHG_PER_KPA},
    "{beat}/min": {"{beat}/min": 1, "bpm": 1, "/min": 1, "1/min": 1},
    "{breath}/min": {"{breath}/min": 1, "rpm": 1, "bpm": 1, "/min": 1, "1/min": 1},
    "%": {"%": 1, "1": 100},
    "s": {"s": 1, "ms": 0.001},
    "uL": {"uL": 1, "mL": 1000},
    "mL": {"mL": 1, "uL": 0.001},
    "1": {"1": 1},
}


def meaning(said: str) -> tuple[Signal, str]:
    """Signal and unit of a text like "sys kPa".

    Raises:
        ValueError: it names no signal that can be measured, or a unit that signal does not come in.
    """
    name, _, unit = said.partition(" ")
    signals = [one for one in Signal if one not in ENTERED]
    if name not in signals:
        raise ValueError(f"is no signal and its unit; signals are {', '.join(signals)}")
    known = SCALES[UNIT[Signal(name)]]
    if unit not in known:
        raise ValueError(f"{name} comes in {', '.join(known)}; write one of them behind it")
    return Signal(name), unit
