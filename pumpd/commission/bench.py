"""What every step of a commissioning needs: the pump, the person, the simulator if there is one, and the arithmetic.

Theory of operation. A step gets a `Bench` and gives a `StepResult`. Rates and volumes are whole nanolitres that the pump
can really be told, refused and never rounded for anybody. With a simulator that runs faster than life, the pump gives in
a real second what it would give in `speed` of them, so an end of volume is set that much further away: it is a net under
a program that died, not the end of the step.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from fractions import Fraction

from drivers.contract import Capabilities
from pumpd.commission.bench_pump import Abandoned, BenchPump, Bound, Standing
from pumpd.commission.gravimetric import Liquid
from pumpd.commission.person import Person
from pumpd.commission.simulator import Simulator
from pumpd.core.library import Syringe

#: The end of volume that is set in the pump, beyond what a step needs.
NET_FACTOR = Fraction(3, 2)
NET_SLACK_S = 5
MOVES_WITHIN_S = 2.0


@dataclass(slots=True)
class Bench:
    """One visit.

    Attributes:
        rates_nl_h: at which flow is measured, ascending.
        line_limit_mmhg: what the channel's transducer ends a run at; None: it has none.
        flow_minutes: how long each flow is measured; None: two hours, or as long as the syringe lasts.
        presses: how many stops are timed.
        scale_file: readings written by a scale; None: they are typed.
        speed: a simulator's seconds per second of life, else 1.
    """

    bound: Bound
    offered: Capabilities
    syringe: Syringe
    person: Person
    by: str
    rates_nl_h: tuple[int, ...]
    line_limit_mmhg: int | None
    simulator: Simulator | None = None
    liquid: Liquid = field(default_factory=Liquid)
    scale_file: str | None = None
    flow_minutes: float | None = None
    presses: int = 10
    is_quick: bool = False
    speed: float = 1.0
    standing: Standing = field(default_factory=Standing)

    def volume_nl(self, rate_nl_h: int, seconds: float) -> int:
        """The end of volume for a run of so many seconds of the pump's own. Raises Abandoned: the pump has none."""
        needed = rate_nl_h * NET_FACTOR * Fraction(seconds + NET_SLACK_S * self.speed) / 3600
        volume = self.offered.floor_volume(int(needed))
        if volume <= 0:
            raise Abandoned(f"at {rate_nl_h / 1e6:g} mL/h this pump cannot be told so small a volume")
        return volume

    def settable(self, rate_nl_h: int) -> int:
        """The fastest rate not above this that the pump can be told, at its own limits. Raises Abandoned."""
        found = self.offered.floor_rate(min(rate_nl_h, self.offered.rate_max_nl_h))
        if found <= 0:
            low = self.offered.rate_min_nl_h / 1e6
            raise Abandoned(f"{rate_nl_h / 1e6:g} mL/h: with this syringe the pump begins at {low:g} mL/h")
        return found

    async def started(self, pump: BenchPump, rate_nl_h: int, volume_nl: int) -> None:
        """Run, and let the simulator prove that it is the pump behind the port. Raises Abandoned, SimulatorGone."""
        await pump.start(rate_nl_h, volume_nl)
        if self.simulator is not None and not (await self.simulator.truth())["running"]:
            raise Abandoned(
                "the pump says that it runs and the simulator's does not: it is not behind this port"
            )

    @property
    def told_by(self) -> str:
        """Whose word the figures are."""
        return (
            f"a simulator's truth, at {self.speed:.3g} times life"
            if self.simulator
            else "a person and a scale"
        )


def utc_now() -> str:
    """For the report."""
    return datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def words_of_rate(rate_nl_h: int) -> str:
    """As it stands in step names and sentences."""
    return f"{rate_nl_h / 1e6:g}"
