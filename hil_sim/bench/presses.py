"""What people do at the screen that a careful nurse would not, and what she would, by name: for stories and for the soak.

Theory of operation. Each row presses as a person does, on the state that the screen shows now, by the nurse's own hand; the
wrong ones differ in just the one thing that is wrong with them, so that what is refused is refused for that.
"""

from collections.abc import Callable
from typing import Any

from hil_sim.bench.nurse import PINS, Nurse
from hil_sim.faults import Injectable

Params = dict[str, Any]


def _press(verb: str) -> Callable[..., None]:
    def begin(nurse: Nurse, by: str) -> None:
        nurse.act(verb, by=by)

    return begin


def _acknowledge(nurse: Nurse, by: str, note: str) -> None:
    nurse.act("acknowledge", {"note": note}, by)


def _score(nurse: Nurse, by: str, scale: str, value: int) -> None:
    nurse.act("score", {"scale": scale, "value": value}, by)


def _double_press(nurse: Nurse, by: str, verb: str) -> None:
    nurse.act(verb, by=by)
    nurse.act(verb, by=by)


def _old_epoch(nurse: Nurse, by: str, verb: str, behind: int) -> None:
    if nurse.panel.state is not None:
        nurse.act(verb, {"epoch": nurse.panel.state["epoch"] - behind}, by)


def _wrong_pin(nurse: Nurse, by: str, verb: str) -> None:
    if nurse.panel.state is None:
        return
    args = {"epoch": nurse.panel.state["epoch"]}
    nurse.panel.ask(verb, by, PINS[by][::-1], args, lambda stage, why: nurse.told(verb, stage, why))


def _replayed(nurse: Nurse, by: str, verb: str) -> None:
    nurse.panel.ask(verb, by, answer=lambda stage, why: nurse.told(verb, stage, why), copies=2)


_BY: Params = {"by": "nina"}

OPERATOR: dict[str, Injectable] = {
    **{
        verb: Injectable(f"somebody presses {verb}", "", _press(verb), _BY)
        for verb in ("pause", "stop", "resume", "restore", "start", "measure", "present", "quiet")
    },
    "acknowledge": Injectable(
        "somebody acknowledges every alarm", "74", _acknowledge, {**_BY, "note": "seen"}
    ),
    "score": Injectable("somebody enters a score", "", _score, {**_BY, "scale": "moaas", "value": 5}),
    "double_press": Injectable(
        "one verb pressed twice at once", "67", _double_press, {**_BY, "verb": "resume"}
    ),
    "replayed": Injectable(
        "a request without a PIN arrives twice, letter for letter",
        "48, 67",
        _replayed,
        {**_BY, "verb": "pause"},
    ),
    "old_epoch": Injectable(
        "a press on a state that is no longer so",
        "69, 72",
        _old_epoch,
        {**_BY, "verb": "resume", "behind": 1},
    ),
    "wrong_pin": Injectable("a press with somebody else's PIN", "81", _wrong_pin, {**_BY, "verb": "resume"}),
}
