"""Each check shown to fail for a pump without a lease, and for a driver that keeps it up by itself."""

import asyncio

from contract.crooked import Crooked, broken, fails, without
from contract.rigs.new_era import NewEraRig

from drivers.conformance.rig import Word
from drivers.contract import Listener, Poll, PumpDriver


def _dead_watchdog(rig: NewEraRig) -> None:
    rig._pump.quirks.is_watchdog_dead = True


def test_a_pump_that_runs_on_without_its_host_is_seen() -> None:
    """Design law 7."""
    for name in (
        "when_polls_cease_the_pump_stops_by_itself",
        "when_the_line_is_cut_the_pump_stops_by_itself",
        "when_the_driver_is_killed_the_pump_stops_by_itself",
    ):
        fails(broken(_dead_watchdog), name)


def test_a_driver_that_renews_the_lease_by_itself_is_seen() -> None:
    class BusyDriver(Crooked):
        async def run(self) -> None:
            async with asyncio.TaskGroup() as group:
                group.create_task(super().run())
                while True:
                    await asyncio.sleep(0.3)
                    self.submit(1_000, Poll())

    class BusyRig(NewEraRig):
        def driver(self, port: str, listener: Listener, *rest: object, **named: object) -> PumpDriver:
            return BusyDriver(super().driver(port, listener, *rest, **named))  # type: ignore[arg-type]

    fails(BusyRig, "when_polls_cease_the_pump_stops_by_itself")


def test_a_watchdog_that_is_claimed_and_not_there_is_seen() -> None:
    fails(without(Word.HOST_LOSS), "the_lease_is_declared_honestly")
