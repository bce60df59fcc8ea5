"""`pumpd stop-all`: every configured pump is told to stand until it says that it does. systemd's `ExecStopPost=`.

Theory of operation. This runs when the daemon is dead, killed or frozen, and beside it when somebody calls it by hand. It
loads nothing that is not needed for a stop (no pydantic, no broker's client, no event loop), so that the first stop
leaves a tenth of a second after the program was started. All ports are served at the same time, in threads that
write no line themselves. A pump that stands is told of at once, one that does not when time is up. That is ten seconds, or
longer where a pump's lease is: its silence is the last means against a pump that hears and does not obey.

Where systemd says that the daemon did not end by itself (SERVICE_RESULT), `--call-out` rings for a person as soon as the
stops are on their way: the daemon that comes up again is silent until its first alarm.

Exit status: 0 every pump stands and has said so; 1 not every one; 2 not a single stop could be sent.
"""

import argparse
import contextlib
import os
import sys
import time
from collections.abc import Mapping
from queue import Empty, Queue
from threading import Lock, Thread

from pumpd.places import DEFAULT_CONFIG
from pumpd.stop_all.attend import Attendant
from pumpd.stop_all.plan import PlanUnreadable, read_plan

NAME = "stop-all"
HELP = "halt every configured pump, with or without the daemon, until each confirms"
#: Unless a pump's lease needs longer, s.
WITHIN_S = 10.0

#: How long the call of people may hold up the end of this program, s.
CALL_S = 3.0

ALL_STAND, NOT_ALL, NOTHING_TRIED = 0, 1, 2

#: Channel, port, in which words it stands, and how long after the start of this program, s.
News = tuple[str, str, str, float]


class Report:
    """Lines on stdout, one for each pump. A closed or full pipe must not end a stop."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.first_stop_s: float | None = None

    def stopped(self) -> None:
        """A stop has left."""
        if self.first_stop_s is None:
            self.first_stop_s = age_s()

    def stands(self, channel: str, port: str, text: str, after_s: float) -> None:
        """A pump has confirmed."""
        self.say(f"{channel}: {port}: STANDS after {after_s:.2f} s; {text}")

    def say(self, line: str) -> None:
        """Print, or not; whoever has gone has read enough, and the exit status is still ours to say."""
        with self._lock:
            try:
                print(line, flush=True)
            except (OSError, ValueError):
                with contextlib.suppress(OSError, ValueError):
                    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def age_s() -> float:
    """How long ago this program was started, in steps of the kernel's tick (10 ms)."""
    with open("/proc/self/stat", encoding="ascii", errors="replace") as file:
        ticks = int(file.read().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def why_called(environment: Mapping[str, str]) -> str:
    """What to call people for, after systemd.exec(5); empty: the service ended as it was told to."""
    result = environment.get("SERVICE_RESULT", "success")
    return "" if result == "success" else f"pumpd died ({result}): every pump is being stopped, look at them"


def stop_all(config: str, within_s: float | None, report: Report, call: str = "") -> int:
    """Do it; the exit status. `within_s`: None for as long as the pumps' leases may need. `call`: what to ring for."""
    begun_s = time.monotonic()
    try:
        plan = read_plan(config)
    except PlanUnreadable as unreadable:
        report.say(f"pumpd stop-all: {unreadable}")
        return NOTHING_TRIED
    news: Queue[News] = Queue(sum(len(place.channels) for place in plan.ports.values()))
    attendants = {
        place.port: Attendant(
            place,
            plan.console,
            report.stopped,
            lambda channel, text, port=place.port: news.put_nowait((channel, port, text, age_s())),  # type: ignore[misc]
        )
        for place in plan.ports.values()
    }
    for one in attendants.values():
        one.begin()
    calling = Thread(target=_call_people, args=(config, call), daemon=True)
    if call:
        calling.start()
    for channel, reason in plan.untriable.items():
        report.say(f"{channel}: NOT STOPPED: {reason}")
    until_s = {
        one: begun_s + (within_s if within_s is not None else max(WITHIN_S, one.bound_s))
        for one in attendants.values()
    }
    _listen(until_s, news, report)
    failed = dict(plan.untriable)
    for port, one in attendants.items():
        for channel, words in one.unconfirmed().items():
            failed[channel] = words
            report.say(f"{channel}: {port}: NOT CONFIRMED: {words}")
    if report.first_stop_s is not None:
        report.say(f"pumpd stop-all: first stop {report.first_stop_s:.2f} s after the start of this program")
    if call:
        calling.join(CALL_S)
    if not failed:
        return ALL_STAND
    return NOT_ALL if any(one.was_told for one in attendants.values()) else NOTHING_TRIED


def _listen(until_s: Mapping[Attendant, float], news: "Queue[News]", report: Report) -> None:
    """Say of each pump that it stands as soon as it does, until all do or have had their time."""
    while waiting := [until for one, until in until_s.items() if not one.is_done]:
        left_s = max(waiting) - time.monotonic()
        if left_s <= 0.0:
            break
        with contextlib.suppress(Empty):
            report.stands(*news.get(timeout=left_s))
    for one, until in until_s.items():
        one.wait(until)
    while not news.empty():
        report.stands(*news.get_nowait())


def _call_people(config: str, call: str) -> None:
    from pumpd.stop_all.outcry import call_out  # only now: the stops have left

    call_out(config, call)


def add_parser(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add this verb."""
    add_arguments(verbs.add_parser(NAME, help=HELP))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's own."""
    parser.add_argument("--config", default=DEFAULT_CONFIG, metavar="FILE")
    parser.add_argument(
        "--within",
        type=float,
        metavar="S",
        help=f"give up after so many seconds (default: {WITHIN_S:g}, longer where a pump's lease is)",
    )
    parser.add_argument("--call-out", action="store_true", help="ring for a person if SERVICE_RESULT says so")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """The verb."""
    call = why_called(os.environ) if args.call_out else ""
    return stop_all(args.config, args.within, Report(), call)


def main(argv: list[str]) -> int:
    """The verb by itself, without the others' imports. `argv`: what follows it."""
    parser = argparse.ArgumentParser(prog=f"pumpd {NAME}", description=HELP)
    add_arguments(parser)
    args = parser.parse_args(argv)
    return run(args)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
