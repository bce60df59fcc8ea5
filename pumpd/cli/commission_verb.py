"""`pumpd commission`: measure one channel's pump and line before they serve, and write a sealed report.

Theory of operation. The pump is the one of the configuration, with the daemon's own driver. Nobody else may speak on its
port: a daemon that lives holds the claim, and a session that the journal knows as open refuses the visit even if the
daemon is dead, because its patient may still be on the line. Then a person must type that nobody is. What is measured is
in `pumpd.commission`; here the question is read and the report written, at the end and after an interruption.

Exit status: 0 PASSED; 1 FAILED or INCOMPLETE; 2 the question was wrong or the bench is not free; 130 interrupted.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pumpd.places import DEFAULT_CONFIG

if TYPE_CHECKING:
    from pumpd.commission.visit import Question

INTERRUPTED = 130


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser(
        "commission", help="measure stops, flow and occlusion of one channel, WITHOUT A PATIENT, and report"
    )
    parser.add_argument("--config", type=Path, default=Path(DEFAULT_CONFIG), metavar="FILE")
    parser.add_argument("--channel", metavar="NAME", help="as the configuration names it")
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="results and report (default: commission-NAME); goes on there"
    )
    teller = parser.add_mutually_exclusive_group()
    teller.add_argument(
        "--gravimetric", metavar="FILE", help="time_s,grams as a scale logged them; else typed"
    )
    teller.add_argument(
        "--simulator", metavar="SOCKET", help="hil-sim's control socket: its truth is the scale"
    )
    parser.add_argument(
        "--rate", action="append", metavar="ML_PER_H", help="flow at this rate; may be repeated"
    )
    parser.add_argument("--steps", metavar="LIST", help="only these, anew: stop,host-loss,flow,occlusion")
    parser.add_argument("--syringe", metavar="KEY", help="left out: the first that the channel allows")
    parser.add_argument("--presses", type=int, default=10, metavar="N", help="stops that are timed, 3 to 100")
    parser.add_argument("--flow-minutes", type=float, metavar="MIN", help="of each rate, 1 to 1440")
    parser.add_argument(
        "--quick", action="store_true", help="12 min of flow: windows are missing, never PASSED"
    )
    parser.add_argument(
        "--density", type=float, metavar="G_PER_ML", help="of the liquid (default: water, 0.9982)"
    )
    parser.add_argument(
        "--evaporation", type=float, default=0.0, metavar="G_PER_H", help="of the cup by itself"
    )
    parser.add_argument("--person", metavar="NAME", help="who measures; else asked for")
    parser.add_argument(
        "--key", type=Path, metavar="FILE", help="signs the report; with --verify, checks that"
    )
    parser.add_argument(
        "--verify", type=Path, metavar="FILE", help="check a report's seal and do nothing else"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Measure and report, or verify."""
    from pumpd.commission.kept import FolderRefused
    from pumpd.commission.seal import KeyRefused
    from pumpd.commission.visit import Refused, question_of
    from pumpd.config import ConfigRefused
    from pumpd.shell.port_claim import PortClaims, PortTaken

    if args.verify is not None:
        return _verify(args.verify, args.key)
    claims = PortClaims()
    try:
        question = question_of(args)
        claims.take(question.bound.port)
        return _visit(question)
    except ConfigRefused as refused:
        print("\n".join(refused.faults), file=sys.stderr)
        return 2
    except (Refused, PortTaken, FolderRefused, KeyRefused) as refused:
        print(f"pumpd commission: {refused}", file=sys.stderr)
        return 2
    finally:
        claims.release()


def _visit(question: "Question") -> int:
    from pumpd.commission.measured import Whole
    from pumpd.commission.visit import visit
    from pumpd.commission.walk import Interrupted

    try:
        with asyncio.Runner() as runner:
            word = runner.run(visit(question))
    except (Interrupted, asyncio.CancelledError):
        return INTERRUPTED
    return 0 if word is Whole.PASSED else 1


def _verify(path: Path, key_file: Path | None) -> int:
    from pumpd.commission.seal import KeyRefused, NotSealed, check, read_key

    try:
        found = check(path.read_bytes().decode(), read_key(key_file) if key_file is not None else None)
    except (OSError, UnicodeDecodeError, NotSealed, KeyRefused) as error:
        print(f"pumpd commission: {path}: {error}", file=sys.stderr)
        return 2
    print(f"{path}: {found.words}")
    return 0 if found.is_whole and found.is_signed is not False else 1
