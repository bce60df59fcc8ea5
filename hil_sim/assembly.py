"""Putting one simulated bedside together from the command line's options, and taking it apart again.

The only module that names concrete parts of both halves of the simulator. Monitors and scenarios are
imported when they are asked for, so a bare pump on a pty starts without an MQTT client.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from hil_sim import control
from hil_sim.clock import SimClock
from hil_sim.parts import PumpFace
from hil_sim.pumps.alaris import AlarisPump
from hil_sim.pumps.alaris import Nature as AlarisNature
from hil_sim.pumps.alaris_motor import Memory as AlarisMemory
from hil_sim.pumps.chemyx import ChemyxPump
from hil_sim.pumps.harvard import HarvardPump
from hil_sim.pumps.harvard_motor import Settings as HarvardSettings
from hil_sim.pumps.new_era import OLD, NewEraPump
from hil_sim.pumps.new_era_motor import Memory
from hil_sim.pumps.syringe import Syringe
from hil_sim.scenario import PatientSettings, Scenario, body_of, load_scenario
from hil_sim.serve import TICK_S, LivePump, make_port, until_signalled
from hil_sim.world import World

if TYPE_CHECKING:
    from hil_sim.monitors.bedside import Fitted

NL_PER_ML = 1_000_000.0


def read_scenario(options: argparse.Namespace) -> Scenario:
    """The scenario named on the command line, or an uneventful one with the patient described there.

    Raises:
        ValueError: the file does not say what a scenario must.
    """
    if options.scenario:
        return load_scenario(Path(options.scenario))
    return Scenario(
        "bench",
        patient=PatientSettings(weight_kg=options.weight_kg),
        concentration_ug_per_ml=options.concentration_ug_ml,
    )


def make_pump(options: argparse.Namespace) -> PumpFace:
    """The pump that the command line names.

    Raises:
        ValueError: its wire or its register map is not to be had.
    """
    if options.pump.startswith("modbus"):
        from hil_sim.modbus_maps import make_modbus_pump

        return make_modbus_pump(options.pump, options.listen, options.map, options.address)
    if options.pump == "alaris":
        return AlarisPump(
            AlarisNature(serial=options.serial), AlarisMemory(diameter_mm=Decimal(str(options.syringe_mm)))
        )
    if options.pump == "chemyx":
        return ChemyxPump()
    if options.pump == "harvard":
        return HarvardPump(memory=HarvardSettings(address=options.address))
    nature = OLD if options.pump == "new_era-basic" else None
    return NewEraPump(nature, Memory(address=options.address))


def build_world(options: argparse.Namespace, scenario: Scenario) -> World:
    """A world at treatment second 0, its scenario's timeline laid out."""
    world = World(
        pump=make_pump(options),
        syringe=Syringe(
            diameter_mm=options.syringe_mm,
            contents_nl=options.contents_ml * NL_PER_ML,
            slack_nl=options.slack_ml * NL_PER_ML,
        ),
        body=body_of(scenario),
        seed=options.seed,
        cuff_same_arm=options.cuff_same_arm,
    )
    world.play(scenario.timeline)
    return world


def fitted_devices(options: argparse.Namespace, scenario: Scenario) -> Fitted:
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


async def _keep_truth(truth: control.TruthFile) -> None:
    while True:
        truth.tick()
        await asyncio.sleep(TICK_S)


async def _publish(options: argparse.Namespace, scenario: Scenario, world: World, clock: SimClock) -> None:
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
