"""Putting one simulated bedside together from the command line's options, and taking it apart again.

The only module that names concrete parts of both halves of the simulator. Monitors and scenarios are
imported when they are asked for, so a bare pump on a pty starts without an MQTT client.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from hil_sim import control
from hil_sim.bench.casting import world_of
from hil_sim.bench.settings import PumpSettings
from hil_sim.bench.story import PatientSettings, Story, load_story
from hil_sim.clock import SimClock
from hil_sim.serve import TICK_S, LivePump, make_port, until_signalled
from hil_sim.tape import TapeFile
from hil_sim.world import World

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
        ValueError: its wire is not to be had.
    """
    if options.pump == "modbus-tcp" and not options.listen.startswith("tcp:"):
        raise ValueError(f"--pump modbus-tcp listens on tcp:PORT, not {options.listen!r}")
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
    live = LivePump(world, SimClock(options.speed, options.epoch_ms))
    port = live.port = make_port(options.listen, live.on_bytes)
    truth = control.TruthFile(Path(options.truth), world) if options.truth else None
    tape = live.tape = TapeFile(Path(options.tape), options.pump) if options.tape else None
    await port.open()
    server = await control.listen(control_path, world, live.catch_up)
    try:
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(live.run(), name="tick")]
            if truth is not None:
                running.append(tasks.create_task(_keep_truth(truth), name="truth"))
            if options.broker:
                running.append(
                    tasks.create_task(_publish(options, scenario, world, live.clock), name="monitors")
                )
            print(f"READY pump={port.name} control={control_path}", flush=True)
            await until_signalled()
            for task in running:
                task.cancel()
    finally:
        server.close()
        control_path.unlink(missing_ok=True)
        port.close()
        if truth is not None:
            truth.close()
        if tape is not None:
            tape.close()


async def _keep_truth(truth: control.TruthFile) -> None:
    while True:
        truth.tick()
        await asyncio.sleep(TICK_S)


async def _publish(options: argparse.Namespace, scenario: Story, world: World, clock: SimClock) -> None:
    from hil_sim.monitors.publish import publish_monitors

    host, _, port = options.broker.rpartition(":")
    await publish_monitors(
        world,
        host or "127.0.0.1",
        int(port),
        options.bed,
        options.patient,
        clock,
        settings=scenario.monitor,
        fitted=fitted_devices(options, scenario),
        seed=options.seed,
    )
