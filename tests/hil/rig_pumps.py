"""The pumps a rig can have: what each is to the simulator, what a site writes about it, and what it owes us.

Theory of operation. The rates are what a person would work out on paper for the rig's order, 17.5 mL in 40 minutes:
26.25 mL/h rounded down to tenths that the family's pump can be told, and half of that as the pump can be told it. A
Harvard pump is told nl/min in five digits, so of the tenths below 60 mL/h it can be told every third.
"""

from dataclasses import dataclass

#: From the last poll that was heard: what the lease says, a poll's distance and the bench's own pace.
LEASE_MARGIN_S = 0.5


@dataclass(frozen=True, slots=True)
class RigPump:
    """One pump.

    Attributes:
        sim: its name in `hil-sim serve --pump`. is_tcp: met on a TCP port, not on a pty.
        table: the keys of `[channels.pump]` but the port.
        full_nl_h, half_nl_h: what the rig's order comes to.
        alone_s: how long it may go on when the host falls silent; None: to the end of the volume it was given.
        counter_step_nl: the last digit of its counter.
        in_pieces: its lease is a volume, at whose end it stands until the next piece is begun.
        latches: stopped by its watchdog it starts again only after somebody has pressed a key.
    """

    sim: str
    table: str
    full_nl_h: int
    half_nl_h: int
    alone_s: float | None = 2.0
    is_tcp: bool = False
    counter_step_nl: int = 10_000
    in_pieces: bool = False
    latches: bool = False

    @property
    def stands_within_s(self) -> float:
        """The bound on its standing still alone, s. Not for one that has none."""
        assert self.alone_s is not None
        return self.alone_s + LEASE_MARGIN_S


RISK = "bench only, a technician stands beside it"

NEW_ERA = RigPump("new_era", 'driver = "new_era"\nmodel = "NE1000"\n', 26_200_000, 13_100_000)
HARVARD = RigPump(
    "harvard",
    'driver = "harvard"\nmodel = "11 ELITE"\n',
    26_200_000,
    13_100_000,
    in_pieces=True,
)
MODBUS_RTU = RigPump("modbus-rtu", 'driver = "modbus"\nmodel = "PUMPD-1"\n', 26_200_000, 13_100_000)
MODBUS_TCP = RigPump(
    "modbus-tcp",
    'driver = "modbus"\ntransport = "tcp"\nmodel = "PUMPD-1"\n',
    26_200_000,
    13_100_000,
    is_tcp=True,
)
ALARIS_TABLE = 'driver = "alaris"\nserial = "8003-00417"\nsyringe_um = 26590\nrate_max_nl_h = 1200000000\n'
ALARIS = RigPump(
    "alaris",
    f'{ALARIS_TABLE}accepted_risk = "{RISK}"\n',
    26_200_000,
    13_100_000,
    alone_s=15.0,
    latches=True,
)
NEW_ERA_BASIC = RigPump(
    "new_era-basic",
    f'driver = "new_era"\nmodel = "NE1000"\nprotocol = "basic"\naccepted_risk = "{RISK}"\n',
    26_200_000,
    13_100_000,
    alone_s=None,
)
CHEMYX = RigPump(
    "chemyx",
    f'driver = "chemyx"\nslowest_nm_h = 42050\nfastest_nm_h = 3060300000\naccepted_risk = "{RISK}"\n',
    26_200_000,
    13_100_000,
    alone_s=None,
)
