"""`pumpd doctor`: everything a treatment stands on, looked at; one line each, and what would help.

Theory of operation. The examination is `pumpd.doctor`; this prints it. Nothing is moved and nothing is set: a port is
opened only where no daemon runs, and then only as its driver opens it. Falling silent to see whether a pump notices is the
one thing that a person has to ask for by name.

Exit status: 0 all is well, 1 something should be known, 2 something will not do.
"""

import argparse
import json
import sys
from pathlib import Path

from pumpd import places

SHORTEST_S, LONGEST_S = 1.0, 3600.0


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb."""
    parser = verbs.add_parser("doctor", help="look at everything a treatment stands on; moves nothing")
    parser.add_argument("--config", type=Path, default=Path(places.DEFAULT_CONFIG), metavar="FILE")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object on standard output, nothing else"
    )
    parser.add_argument(
        "--listen",
        type=float,
        default=10.0,
        metavar="S",
        help="listen to the monitors for so long, default 10",
    )
    parser.add_argument("--panel", default="", metavar="URL", help="the panel's address; none: there is none")
    parser.add_argument("--account", default="pumpd", metavar="NAME", help="the daemon's, default pumpd")
    parser.add_argument(
        "--test-watchdog",
        action="store_true",
        help="fall silent towards pumps that stand, between treatments, and see whether they notice",
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Examine, print, judge."""
    import asyncio
    import logging

    import structlog

    from pumpd.doctor.examine import Wishes, examine
    from pumpd.doctor.verdict import tally, worst

    if not SHORTEST_S <= args.listen <= LONGEST_S:
        print(
            f"pumpd doctor: --listen {args.listen:g}: must be {SHORTEST_S:g} to {LONGEST_S:g} s",
            file=sys.stderr,
        )
        return 2
    # What drivers and the broker's client log on the way is told by the findings.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    logging.disable(logging.CRITICAL)
    wishes = Wishes(args.listen, args.test_watchdog, args.panel, args.account)
    try:
        findings = asyncio.run(examine(args.config, wishes))
    except KeyboardInterrupt:
        print("pumpd doctor: interrupted", file=sys.stderr)
        return 130
    finally:
        logging.disable(logging.NOTSET)
        structlog.reset_defaults()
    level = worst(findings)
    if args.json:
        print(json.dumps({"level": int(level), "findings": [one.as_json() for one in findings]}))
    else:
        print("\n".join([*(one.line() for one in findings), tally(findings)]))
    return int(level)
