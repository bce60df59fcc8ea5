"""One simulated bed in the box: what it does, what it is told, and how long a blow takes to bring its plunger to rest.

Theory of operation. A blow is timed from the moment it is struck to the plunger's true stand-still as the simulator saw it;
both read the same clock. After each the same is asked: the pump stands, the daemon is back and PAUSED, and stays so until
somebody resumes. The pump is a Modbus one with a lease of 2 s, so a host that dies for good still leaves it standing.
"""

import json
import time
from collections.abc import Callable

from box import Box

SYSTEM, BENCH = "/usr/lib/pumpd/bin/python3 -IB", "/run/bench.sock"
#: `hil-sim inject SOCKET truth` without the package, since the plunger is watched while that is taken away too.
ASK = f"""
import socket
line = socket.socket(socket.AF_UNIX)
line.connect({BENCH!r})
line.sendall(b'{{"do": "truth"}}\\n')
print(line.makefile().readline())
"""
#: facts/faults.md 0, T_h.
STANDS_WITHIN_S = 4.0


def must(holds: bool, what: str) -> None:
    """Raises ValueError: it does not hold."""
    if not holds:
        raise ValueError(f"not proved: {what}")


def truth(box: Box) -> dict[str, object]:
    """What the simulator's pump really does."""
    done = box.tried(["python3.11", "-I", "-c", ASK])
    found: dict[str, object] = json.loads(done.stdout[done.stdout.index("{") :])
    return found


def state(box: Box) -> dict[str, object]:
    """The bed as the console shows it; empty while there is no daemon."""
    done = box.tried(["pumpctl", "--json", "status"])
    shown = json.loads(done.stdout) if done.returncode == 0 else {}
    found: dict[str, object] = shown[0] if isinstance(shown, list) else shown
    return found


def wait_for(what: str, holds: Callable[[], bool], within_s: float) -> None:
    """Ask until it holds; each question takes a tenth of a second by itself.

    Raises:
        ValueError: it did not within the time.
    """
    until = time.monotonic() + within_s
    while not holds():
        must(time.monotonic() < until, f"{what} within {within_s:g} s")


def infuse(box: Box) -> None:
    """People at work, until the plunger moves."""
    box.shell(f"{SYSTEM} /srv/treat.py", 240.0)
    must(bool(truth(box)["running"]), "the simulator's plunger moves")


def stands(box: Box, struck_ms: float, what: str, within_s: float = STANDS_WITHIN_S) -> None:
    """The plunger's stand-still after a blow, timed."""
    wait_for(f"{what}: standing", lambda: not truth(box)["running"], within_s + 30.0)
    took_s = (float(str(truth(box)["halted_at_link_ms"])) - struck_ms) / 1000.0
    box.transcript.found(f"{what}: the pump stood after {took_s:.2f} s")
    must(took_s <= within_s, f"{what}: within {within_s:g} s")


def comes_back_paused(box: Box, what: str) -> None:
    """The daemon serves, PAUSED, and nothing moves.

    Raises:
        ValueError: it does not.
    """
    wait_for(f"{what}: PAUSED again", lambda: state(box).get("word") == "PAUSED", 40.0)
    must(not truth(box)["running"], f"{what}: it stands until a person resumes")
    shown = state(box)
    box.transcript.found(f"{what}: {shown['word']}: {shown['headline']}")


def strike(box: Box, what: str, line: str, within_s: float = STANDS_WITHIN_S) -> None:
    """One blow to a bed that infuses."""
    struck_ms = time.monotonic() * 1000.0
    box.shell(line, 300.0)
    stands(box, struck_ms, what, within_s)
