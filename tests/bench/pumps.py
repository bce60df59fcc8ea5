"""N simulated pumps on ptys in one light process: they answer polls, and stamp the last byte of every halt.

Theory of operation. A pump here is the simulator's NE-1000 without line, patient or world: bytes go in, its answer goes
out in the same turn of a `select` loop, its plunger moves when it is spoken to. What is measured is taken where the pump
would hear it, at the far end of the pty: the monotonic instant after the read that brought the last byte of a halt. So
the same clock, the same reader and the same kernel worker stand behind the daemon and behind the floors it is compared
with.

A halt that comes in one read with another request, or that is no whole frame, is counted as garbled: on a wire of one
pair the two would have met.

It is told what to do on standard input and answers on standard output, a JSON object a line:
`take` hands over the stamps so far, `fresh` gives every pump a new life, `hang` makes one deaf, `heal` all of them well.
"""

import json
import os
import select
import sys
import tty
from pathlib import Path
from time import monotonic_ns
from typing import Any

from hil_sim.pumps.new_era import NewEraPump

HALT = b"STP"
STX = 0x02
READ_BYTES = 4096


def is_whole(chunk: bytes) -> bool:
    """One frame in safe mode, or one line: nothing before it, nothing behind it."""
    if chunk[:1] == b"\x02":
        return len(chunk) == chunk[1] + 1 if len(chunk) > 1 else False
    return chunk.endswith(b"\r") and chunk.count(b"\r") == 1


class BenchPump:
    """One pump on one pty."""

    def __init__(self, link: Path) -> None:
        self.master, self._slave = os.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self.master, False)
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(self._slave))
        self.is_hung = False
        self.begin_anew()

    def begin_anew(self) -> None:
        """Another life: just switched on, nothing heard."""
        self._pump = NewEraPump()
        self._moved_ns = monotonic_ns()
        self.halts_ns: list[int] = []
        self.garbled = 0
        self.requests = 0
        self.is_hung = False

    def hear(self) -> None:
        """Read, stamp, move, answer."""
        try:
            chunk = os.read(self.master, READ_BYTES)
        except OSError:
            return
        now_ns = monotonic_ns()
        self.requests += 1
        if HALT in chunk:
            self.halts_ns.append(now_ns)
            self.garbled += not is_whole(chunk)
        if self.is_hung:
            return
        self._pump.advance((now_ns - self._moved_ns) / 1e9, now_ns / 1e6)
        self._moved_ns = now_ns
        self._pump.receive(chunk, now_ns / 1e6)
        if answer := self._pump.output():
            os.write(self.master, answer)

    def pass_time(self) -> None:
        """The watchdog must bite a host that has fallen silent, too."""
        now_ns = monotonic_ns()
        self._pump.advance((now_ns - self._moved_ns) / 1e9, now_ns / 1e6)
        self._moved_ns = now_ns
        if answer := self._pump.output():
            os.write(self.master, answer)


def told(pumps: list[BenchPump], order: dict[str, Any]) -> dict[str, Any]:
    """Do what the bench says; what to answer."""
    match order["do"]:
        case "take":
            stamps = [one.halts_ns for one in pumps]
            answer = {"halts": stamps, "garbled": sum(one.garbled for one in pumps)}
            answer["requests"] = sum(one.requests for one in pumps)
            for one in pumps:
                one.halts_ns, one.garbled, one.requests = [], 0, 0
            return answer
        case "fresh":
            for one in pumps:
                one.begin_anew()
        case "hang":
            pumps[order["pump"]].is_hung = True
        case "heal":
            for one in pumps:
                one.is_hung = False
    return {}


def main() -> None:
    """`pumps.py FOLDER COUNT`: ptys FOLDER/pump-1 and so on, until standard input ends."""
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    pumps = [BenchPump(folder / f"pump-{number}") for number in range(1, count + 1)]
    by_fd = {one.master: one for one in pumps}
    poll = select.epoll()
    for fd in (*by_fd, sys.stdin.fileno()):
        poll.register(fd, select.EPOLLIN)
    print("{}", flush=True)
    while True:
        ready = poll.poll(0.5)
        for fd, _ in ready:
            if fd in by_fd:
                by_fd[fd].hear()
            else:
                if not (line := sys.stdin.readline()):
                    return
                print(json.dumps(told(pumps, json.loads(line))), flush=True)
        if not ready:
            for one in pumps:
                one.pass_time()


if __name__ == "__main__":
    main()
