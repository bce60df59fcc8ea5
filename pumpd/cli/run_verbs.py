"""`pumpd run` and `pumpd check`: the daemon, and the proof of its configuration.

Theory of operation. `check` opens nothing but the file. `run` reads the same file with the same eyes, and with a fault in
it opens nothing either: every fault is printed with its place, and the exit status is 2. Treatment time may run faster
than life only towards a simulator; the pump's port then must be a pseudo-terminal, which no real pump is.
"""

import argparse
import asyncio
import gc
import os
import sys
from pathlib import Path

from pumpd import places

DEFAULT_CONFIG = Path(places.DEFAULT_CONFIG)


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add `run` and `check`."""
    run = verbs.add_parser("run", help="serve the configured pumps until told to stop")
    run.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE")
    run.add_argument(
        "--speed", type=float, default=1.0, help="faster than life, for a simulator on a pty only"
    )
    run.add_argument("--epoch-ms", type=int, help="with --speed: the instant both clocks agree on, unix ms")
    run.set_defaults(run=run_daemon)
    check = verbs.add_parser("check", help="prove a configuration without opening anything")
    check.add_argument("--config", type=Path, default=DEFAULT_CONFIG, metavar="FILE")
    check.set_defaults(run=run_check)


def run_check(args: argparse.Namespace) -> int:
    """Print every fault, or what was read: the configuration, and the drug library that it names."""
    from pumpd import config as cfg
    from pumpd.config_library import load_library

    try:
        config = cfg.load(args.config)
        library = load_library(config.library.file if config.library is not None else None)
    except cfg.ConfigRefused as refused:
        print("\n".join(refused.faults), file=sys.stderr)
        return 2
    print(f"{args.config}: good; {len(config.channels)} channel(s), hash {cfg.config_hash(config)[:12]}")
    if config.library is not None:
        print(f"{config.library.file}: good; drug library {library.version}, sha256 {library.hash}")
    print(_course(config.clinic.observation_min if config.clinic is not None else None))
    for channel in config.channels:
        if reason := _unstoppable(channel.pump.driver):
            print(f"{args.config}: channel {channel.name}: cannot be stopped by stop-all: {reason}")
    return 0


def _course(observation_min: int | None) -> str:
    """Which course is in force: nobody should find out at the chair."""
    if observation_min is None:
        return "bench course: no checklist, no prime, no observation after the end (no [clinic] table)"
    return f"clinic course: checklist, prime, {observation_min} min of observation after the end, closing"


def _unstoppable(family: str) -> str:
    """Why the emergency stop passes over pumps of this family; empty: it does not."""
    from drivers.line.halts import CannotBeStopped, halt_module

    try:
        halt_module(family)
    except CannotBeStopped as reason:
        return str(reason)
    return ""


def run_daemon(args: argparse.Namespace) -> int:
    """Serve; exit 0 after a clean stop, 2 when the daemon may not start."""
    if sys.flags.optimize:
        print(
            "pumpd run: python -O removes the checks this daemon stands on; start it without", file=sys.stderr
        )
        return 2
    from pumpd import config as cfg
    from pumpd.config_library import load_library

    try:
        config = cfg.load(args.config)
        load_library(config.library.file if config.library is not None else None)
    except cfg.ConfigRefused as refused:
        print("\n".join(refused.faults), file=sys.stderr)
        return 2
    if args.speed != 1 and (port := _real_port(config)):
        print(
            f"pumpd run: --speed {args.speed:g} needs simulated pumps; {port} is no pseudo-terminal",
            file=sys.stderr,
        )
        return 2
    for channel in config.channels:
        pace = channel.pump.options.get("pace", args.speed)
        if pace != args.speed:
            # A target volume would run so many times further ahead of the plunger than the lease says.
            print(
                f"pumpd run: channel {channel.name}: pace = {pace} is for a simulation at --speed {pace}; "
                f"this daemon runs at {args.speed:g}",
                file=sys.stderr,
            )
            return 2
    from pumpd.clock import Clock
    from pumpd.shell import log

    os.umask(0o027)  # the journal names patients: the daemon and its group read it, nobody else
    log.set_up()
    try:
        clock = Clock(args.speed, args.epoch_ms)
    except ValueError as wrong:
        print(f"pumpd run: {wrong}", file=sys.stderr)
        return 2
    return _serve(config, clock, args.config)


def _serve(config: object, clock: object, file: Path) -> int:
    from pumpd.app import Daemon
    from pumpd.clock import Clock
    from pumpd.config import Config, ConfigRefused
    from pumpd.shell.console_socket import ConsoleUnavailable
    from pumpd.shell.journal_file import JournalRefused
    from pumpd.shell.port_claim import PortTaken

    assert isinstance(config, Config)
    assert isinstance(clock, Clock)
    # All code is there now and stays: nobody needs to search it for garbage again, least of all before READY.
    gc.freeze()

    async def serve() -> None:
        await Daemon(config, clock, file=file).run(lambda: print("READY", flush=True))

    try:
        asyncio.run(serve())
    except (PortTaken, JournalRefused, ConsoleUnavailable, ConfigRefused) as refused:
        print(f"pumpd run: {refused}", file=sys.stderr)
        return 2
    return 0


def _real_port(config: object) -> str:
    """The first configured port that a real pump could be behind, or nothing."""
    from pumpd.config import Config

    assert isinstance(config, Config)
    ports = (one.pump.port for one in config.channels)
    simulated = ("/dev/pts/", "tcp:127.0.0.1:")
    real = (
        one
        for one in ports
        if not one.startswith(simulated[1]) and not os.path.realpath(one).startswith(simulated[0])
    )
    return next(real, "")
