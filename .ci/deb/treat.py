"""Runs inside the box with the packaged interpreter: two people bring bed-1 to INFUSING, by pumpctl, as the demo's do.

Theory of operation. `pumpd.demo.nurse` chooses what a careful nurse would do next, from the state that the console shows.
She resumes after a restart as a person does, and does it only because this program was started.
"""

import sys
import time
from pathlib import Path

from pumpd.console_client import ConsoleClient
from pumpd.demo.nurse import Nurse, next_act

SOCKET = Path("/run/pumpd/console.sock")
PINS = {"dora": "1111", "nina": "2222"}
#: After a pause a nurse's resume goes on at half the rate.
MOVING = ("INFUSING", "SLOWED")
WITHIN_S, AGAIN_S, CUFF_S = 200.0, 2.0, 20.0


def main() -> int:
    """Entry point; 0: it infuses."""
    nurse, until, not_before, state = Nurse(SOCKET, PINS), time.monotonic() + WITHIN_S, 0.0, {}
    with ConsoleClient(SOCKET).watch("bed-1", "proof") as states:
        while time.monotonic() < until:
            fresh = states.poll(1.0)
            if fresh is None:
                continue
            while (newer := states.poll(0)) is not None:
                fresh = newer
            state = fresh
            if state["word"] in MOVING and state["pump"]["motion"] != "halted":
                print(f"{state['word']}: {state['headline']}")
                return 0
            act = next_act(state)
            if act is not None and time.monotonic() >= not_before:
                taken, said = nurse.do(act)
                print(f"{act.by}: {act.verb}: {'taken' if taken else said}", flush=True)
                not_before = time.monotonic() + (CUFF_S if act.verb == "measure" else AGAIN_S)
    print(
        f"never infused; last: {state.get('word')}: {state.get('headline')} {state.get('resume_blocked_by')}"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
