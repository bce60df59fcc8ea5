"""What an Alaris pump can do for us: little, and its bound on a lost host is long.

Theory of operation. The rate is set in tenths of a ml/h. The pump stops itself 15 s after the last message, if the
infusion was started over serial (facts/protocols.md 5, the maker's directions for use); that cannot be set or read,
and it is more than the 2 s that this project asks for elsewhere, so a site has to accept it.

There is no known word for a volume to be infused. The limit of a `Run` is kept by the driver: it halts the pump
at the poll that finds the counter within reach of it (`limit.py`). With the host gone, the watchdog alone bounds
what is given: 15 s at the running rate.
"""

from drivers.alaris.binding import Binding
from drivers.alaris.codec import RATE_STEP_NL_H
from drivers.contract import Capabilities, Step, WatchdogKind

WATCHDOG_MS = 15_000
#: The pump's counter is read up to here: five digits before the point.
COUNTER_MAX_NL = 100_000_000_000


def capabilities(diameter_um: int, bound: Binding) -> Capabilities:
    """Limits and steps for the syringe in the pump's clamp.

    Raises:
        ValueError: that is another one.
    """
    if diameter_um != bound.syringe_um:
        raise ValueError(
            f"diameter {diameter_um} um: the syringe confirmed at this pump's keypad has {bound.syringe_um} um"
        )
    fastest_nl_h = bound.rate_max_nl_h - bound.rate_max_nl_h % RATE_STEP_NL_H
    return Capabilities(
        family="alaris",
        rate_min_nl_h=RATE_STEP_NL_H,
        rate_max_nl_h=fastest_nl_h,
        rate_steps=(Step(fastest_nl_h + RATE_STEP_NL_H, RATE_STEP_NL_H),),
        volume_steps=(Step(COUNTER_MAX_NL, bound.volume_step_nl),),
        watchdog=WatchdogKind.COMMUNICATION,
        watchdog_bound_ms=WATCHDOG_MS,
        reports_pressure=False,
        limits_volume=False,
    )
