"""What a Chemyx pump can do with a given syringe. Pure arithmetic over the plunger.

Theory of operation. Six decimals of mL/hr are whole nanolitres per hour, so every rate in the range can be said.

The pump has no watchdog, and no way is known to extend a running volume: whether `set volume` is taken while it runs is not
told, and short runs started again and again would be repeated "give"s with a gap after each (facts/faults.md row 37). So
this family says WatchdogKind.NONE: a site must accept it in writing, and what bounds a lost host is the volume of the
run alone.
"""

from fractions import Fraction

from drivers.chemyx import codec
from drivers.chemyx.binding import Binding
from drivers.contract import Capabilities, Step, WatchdogKind

#: Within 9e-8 of pi.
PI = Fraction(355, 113)
#: Seven digits before the point are more than any rate or volume of ours.
LARGEST = 10**12


def capabilities(diameter_um: int, binding: Binding) -> Capabilities:
    """Limits and steps for a syringe of this inner diameter.

    Raises:
        ValueError: the pump does not take this diameter (0.103-40.000 mm).
    """
    lowest_um, highest_um = codec.DIAMETER_RANGE_UM
    if not lowest_um <= diameter_um <= highest_um:
        raise ValueError(f"diameter {diameter_um} um is outside {lowest_um}-{highest_um} um")
    area_um2 = PI * diameter_um**2 / 4
    slowest, fastest = (area_um2 * speed / 10**9 for speed in (binding.slowest_nm_h, binding.fastest_nm_h))
    return Capabilities(
        family="chemyx",
        rate_min_nl_h=-(-slowest.numerator // slowest.denominator),
        rate_max_nl_h=int(fastest),
        rate_steps=(Step(LARGEST, 1),),
        volume_steps=(Step(LARGEST, 1),),
        watchdog=WatchdogKind.NONE,
        watchdog_bound_ms=0,
        reports_pressure=False,
    )
