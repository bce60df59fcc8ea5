"""`pumpd call-out`: ring for a person, again and again, because the daemon cannot. systemd's `pumpd-sounder.service`.

Theory of operation. It ends when somebody serves the console again, for then the daemon has its own alarms, or when it is
told to. Exit status: 0 somebody serves again, or one call was made and taken somewhere; 1 nothing took it.
"""

import argparse
import socket
import threading

from pumpd.places import DEFAULT_CONFIG
from pumpd.stop_all.outcry import call_out

NAME = "call-out"
HELP = "ring every bell and write to every terminal, with or without the daemon"
TEXT = "pumpd is not running and will not start again: go to the pumps, stop them at their keys, call the engineer"
ANSWER_S = 1.0


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add this verb."""
    add_arguments(verbs.add_parser(NAME, help=HELP))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own."""
    parser.add_argument("--config", default=DEFAULT_CONFIG, metavar="FILE")
    parser.add_argument("--text", default=TEXT, help="what is written")
    parser.add_argument("--every", type=float, default=5.0, metavar="S", help="from one call to the next")
    parser.add_argument(
        "--until-served", metavar="SOCKET", help="go on until a daemon answers on this console"
    )
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """The verb."""
    pause = threading.Event()
    while True:
        reached = call_out(args.config, args.text)
        print(f"pumpd {NAME}: {args.text} (taken by {', '.join(reached) or 'nobody'})", flush=True)
        if args.until_served is None:
            return 0 if reached else 1
        if is_served(args.until_served):
            return 0
        pause.wait(args.every)


def is_served(path: str) -> bool:
    """A daemon listens and answers there."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(ANSWER_S)
        try:
            line.connect(path)
            line.sendall(b'{"id":"call-out","verb":"status"}\n')
            return bool(line.recv(1))
        except OSError:
            return False
