"""What a pump and its line are held against, each number with where it comes from. Pure.

Theory of operation. A limit that nobody can trace is an opinion, so each one stands here once, with its source, and goes
into the report with it. What the standard asks to be disclosed and not to be limited (start-up, trumpet) has no limit
here and is shown as disclosed. How long an occlusion may take to be noticed follows from how elastic the line is: the
softest line that the facts know reaches the pressure last.
"""

from dataclasses import dataclass

NL_PER_ML = 1_000_000


@dataclass(frozen=True, slots=True)
class Limit:
    """`most`: the largest value that passes, in `unit`; for an error, of its magnitude."""

    most: float
    unit: str
    source: str


#: Stop request to a readback that says "not delivering" (T_s).
STOP = Limit(1000.0, "ms", "facts/faults.md 0, T_s")
MEAN_FLOW = Limit(2.0, "%", "facts/clinical.md 5.2: Perfusor, Medfusion")
RELEASED = Limit(0.5, "mL", "facts/requirements.md 41")
#: No line may come above this, whatever notices it (20 psi).
HIGHEST_PRESSURE = Limit(1034.0, "mmHg", "facts/requirements.md 38")
#: A line that is over its limit by half is LP2's: nothing should get there when LP1 has acted.
OVERSHOOT = 1.5
OVERSHOOT_SOURCE = "facts/clinical.md 3.2, LP2"
#: What the measurement itself may be wrong by, on top of the lease.
LEASE_ALLOWANCE_MS = 100.0
#: Compliance of syringe and line, the softest in its range, nl/mmHg, by nominal mL up to (facts/clinical.md 7).
_SOFTEST = ((10, 700.0), (20, 1200.0), (60, 2800.0))


def lease(bound_ms: int, resolution_ms: float) -> Limit:
    """How long a pump may go on after the host has fallen silent. `resolution_ms`: of whoever tells when it stopped."""
    most = bound_ms + LEASE_ALLOWANCE_MS + resolution_ms
    source = (
        f"the family's bound {bound_ms} ms, and {LEASE_ALLOWANCE_MS + resolution_ms:.0f} ms of resolution"
    )
    return Limit(most, "ms", source)


def overshoot(line_limit_mmhg: float) -> Limit:
    """The highest pressure that may be seen when the line's limit ends the run."""
    return Limit(OVERSHOOT * line_limit_mmhg, "mmHg", OVERSHOOT_SOURCE)


def time_to_alarm(alarm_mmhg: float, rate_nl_h: float, nominal_ml: int) -> Limit:
    """The latest an occlusion may be noticed: the softest line of this syringe at that pressure."""
    softest = next((nl for ml, nl in _SOFTEST if nominal_ml <= ml), _SOFTEST[-1][1])
    seconds = softest * alarm_mmhg / rate_nl_h * 3600.0
    return Limit(
        seconds, "s", f"facts/clinical.md 7: {softest / 1000:g} uL/mmHg at {alarm_mmhg:g} mmHg and this rate"
    )
