"""What a pump of this family can do with a given syringe. Pure arithmetic over the plunger.

Theory of operation. The plunger's slowest and fastest speed times its area bound the rate. The published tables
and one pump's own `irate lim` agree within 0.1 % (facts/protocols.md 2, "Rate range"); ours lie at the inner edge
of all of them, so that every rate offered is one that the pump takes.

A second lower bound comes from the lease: a target can be set in steps only, so a rate at which two steps of a
large target take longer than the lease cannot be bounded by it and is not offered.

No pump of this family stops by itself when the host falls silent. It stops at its target, so the bound on what a
lost host can cost is `rate x lease`, and the watchdog's bound is the lease.
"""

from dataclasses import dataclass
from fractions import Fraction

from drivers.contract import Capabilities, WatchdogKind
from drivers.harvard import codec

#: Within 9e-8 of pi.
PI = Fraction(355, 113)
MS_PER_H = 3_600_000
#: Steps of a target of 10-100 ml, nl; syringes are smaller than 100 ml.
TARGET_STEP_NL = 100
LEAST_STEPS = 2
#: How far the pump's own limits may lie from ours, in thousandths.
LIMITS_AGREE_PERMILLE = 5


@dataclass(frozen=True, slots=True)
class Motor:
    """Plunger speeds, nanometres per hour, and the diameters that the pump's table holds, micrometres."""

    slowest_nm_h: int = 9_192  # 0.1532 um/min: above all minima of the tables (0.153 rounded)
    fastest_nm_h: int = 9_534_000_000  # 158.9 mm/min
    narrowest_um: int = 100
    widest_um: int = 33_000


ELEVEN_ELITE = Motor()
LEGATO = Motor(widest_um=45_000)  # facts: PHD and Legato 45 mm, marked [?]; the pump itself has the last word


def limits(diameter_um: int, motor: Motor) -> tuple[Fraction, Fraction]:
    """Slowest and fastest rate by plunger speed, nl/h.

    Raises:
        ValueError: the pump's table does not hold this diameter.
    """
    if not motor.narrowest_um <= diameter_um <= motor.widest_um:
        raise ValueError(
            f"diameter {diameter_um} um is outside {motor.narrowest_um}-{motor.widest_um} um of this pump"
        )
    area_um2 = PI * diameter_um**2 / 4
    return area_um2 * motor.slowest_nm_h / 10**9, area_um2 * motor.fastest_nm_h / 10**9


def limits_agree(found: tuple[Fraction, Fraction], diameter_um: int, motor: Motor) -> bool:
    """The pump's own `irate lim` is that of this model with this diameter, within half a percent."""
    expected = limits(diameter_um, motor)
    return all(
        abs(one - other) * 1000 <= other * LIMITS_AGREE_PERMILLE
        for one, other in zip(found, expected, strict=True)
    )


def capabilities(diameter_um: int, lease_s: int, motor: Motor = ELEVEN_ELITE) -> Capabilities:
    """Limits and steps for a syringe of this inner diameter.

    Raises:
        ValueError: the pump's table does not hold this diameter.
    """
    slowest, fastest = limits(diameter_um, motor)
    by_lease = Fraction(LEAST_STEPS * TARGET_STEP_NL * MS_PER_H, lease_s * 1000)
    least = max(slowest, by_lease, Fraction(60))
    return Capabilities(
        family="harvard",
        rate_min_nl_h=_settable_from(least),
        rate_max_nl_h=_settable_to(int(fastest)),
        rate_steps=codec.RATE_STEPS,
        volume_steps=codec.VOLUME_STEPS,
        watchdog=WatchdogKind.VOLUME_TARGET,
        watchdog_bound_ms=lease_s * 1000,
        reports_pressure=False,
    )


def _settable_from(least: Fraction) -> int:
    step = codec.rate_step(Fraction(-(-least.numerator // least.denominator)))
    return -(-least // step) * step


def _settable_to(most: int) -> int:
    return most - most % codec.rate_step(Fraction(most))
