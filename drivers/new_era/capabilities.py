"""What a New Era pump can do with a given syringe. Pure arithmetic over the plunger.

Theory of operation. The motor's slowest and fastest speed times the plunger's area bound the rate; four
digits and three decimals bound how finely it can be said. Rates are offered in the steps of ml/h throughout,
even where ul/h would be finer: a rate may be changed while the pump runs but its unit may not
(facts/protocols.md 1), so every lower rate that is offered must be sayable in the unit the run began with.
The lowest rate is rounded up and the highest down, both to a settable value, because the pump rounds its own
limits to four digits and the outer side of them answers `?OOR`.

A pump spoken to in basic mode has no watchdog: WatchdogKind.NONE, and what bounds a lost host is the volume of
the run, which the pump itself ends (docs/decisions/0020).

Source of the speeds: facts/protocols.md 1, "Rate range" (NE-1000; other models are settings).
"""

from dataclasses import dataclass
from fractions import Fraction

from drivers.contract import Capabilities, Step, WatchdogKind
from drivers.new_era import codec

#: Within 9e-8 of pi, so within a millionth of every limit, where the pump itself keeps four digits.
PI = Fraction(355, 113)


@dataclass(frozen=True, slots=True)
class Motor:
    """Plunger speeds of a model, nanometres per hour."""

    slowest_nm_h: int = 42_050  # 0.004205 cm/h
    fastest_nm_h: int = 3_060_300_000  # 5.1005 cm/min


NE_1000 = Motor()


def capabilities(diameter_um: int, watch_s: int, motor: Motor = NE_1000) -> Capabilities:
    """Limits and steps for a syringe of this inner diameter. `watch_s`: its watchdog, s; 0: none.

    Raises:
        ValueError: the pump's table does not hold this diameter (0.1-50.0 mm, four digits).
    """
    lowest_um, highest_um = codec.DIAMETER_RANGE_UM
    if not lowest_um <= diameter_um <= highest_um:
        raise ValueError(f"diameter {diameter_um} um is outside {lowest_um}-{highest_um} um")
    if codec.render(diameter_um, codec.MILLIMETRE) is None:
        raise ValueError(f"diameter {diameter_um} um cannot be said in four digits of mm")
    area_um2 = PI * diameter_um**2 / 4
    # um2 * nm = 1e-3 um3, and 1 nl = 1e6 um3.
    slowest_nl_h = area_um2 * motor.slowest_nm_h / 10**9
    fastest_nl_h = area_um2 * motor.fastest_nm_h / 10**9
    rate_steps = steps(codec.RATE_UNITS[b"MH"])
    return Capabilities(
        family="new_era",
        rate_min_nl_h=_settable_from(slowest_nl_h, rate_steps),
        rate_max_nl_h=codec.floor(int(fastest_nl_h), codec.RATE_UNITS[b"MH"]),
        rate_steps=rate_steps,
        volume_steps=steps(codec.VOLUME_UNITS[codec.volume_unit(diameter_um)]),
        watchdog=WatchdogKind.COMMUNICATION if watch_s else WatchdogKind.NONE,
        watchdog_bound_ms=watch_s * 1000,
        reports_pressure=False,
    )


def steps(unit: int) -> tuple[Step, ...]:
    """Four digits, three decimals, in a unit of so many of ours."""
    return tuple(Step(10 ** (4 - decimals) * unit, unit // 10**decimals) for decimals in (3, 2, 1, 0))


def _settable_from(exact: Fraction, rows: tuple[Step, ...]) -> int:
    value = -(-exact.numerator // exact.denominator)
    for row in rows:
        if value < row.below:
            return -(-value // row.step) * row.step
    return rows[-1].below
