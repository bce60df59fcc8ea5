"""The simulated pumps a demonstration can be played on: what each is to the simulator, and what a site writes about it.

Theory of operation. A row is what differs between the families and nothing else: the wire, the keys of the pump's table
beside `driver` and `port`, and how fast treatment may go. Leases and watchdogs run in real time at any speed, and what a
family keeps on our side of the wire it keeps in real time too, so the haste has a limit of its own where that matters.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

Value = int | str


@dataclass(frozen=True, slots=True)
class DemoPump:
    """One row.

    Attributes:
        driver: the family in the daemon.
        options: the family's keys.
        is_tcp: met on a TCP port, not on a pseudo-terminal.
        accepted_risk: what a site writes for a pump that goes on for long after the host fell silent.
        usual_speed, fastest: treatment seconds per second.
        is_paced: the driver is told how fast treatment goes, in whole numbers.
    """

    driver: str
    options: Mapping[str, Value] = field(default_factory=dict)
    is_tcp: bool = False
    accepted_risk: str = ""
    usual_speed: float = 45.0
    fastest: float = 100.0
    is_paced: bool = False

    def table(self, port: str, speed: float) -> str:
        """The table `[channels.pump]` as TOML."""
        rows: dict[str, Value] = {"driver": self.driver, "port": port, **self.options}
        if self.accepted_risk:
            rows["accepted_risk"] = self.accepted_risk
        if self.is_paced:
            rows["pace"] = int(speed)
        lines = (
            f'{key} = "{value}"' if isinstance(value, str) else f"{key} = {value}"
            for key, value in rows.items()
        )
        return "[channels.pump]\n" + "\n".join(lines) + "\n"

    def speed_fault(self, speed: float) -> str:
        """Why the demonstration cannot be played this fast; empty if it can."""
        if speed > self.fastest:
            return f"--speed {speed:g}: {self.driver} pumps go up to {self.fastest:g}"
        if self.is_paced and speed != int(speed):
            return f"--speed {speed:g}: {self.driver} pumps take whole numbers"
        return ""


_MODBUS = {"model": "PUMPD-1"}

#: By the simulator's name for the pump.
PUMPS: Mapping[str, DemoPump] = MappingProxyType(
    {
        "new_era": DemoPump("new_era", {"model": "NE1000"}),
        "harvard": DemoPump("harvard", {"model": "11 ELITE"}, is_paced=True),
        "modbus-tcp": DemoPump("modbus", {"transport": "tcp", **_MODBUS}, is_tcp=True),
        "modbus-rtu": DemoPump("modbus", {"transport": "rtu", **_MODBUS}),
        "alaris": DemoPump(
            "alaris",
            {"serial": "8003-00417", "syringe_um": 26_590, "rate_max_nl_h": 1_200_000_000},
            accepted_risk="a demonstration: nobody is connected to this pump",
            # Its volume limit is kept by the driver, half a second of the link ahead of the end: at 100 that is passed.
            fastest=60.0,
        ),
    }
)
