"""What a Modbus pump can do: what its map says, no more. Pure.

Theory of operation. The rate's steps and limits are the map's. A map that cannot limit and count a run offers no rate
at all, so an order for it is refused where it is entered. Without a watchdog register nothing bounds how long the pump
goes on when the host is gone, and that is what is said: `WatchdogKind.NONE`.
"""

from drivers.contract import Capabilities, Step, WatchdogKind
from drivers.modbus.layout import Number, RegisterMap

FAMILY = "modbus"


def capabilities(diameter_um: int, lease_s: int, layout: RegisterMap) -> Capabilities:
    """Limits and steps for a syringe of this inner diameter.

    Raises:
        ValueError: the map has a register for the diameter, and this one cannot be said in it.
    """
    diameter = layout.numbers.get("diameter")
    if diameter_um <= 0 or (diameter is not None and diameter.scale.words_of(diameter_um) is None):
        steps = diameter.scale.text if diameter is not None else "um"
        raise ValueError(f"diameter {diameter_um} um cannot be said in steps of {steps}")
    is_watched = "watchdog" in layout.numbers
    volume_steps = _steps(layout.numbers.get("volume_target"), None)
    lowest = highest = 0
    rate_steps = _steps(None, None)
    if layout.can_run:
        rate = layout.numbers["rate"]
        rate_steps = _steps(rate, layout.rate_max_nl_h)
        step = rate_steps[0].step
        lowest = -(-layout.rate_min_nl_h // step) * step
        highest = rate_steps[0].below - step
    return Capabilities(
        family=FAMILY,
        rate_min_nl_h=lowest,
        rate_max_nl_h=highest,
        rate_steps=rate_steps,
        volume_steps=volume_steps,
        watchdog=WatchdogKind.COMMUNICATION if is_watched else WatchdogKind.NONE,
        watchdog_bound_ms=lease_s * 1000 if is_watched else 0,
        reports_pressure="pressure" in layout.numbers,
    )


def _steps(number: Number | None, most: int | None) -> tuple[Step, ...]:
    """One step throughout, up to what fits and to `most`; nothing above 0 where there is no number."""
    if number is None:
        return (Step(1, 1),)
    step = int(number.scale.step)
    highest = number.scale.largest if most is None else min(number.scale.largest, most)
    return (Step(highest // step * step + step, step),)
