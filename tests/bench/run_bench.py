"""`./run bench`: from a monitor's publish of a crossing value to the last byte of the pump's halt, beside two floors.

Theory of operation. Everything is real and on this machine: mosquitto on loopback, pumps on ptys, monitors that publish,
the daemon with all it does in between. Beside it stand two programs that only parse, compare and write, in turns that
alternate with its own, because a machine's speed changes within minutes and only ratios of the same minutes mean
anything. Nothing here is asserted and nothing is part of the tests but a smoke test that the script works: a figure that
a build server's neighbour can spoil is no criterion. docs/speed.md says how to read it and what has been reached.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])  # `bench` is the folder, beside the other test support

from bench.children import HERE, BenchFailed, Servant
from bench.commits import commits_us
from bench.figures import lines, machine, quantile, ratios, row
from bench.hardship import HARDSHIPS
from bench.plot import Curves, svg
from bench.turn import DAEMON, PEERS, Scene, Turn, daemon_turn, floor_turn
from real_mosquitto import Mosquitto

HARDSHIP_BEDS = 8


@contextmanager
def scene_of(beds: int, hz: float, seed: int) -> Iterator[Scene]:
    """Broker, pumps and monitors of so many beds."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pumpd-bench-")))
        broker = stack.enter_context(closing(Mosquitto(folder / "mosquitto")))
        broker.start()
        pumps = stack.enter_context(closing(Servant("pumps.py", folder, beds)))
        monitors = stack.enter_context(closing(Servant("monitors.py", broker.port, beds, seed)))
        yield Scene(folder, broker.port, beds, hz, pumps, monitors)


def one_turn(scene: Scene, peer: str, seconds: float) -> Turn:
    """A turn of this peer."""
    return daemon_turn(scene, seconds) if peer == DAEMON else floor_turn(scene, peer, seconds)


def measure_cell(
    beds: int, hz: float, seconds: float, rounds: int, seed: int
) -> tuple[dict[str, Any], Curves]:
    """All peers in turns, shuffled within each round; the figures, and every latency."""
    turns = {peer: Turn(peer) for peer in PEERS}
    order = random.Random(seed)
    with scene_of(beds, hz, seed) as scene:
        for _ in range(rounds):
            for peer in order.sample(PEERS, len(PEERS)):
                turns[peer].add(one_turn(scene, peer, seconds / rounds))
    rows = {peer: row(turn) for peer, turn in turns.items()}
    cell = {"beds": beds, "hz": hz, "peers": rows, "ratios": ratios(rows)}
    return cell, {peer: turn.latencies_us for peer, turn in turns.items()}


def measure_hardships(names: Sequence[str], seconds: float, rounds: int, seed: int) -> dict[str, Any]:
    """The daemon alone, each hardship in turn with the same without any."""
    turns = {name: Turn(DAEMON) for name in ("none", *names)}
    with scene_of(HARDSHIP_BEDS, 1.0, seed) as scene:
        for _ in range(rounds):
            for name, turn in turns.items():
                turn.add(HARDSHIPS[name][1](scene, seconds / rounds))
                print(f"  {HARDSHIPS[name][0]}: {len(turn.latencies_us)} crossings", flush=True)
    rows = {name: row(turn) for name, turn in turns.items()}
    for one in rows.values():
        ours, calm = one["p99_us"] or one["max_us"], rows["none"]["p99_us"] or rows["none"]["max_us"]
        one["p99_ratio"] = round(ours / calm, 2) if ours and calm else None
    return rows


def measure_alone(simulated_s: float) -> dict[str, Any]:
    """What needs no broker: a decision, virtual time, a commit."""
    argv = [sys.executable, str(HERE / "decision.py"), "--seconds", str(simulated_s)]
    told: dict[str, Any] = json.loads(subprocess.run(argv, check=True, capture_output=True, text=True).stdout)
    with tempfile.TemporaryDirectory() as folder:
        took_us = commits_us(Path(folder))
    told["commit_us"] = {"median": quantile(took_us, 0.5), "p99": quantile(took_us, 0.99)}
    return told


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split(",") if word]


def command_line() -> argparse.ArgumentParser:
    """The options."""
    parser = argparse.ArgumentParser(prog="run bench", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--n", type=_numbers, default=[1, 8, 32, 64], metavar="N,N", help="beds; default: 1,8,32,64"
    )
    parser.add_argument(
        "--hz", type=_numbers, default=[1, 10], metavar="HZ,HZ", help="vital signs; default: 1,10"
    )
    parser.add_argument(
        "--seconds", type=float, default=30.0, help="of crossings, a cell and peer; default: 30"
    )
    parser.add_argument("--rounds", type=int, default=3, help="turns of each peer in a cell; default: 3")
    parser.add_argument(
        "--hardship", nargs="*", default=None, metavar="NAME", help=f"{', '.join(HARDSHIPS)}; all"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--simulated", type=float, default=300.0, help="s of virtual time; 0: leave it out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything that was measured")
    parser.add_argument("--plot", type=Path, metavar="FILE", help="all latencies, SVG")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = command_line()
    options = parser.parse_args(words)
    names = list(options.hardship or ())
    if options.hardship == []:
        names = [name for name in HARDSHIPS if name != "none"]
    if unknown := [name for name in names if name not in HARDSHIPS]:
        parser.error(f"no hardship {unknown[0]!r}; there are {', '.join(HARDSHIPS)}")
    drawn: list[tuple[str, Curves]] = []
    result: dict[str, Any] = {"machine": machine()}
    print("  ".join(f"{key}: {value}" for key, value in result["machine"].items()), flush=True)
    try:
        measure(options, names, result, drawn)
    except (BenchFailed, subprocess.CalledProcessError) as failed:
        print(f"bench: {failed}", file=sys.stderr)
        return 1
    finally:  # what was measured before something failed has been measured
        if options.json:
            options.json.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        if options.plot:
            options.plot.write_text(svg(drawn), encoding="utf-8")
    return 0


def measure(
    options: argparse.Namespace, names: Sequence[str], result: dict[str, Any], drawn: list[tuple[str, Curves]]
) -> None:
    """Everything that was asked for, into `result` and `drawn` as it comes, and printed."""
    result["cells"] = []
    for beds in options.n:
        for hz in options.hz:
            cell, curves = measure_cell(beds, hz, options.seconds, options.rounds, options.seed)
            result["cells"].append(cell)
            drawn.append((f"N = {beds}, {hz} Hz", curves))
            print("\n".join(lines(cell)), flush=True)
    if names:
        result["hardships"] = measure_hardships(names, options.seconds, options.rounds, options.seed)
        for name, one in result["hardships"].items():
            print(f"  {HARDSHIPS[name][0]}: {json.dumps(one)}", flush=True)
    if options.simulated:
        result["alone"] = measure_alone(options.simulated)
        print(json.dumps(result["alone"]), flush=True)


if __name__ == "__main__":
    sys.exit(main())
