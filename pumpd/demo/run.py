"""The demonstration from first process to last figure.

Theory of operation. A stage is opened, a nurse acts on what the daemon shows her, and every state is handed to whoever
displays it, until the session has ended or something went wrong. Nothing is judged here; `verdict` does that from the
journal and from the simulator's truth, after everything has come to rest.
"""

import time
from collections.abc import Callable
from typing import Any

from pumpd.console_client import ConsoleClient, ConsoleUnreachable
from pumpd.demo.nurse import Act, Nurse, next_act
from pumpd.demo.stage import BED, Stage, StageError

POLL_S = 0.05
#: A nurse does not press a button she was refused more often than this.
AGAIN_AFTER_S = 0.5
#: After an act that was taken, the state on the way may still be the one before it.
LOOK_AGAIN_S = 0.25
#: The session at true speed takes about 70 minutes of treatment.
LONGEST_TREATMENT_S = 120 * 60

#: Whoever shows the states can be seen: the nurse of the demonstration looks at every one of them.
LISTENER = "demonstration"

Show = Callable[[dict[str, Any], str], None]


def play(stage: Stage, speed: float, show: Show) -> dict[str, Any]:
    """Run one session; returns the last state shown.

    Raises:
        StageError: a process fell over, or the session took more than two hours of treatment time.
    """
    nurse = Nurse(stage.places.socket, stage.pins)
    until = time.monotonic() + LONGEST_TREATMENT_S / speed + 30
    said, not_before = "", 0.0
    state: dict[str, Any] = {}
    with ConsoleClient(stage.places.socket).watch(BED, LISTENER) as states:
        while time.monotonic() < until:
            if fallen := stage.fallen():
                raise StageError(f"the {fallen} ended before the session did")
            fresh = states.poll(POLL_S)
            if fresh is None:
                continue
            while (newer := states.poll(0)) is not None:  # what queued up while the nurse was busy is past
                fresh = newer
            state = fresh
            act = next_act(state)
            if act is not None and time.monotonic() >= not_before:
                is_taken, printed = nurse.do(act)
                said = _sentence(act, is_taken, printed)
                not_before = time.monotonic() + (LOOK_AGAIN_S if is_taken else AGAIN_AFTER_S)
            show(state, said)
            if state["phase"] in ("completed", "stopped") and state["word"] in ("COMPLETED", "STOPPED"):
                return state
    raise StageError(f"the session did not end; last seen: {state.get('word')}: {state.get('headline')}")


def _sentence(act: Act, is_taken: bool, printed: str) -> str:
    if is_taken:
        return f"{act.by}: {act.verb}"
    reason = printed.splitlines()[-1].strip() if printed else ""
    return f"{act.by}: {act.verb} refused: {reason}"


def hold_open(stage: Stage, show: Show) -> None:
    """Leave everything running for `pumpctl` until interrupted."""
    while not stage.fallen():
        try:
            with ConsoleClient(stage.places.socket).watch(BED, LISTENER) as states:
                for state in states:
                    show(state, "")
        except ConsoleUnreachable:
            return
