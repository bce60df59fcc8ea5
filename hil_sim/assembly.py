"""Putting one simulated bedside together from the command line's options, and taking it apart again.

The only module that names concrete parts of both halves of the simulator. Monitors and scenarios are
imported when they are asked for, so a bare pump on a pty starts without an MQTT client.
"""

from __future__ import annotations

import argparse
import asyncio
import math
import sys
import tempfile
from contextlib import AsyncExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hil_sim import control
from hil_sim.addresses import read_broker
from hil_sim.bench.casting import world_of
from hil_sim.bench.settings import PumpSettings
from hil_sim.bench.story import PatientSettings, Story, load_story
from hil_sim.clock import SimClock
from hil_sim.reach import why_idle
from hil_sim.serve import TICK_S, LivePump, make_port, until_signalled
from hil_sim.tape import TapeFile
from hil_sim.world import World

#: Of a pump that is not Modbus (facts/protocols.md 1, 3).
ADDRESS_MAX = 99

if TYPE_CHECKING:
    from hil_sim.monitors.bedside import Fitted


def read_scenario(options: argparse.Namespace) -> Story:
    """The scenario named on the command line, or an uneventful one with the patient described there.

    Raises:
        ValueError: the file does not say what a scenario must.
    """
    if options.scenario:
        return load_story(Path(options.scenario))
    return Story(
        "bench",
        patient=PatientSettings(weight_kg=options.weight_kg),
        concentration_ug_per_ml=options.concentration_ug_ml,
    )


def pump_settings(options: argparse.Namespace) -> PumpSettings:
    """The pump that the command line describes.

    Raises:
        ValueError: its wire is not to be had, or something of it is out of range.
    """
    if options.pump == "modbus-tcp" and not options.listen.startswith("tcp:"):
        raise ValueError(f"--pump modbus-tcp listens on tcp:PORT, not {options.listen!r}")
    for name in ("syringe_mm", "contents_ml"):
        if not 0.0 < (given := getattr(options, name)) < math.inf:
            raise ValueError(f"--{name.replace('_', '-')} must be above 0, not {given:g}")
    if not 0.0 <= options.slack_ml < math.inf:
        raise ValueError(f"--slack-ml must not be negative: {options.slack_ml:g}")
    if not options.pump.startswith("modbus") and not 0 <= options.address <= ADDRESS_MAX:
        raise ValueError(f"--address {options.address} is outside 0-{ADDRESS_MAX}")
    return PumpSettings(
        family=options.pump,
        fitted_mm=options.syringe_mm,
        contents_ml=options.contents_ml,
        slack_ml=options.slack_ml,
        address=options.address,
        map=options.map,
    )


def build_world(options: argparse.Namespace, scenario: Story) -> World:
    """A world at treatment second 0, its scenario's timeline laid out.

    Raises:
        ValueError: there is no such pump.
    """
    world = world_of(replace(scenario, pump=pump_settings(options)), options.seed, options.serial)
    world.cuff_same_arm = options.cuff_same_arm
    return world


def fitted_devices(options: argparse.Namespace, scenario: Story) -> Fitted:
    """The devices that the scenario or the command line asks for."""
    return replace(
        scenario.fitted,
        air_sensor=scenario.fitted.air_sensor or options.air_sensor,
        button=scenario.fitted.button or options.button,
        respiration=scenario.fitted.respiration or options.respiration,
    )


async def run_world(options: argparse.Namespace) -> None:
    """Serve until SIGTERM or SIGINT; prints READY when everything can be opened."""
    with tempfile.TemporaryDirectory(prefix="hil-sim-") as scratch:
        await _run_world(options, Path(options.control or f"{scratch}/control"))


async def _run_world(options: argparse.Namespace, control_path: Path) -> None:
    scenario = read_scenario(options)
    world = build_world(options, scenario)
    broker = _broker_of(options)
    live = LivePump(world, SimClock(options.speed, options.epoch_ms))
    port = live.port = make_port(options.listen, live.on_bytes)
    published = fitted_devices(options, scenario) if options.broker else None
    idle = partial(why_idle, world.pump, published)
    async with AsyncExitStack() as opened:
        await port.open()
        opened.callback(port.close)
        server = await control.listen(control_path, world, live.catch_up, idle)
        opened.callback(control_path.unlink, missing_ok=True)
        opened.callback(server.close)
        truth = control.TruthFile(Path(options.truth), world) if options.truth else None
        if truth is not None:
            opened.callback(truth.close)
        if options.tape:
            live.tape = TapeFile(Path(options.tape), options.pump)
            opened.callback(live.tape.close)
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(live.run(), name="tick")]
            if truth is not None:
                running.append(tasks.create_task(_keep_truth(truth), name="truth"))
            if broker is not None:
                await _say_if_away(broker)
                publishing = _publish(broker, options, scenario, world, live.clock)
                running.append(tasks.create_task(publishing, name="monitors"))
            print(f"READY pump={port.name} control={control_path}", flush=True)
            await until_signalled()
            for task in running:
                task.cancel()


async def _keep_truth(truth: control.TruthFile) -> None:
    while True:
        truth.tick()
        await asyncio.sleep(TICK_S)


def _broker_of(options: argparse.Namespace) -> tuple[str, int] | None:
    """Where the monitors publish; None: there are none. Raises ValueError: not an address, or wanted and not named."""
    if options.broker:
        return read_broker(options.broker)
    for device in ("air_sensor", "button", "respiration"):
        if getattr(options, device):
            raise ValueError(
                f"--{device.replace('_', '-')} publishes on a broker: name it with --broker HOST:PORT"
            )
    return None


async def _say_if_away(broker: tuple[str, int]) -> None:
    """A broker may come later, but whoever has mistyped it would wait for ever."""
    try:
        _, writer = await asyncio.open_connection(*broker)
        writer.close()
    except OSError:
        where = f"{broker[0]}:{broker[1]}"
        print(f"hil-sim: no broker answers at {where} yet; it is tried again and again", file=sys.stderr)


async def _publish(
    broker: tuple[str, int], options: argparse.Namespace, scenario: Story, world: World, clock: SimClock
) -> None:
    from hil_sim.monitors.publish import publish_monitors

    await publish_monitors(
        world,
        *broker,
        options.bed,
        options.patient,
        clock,
        settings=scenario.monitor,
        fitted=fitted_devices(options, scenario),
        seed=options.seed,
        shape=options.monitor_format,
    )
