"""The family against the shipped suite, and on real wires what the suite leaves out: finding out what a target means.

The suite counts one start for each run. A pump whose targets are not yet understood is started a second time, 1.5 s
into its first run, by the poll that has seen it stop at our own target; so the suite's rigs state the form, and the
default form is tried here, on a pty and on TCP, where an exchange takes a fraction of a millisecond.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from contract.rigs.harvard import ChainedHarvardRig, HarvardRig
from contract.rigs.media import media

from drivers.conformance.bench import Bench
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Kind
from drivers.conformance.suite import conformance
from drivers.contract import Listener, Motion, PumpDriver
from drivers.harvard.binding import Binding
from drivers.harvard.driver import HarvardDriver, HarvardLine
from drivers.transport import Connect
from hil_sim.pumps.harvard import Nature

test_pump = conformance(HarvardRig, media=media(Medium.MEMORY))
test_chain = conformance(ChainedHarvardRig, media=media(Medium.MEMORY))


class ProvingRig(HarvardRig):
    """As a site binds it that knows nothing of its pump."""

    family = "harvard-proving"

    def driver(
        self,
        port: str,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: Connect,
        *,
        is_for_another: bool = False,
    ) -> PumpDriver:
        return HarvardDriver(HarvardLine(port, Binding("11 ELITE")), listener, link_ms, connect)


class ProvingFromSettingRig(ProvingRig):
    nature = Nature(target_counts="setting")


class ProvingRefusedRig(ProvingRig):
    nature = Nature(target_running="refused")


@pytest.mark.hil
@pytest.mark.parametrize("medium", [Medium.PTY, Medium.TCP])
@pytest.mark.parametrize(
    ("rig", "starts"), [(ProvingRig, 2), (ProvingFromSettingRig, 1), (ProvingRefusedRig, 3)]
)
async def test_an_unknown_pump_runs_on_and_stands_within_its_lease(
    rig: type[HarvardRig], starts: int, medium: Medium, tmp_path: Path
) -> None:
    bench = Bench(rig(), medium, tmp_path)
    await bench.line.plug()
    try:
        seat = await bench.infusing()
        await seat.keep_polling(5.0)
        assert bench.truth.is_moving
        assert {report.motion for report in seat.reports[-5:]} == {Motion.INFUSING}
        assert [alarm for report in seat.reports for alarm in report.alarms] == []
        assert len(bench.asked(Kind.START)) == starts
        await asyncio.sleep(0)
        await seat.leave()
        await bench.until(lambda truth: not truth.is_moving, bench.bound_s(seat))
    finally:
        await bench.end()
