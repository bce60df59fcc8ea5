"""`pumpd demo`: a whole treatment on simulated equipment, faster than life, judged at the end.

Theory of operation. The processes are real, the wires are real, only the pump, the patient and the hurry are not. What
is shown while it runs is what `pumpctl watch` shows. At the end the journal and the simulator's own truth are compared
with what the scenario expects; exit status 0 only if every expectation held. The journal stays beside the report, so that
every rate of the treatment can be asked about afterwards.
"""

import argparse
import json
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pumpd.demo.pumps import PUMPS

DEFAULT_PUMP = "new_era"
SLOWEST, FASTEST = 1.0, 100.0


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "demo", help="a 40-minute treatment on simulated equipment, in about a minute and a half"
    )
    parser.add_argument(
        "--pump",
        choices=tuple(PUMPS),
        default=DEFAULT_PUMP,
        help=f"which pump to simulate (default {DEFAULT_PUMP})",
    )
    parser.add_argument(
        "--speed", type=_speed, help=f"treatment seconds per second (1 to 100; default {_usual_speeds()})"
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON object on standard output, nothing else"
    )
    parser.add_argument("--report", type=Path, metavar="PATH", help="where to write the HTML session report")
    parser.add_argument("--scenario", type=Path, metavar="FILE", help="another story for the simulator")
    parser.add_argument("--hold", action="store_true", help="leave it running for pumpctl until Ctrl-C")
    parser.add_argument(
        "--panel", action="store_true", help="drive it yourself from a browser, at life speed"
    )
    parser.add_argument("--listen", default="127.0.0.1:8443", metavar="HOST:PORT", help="with --panel: where")
    parser.set_defaults(run=run)


def _usual_speeds() -> str:
    """The usual speed, and where a pump has another one, that."""
    usual = PUMPS[DEFAULT_PUMP].usual_speed
    others = [f"{name} {one.usual_speed:g}" for name, one in PUMPS.items() if one.usual_speed != usual]
    return ", ".join((f"{usual:g}", *others))


def _speed(text: str) -> float:
    speed = float(text)
    if not SLOWEST <= speed <= FASTEST:
        raise argparse.ArgumentTypeError(f"{text} is outside {SLOWEST:g} to {FASTEST:g}")
    return speed


def run(args: argparse.Namespace) -> int:
    """Play, judge, report."""
    from pumpd.demo import stage, verdict

    pump = PUMPS[args.pump]
    if args.speed is None:
        args.speed = SLOWEST if args.panel else pump.usual_speed
    if fault := pump.speed_fault(args.speed):
        print(f"pumpd demo: {fault}", file=sys.stderr)
        return 2
    folder = Path(tempfile.mkdtemp(prefix="pumpd-demo-"))
    report = args.report or Path("pumpd-demo-report.html")
    # A story that is told by the clock has gone on before a person has entered an order.
    scenario = args.scenario or stage.scenario_path("by_hand" if args.panel else "demo")
    theatre = stage.Stage(folder, args.speed, scenario, args.pump, is_clinic=args.panel)
    if args.panel:
        from pumpd.demo.by_hand import by_hand

        return by_hand(theatre, args.listen, args.speed)
    try:
        judged = _play(theatre, args, scenario, report)
    except stage.StageError as fault:
        print(f"pumpd demo: {fault}\npumpd demo: logs are kept in {folder}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        theatre.close()
        shutil.rmtree(folder, ignore_errors=True)
        return 130
    finally:
        theatre.close()
    kept = keep_journal(theatre.places.journal, report)
    shutil.rmtree(folder, ignore_errors=True)
    if args.json:
        print(json.dumps(verdict.as_json(judged)))
    else:
        verdict.show(judged, report)
        print(f"why was the rate what it was: .venv/bin/pumpd explain {kept} --at +16:00")
    return 0 if not judged.failures else 1


def keep_journal(journal: Path, report: Path) -> Path:
    """Move a journal that nobody uses any more, and its head, to stand beside the report; return where."""
    from pumpd.shell.journal_file import head_path

    kept = report.with_suffix(".sqlite")
    # What an earlier demonstration left would be read into this journal.
    for left in (kept, head_path(kept), *kept.parent.glob(f"{kept.name}-*")):
        left.unlink(missing_ok=True)
    for source, target in ((journal, kept), (head_path(journal), head_path(kept))):
        shutil.move(source, target)
    for tail in journal.parent.glob(f"{journal.name}-*"):
        shutil.move(tail, kept.with_name(tail.name.replace(journal.name, kept.name)))
    return kept


def _play(theatre: Any, args: argparse.Namespace, scenario: Path, report: Path) -> Any:
    from pumpd.demo import run as demo
    from pumpd.demo import verdict
    from pumpd.policy import policy_from

    theatre.open()
    with _display(args, theatre) as show:
        demo.play(theatre, args.speed, show)
        judged = verdict.judge(theatre.places, expectations(scenario), report, policy_from)
        if args.hold:
            print(_hint(theatre), file=sys.stderr)
            demo.hold_open(theatre, show)
    return judged


def expectations(scenario: Path) -> dict[str, Any]:
    """What the scenario file expects of the daemon."""
    expected: dict[str, Any] = tomllib.loads(scenario.read_text(encoding="utf-8"))["expect"]
    return expected


def _hint(theatre: Any) -> str:
    pins = ", ".join(f"{name} {pin}" for name, pin in theatre.pins.items())
    return f"PUMPD_SOCKET={theatre.places.socket} .venv/bin/pumpctl watch    (PINs: {pins}; Ctrl-C ends it)"


def _display(args: argparse.Namespace, theatre: Any) -> Any:
    from pumpd.demo.display import Live, Plain, Silent

    kind: Callable[..., Any] = Silent if args.json else Live if sys.stdout.isatty() else Plain
    return kind(args.speed, _hint(theatre))
