"""The `hil-sim` command: play a pump (and its patient), do harm to one, list what harm there is, infuse a
population, run a demo broker.

Sub-commands import what they need when they run, so that `inject` in a test's loop does not pay for a broker.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import socket
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path


def main(argv: Sequence[str] | None = None) -> int:
    """Run one sub-command; returns the exit code."""
    options = parse(argv)
    code: int = options.run(options)
    return code


def parse(argv: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; `run` in the result carries it out."""
    return _parser().parse_args(argv)


def _serve(options: argparse.Namespace) -> int:
    from hil_sim.assembly import run_world

    try:
        asyncio.run(run_world(options))
    except (ValueError, OSError) as error:
        print(f"hil-sim: {error}", file=sys.stderr)
        return 2
    return 0


def _replay(options: argparse.Namespace) -> int:
    from hil_sim.replay_verb import run

    try:
        return run(options)
    except (ValueError, OSError) as error:
        print(f"hil-sim: {error}", file=sys.stderr)
        return 2


def _tap(options: argparse.Namespace) -> int:
    from hil_sim.tap import run

    try:
        return run(options)
    except (ValueError, OSError) as error:
        print(f"hil-sim: {error}", file=sys.stderr)
        return 2


def _broker(options: argparse.Namespace) -> int:
    from hil_sim.broker import run_broker

    try:
        asyncio.run(
            run_broker(options.host, options.port, lambda where: print(f"READY broker={where}", flush=True))
        )
    except KeyboardInterrupt:
        return 0
    except OSError as error:
        print(f"hil-sim: {error}", file=sys.stderr)
        return 2
    return 0


def _faults(options: argparse.Namespace) -> int:
    import hil_sim.alaris_acts
    import hil_sim.modbus_acts
    import hil_sim.patient_acts  # noqa: F401
    from hil_sim.bench.acts import BENCH_FAULTS
    from hil_sim.bench.presses import OPERATOR
    from hil_sim.faults import describe

    print("\n".join(describe(("bench fault", BENCH_FAULTS), ("operator", OPERATOR))))
    return 0


def _run(options: argparse.Namespace) -> int:
    from hil_sim.bench.run_verb import run

    return run(options)


def _population(options: argparse.Namespace) -> int:
    from hil_sim.population import Plan, observe_all
    from hil_sim.population_figures import figures_of
    from hil_sim.population_published import comparisons
    from hil_sim.population_table import print_tables

    try:
        plan = Plan(options.n, options.dose_mg_per_kg, options.minutes, options.seed)
    except ValueError as error:
        print(f"hil-sim: {error}", file=sys.stderr)
        return 2
    figures = figures_of(plan, observe_all(plan))
    compared = comparisons(figures)
    if options.json:
        print(json.dumps({**figures.to_json(), "published": [one.to_json() for one in compared]}, indent=2))
    else:
        print_tables(figures, compared, sys.stdout)
    return 0


def _inject(options: argparse.Namespace) -> int:
    import hil_sim.alaris_acts
    import hil_sim.modbus_acts
    import hil_sim.patient_acts  # noqa: F401
    from hil_sim.faults import EVENTS

    params: dict[str, object] = {}
    for pair in options.params:
        key, separator, value = pair.partition("=")
        if not separator:
            print(f"hil-sim: {pair!r} is not key=value", file=sys.stderr)
            return 2
        params[key] = _read_value(value)
    verb = "clear" if options.clear else "event" if options.name in EVENTS else "fault"
    order = {"do": options.name} if options.name in ("truth", "list") else {"do": verb, "name": options.name}
    answer = ""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(options.socket)
        except OSError as error:
            print(f"hil-sim: {options.socket}: no simulator listens here ({error.strerror})", file=sys.stderr)
            return 2
        with suppress(ConnectionError), line.makefile() as answers:
            line.sendall(json.dumps({**params, **order}).encode() + b"\n")
            answer = answers.readline().strip()
    if not answer:
        print(f"hil-sim: {options.socket}: the simulator ended before it answered", file=sys.stderr)
        return 2
    print(answer)
    return 0 if json.loads(answer).get("ok") else 1


def _read_value(text: str) -> object:
    """A number, true or false where it reads as one, text otherwise."""
    try:
        value: object = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, (int, float, bool)) else text


def _add_run(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = commands.add_parser("run", help="play stories against a daemon and judge what it does")
    parser.set_defaults(run=_run)
    parser.add_argument(
        "stories", nargs="+", type=Path, metavar="FILE|FOLDER", help="stories, or folders of them"
    )
    parser.add_argument("--junit", type=Path, metavar="FILE", help="write the verdicts as JUnit XML")
    parser.add_argument(
        "--html", type=Path, metavar="FOLDER", help="write a page for each story, and an index"
    )
    parser.add_argument(
        "--seed", type=int, help="of everything that is left to chance (default: the story's)"
    )
    parser.add_argument("--daemon", default="pumpd", help="which installed daemon is tested (default: pumpd)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: 2)")
    live = parser.add_argument_group(
        "against a daemon in a process of its own, one story after the other (docs/bench.md)"
    )
    live.add_argument("--live", action="store_true", help="real line, real broker, real console, real time")
    live.add_argument("--broker", metavar="HOST:PORT", help="a broker that runs")
    live.add_argument(
        "--command",
        metavar="WORDS",
        help="starts the daemon, without a shell, afresh for each story; $HIL_SIM_FOLDER names a folder of its own "
        "in which site.json describes its bed; without --command it runs already",
    )
    live.add_argument(
        "--console", type=Path, metavar="SOCKETPATH", help="the daemon's; made up with --command"
    )
    live.add_argument(
        "--listen", metavar="pty:LINKPATH|tcp:PORT", help="for the pump; made up with --command"
    )
    live.add_argument("--speed", type=float, default=1.0, help="treatment seconds per real second, at most")
    live.add_argument("--keep", type=Path, metavar="FOLDER", help="keep the stories' folders here")


def _add_population(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    population = commands.add_parser(
        "population", help="infuse virtual patients without interlocks; statistics"
    )
    population.set_defaults(run=_population)
    population.add_argument("--n", type=int, default=500, help="how many people")
    population.add_argument("--dose-mg-per-kg", type=float, default=0.5)
    population.add_argument("--minutes", type=float, default=40.0, help="how long the infusion lasts")
    population.add_argument("--seed", type=int, default=1)
    population.add_argument("--json", action="store_true", help="one JSON object, units in its keys")


def _add_serve(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    serve = commands.add_parser("serve", help="play a pump, its line, its patient and the monitors")
    serve.set_defaults(run=_serve)
    serve.add_argument(
        "--pump",
        choices=["new_era", "new_era-basic", "modbus-rtu", "modbus-tcp", "alaris", "harvard", "chemyx"],
        default="new_era",
        help="whose face the pump has (default: new_era)",
    )
    serve.add_argument(
        "--listen",
        required=True,
        metavar="pty:LINKPATH|tcp:PORT",
        help="where the pump is met: a link to a fresh pty, or a port of this machine",
    )
    serve.add_argument("--speed", type=float, default=1.0, help="treatment seconds per real second")
    serve.add_argument("--epoch-ms", type=int, help="unix ms at which treatment and real wall time coincide")
    serve.add_argument("--broker", metavar="HOST:PORT", help="publish the monitors there")
    serve.add_argument(
        "--monitor-format",
        choices=["native", "vscapture", "flat"],
        default="native",
        help="how the monitor's numbers are published: natively, or as other gateways do (default: native)",
    )
    serve.add_argument("--serial", default="8003-00417", help="an Alaris pump's serial number")
    serve.add_argument("--bed", default="bed-1", help="its name in the topics (default: bed-1)")
    serve.add_argument("--patient", default="tok-4711", help="token in each message (default: tok-4711)")
    serve.add_argument(
        "--scenario", metavar="FILE", help="whose patient, monitors, events and faults are played"
    )
    serve.add_argument("--seed", type=int, default=0, help="of everything that is left to chance")
    serve.add_argument("--control", metavar="SOCKETPATH", help="control socket (made up when absent)")
    serve.add_argument("--truth", metavar="FILE", help="truth as NDJSON")
    serve.add_argument("--tape", metavar="FILE", help="what passes on the pump's line, as NDJSON, for replay")
    serve.add_argument("--weight-kg", type=float, default=70.0, help="the simulated patient's weight")
    serve.add_argument("--concentration-ug-ml", type=float, default=2000.0, help="drug in the syringe")
    serve.add_argument("--syringe-mm", type=float, default=26.59, help="true diameter of the fitted syringe")
    serve.add_argument("--contents-ml", type=float, default=50.0, help="what is in the syringe")
    serve.add_argument("--air-sensor", action="store_true", help="publish an air sensor, air-sensor-1")
    serve.add_argument("--button", action="store_true", help="publish a bedside stop button, button-1")
    serve.add_argument("--respiration", action="store_true", help="the monitor counts breaths too")
    serve.add_argument(
        "--cuff-same-arm", action="store_true", help="cuff and finger probe are on the infusion arm"
    )
    serve.add_argument("--slack-ml", type=float, default=0.12, help="start-up slack of the drive")
    serve.add_argument(
        "--address", type=int, default=0, help="the pump's address, 0-99; a Modbus unit, 1-247"
    )
    serve.add_argument(
        "--map", default="pumpd-default", metavar="NAME|FILE.toml", help="a Modbus pump's register map"
    )


def _add_replay(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    replay = commands.add_parser("replay", help="play the pump's side of a tape of `serve --tape`")
    replay.set_defaults(run=_replay)
    replay.add_argument("tape", metavar="FILE", help="NDJSON, see docs/bench.md")
    replay.add_argument(
        "--listen", required=True, metavar="pty:LINKPATH|tcp:PORT", help="where the pump is met"
    )


def _add_tap(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    tap = commands.add_parser("tap", help="stand between a real pump and its host and write a tape")
    tap.set_defaults(run=_tap)
    tap.add_argument("tape", metavar="FILE", help="where the tape is written")
    tap.add_argument(
        "--pump", required=True, metavar="PATH[@BAUD]|tcp:HOST:PORT", help="the pump; 8N1, 19200 unless said"
    )
    tap.add_argument(
        "--listen", required=True, metavar="pty:LINKPATH|tcp:PORT", help="where its host meets it now"
    )
    tap.add_argument("--family", default="", help="noted on the tape; modbus-tcp matters for its replay")


def _add_inject(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    inject = commands.add_parser("inject", help="do one thing to a running simulator (or: truth, list)")
    inject.set_defaults(run=_inject)
    inject.add_argument("socket", help="what READY named as control=")
    inject.add_argument("name", help="as `hil-sim faults` lists it; truth: what is so; list: what there is")
    inject.add_argument("params", nargs="*", metavar="key=value", help="as listed; for_s: treatment seconds")
    inject.add_argument("--clear", action="store_true", help="end this fault instead of beginning it")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hil-sim", description="The far side of the wire, simulated.")
    commands = parser.add_subparsers(required=True)
    _add_serve(commands)
    _add_replay(commands)
    _add_tap(commands)
    _add_inject(commands)
    commands.add_parser("faults", help="list what can be injected").set_defaults(run=_faults)

    _add_population(commands)
    _add_run(commands)

    broker = commands.add_parser("broker", help="an embedded MQTT broker for demonstrations")
    broker.set_defaults(run=_broker)
    broker.add_argument("--host", default="127.0.0.1", help="address to bind (default: 127.0.0.1)")
    broker.add_argument("--port", type=int, default=1883, help="(default: 1883)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
