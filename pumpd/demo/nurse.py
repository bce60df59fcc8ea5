"""A prescriber and a nurse who follow the book, through `pumpctl`, as anybody would.

Theory of operation. The nurse looks at the state the daemon shows and does the next sensible thing: enters nothing twice,
acknowledges what sounds, writes down a sedation score in time, asks for a cuff reading when that is all that is missing,
resumes and later restores the rate when nothing stands in the way. What the daemon refuses she does not force. The
choice (`next_act`) is a pure function of the state shown, so a scripted nurse is tested without a daemon.
"""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pumpd.demo.stage import NURSE, PATIENT, PRESCRIBER

ORDER = (
    *("--patient", PATIENT),
    *("--weight-kg", "70"),
    *("--dose-mg-per-kg", "0.5"),
    *("--concentration-mg-per-ml", "2"),
    *("--minutes", "40"),
    *("--syringe", "bd-60"),
)
ACT_WITHIN_S = 15.0
SCORE_AFTER_MS = 480_000


@dataclass(frozen=True, slots=True)
class Act:
    """One use of pumpctl."""

    by: str
    verb: str
    arguments: tuple[str, ...] = ()


def next_act(state: Mapping[str, Any]) -> Act | None:
    """What a careful nurse would do now; None: watch."""
    phase = state["phase"]
    if phase == "idle":
        return Act(PRESCRIBER, "order", ORDER)
    if phase == "ordered":
        return Act(NURSE, "verify")
    if phase == "verified":
        return _before_start(state["start_blocked_by"])
    if phase != "infusing":
        return None
    if any(not one["acknowledged"] for one in state["alarms"]):
        return Act(NURSE, "acknowledge", ("--note", "seen at the chair"))
    if _is_score_due(state["observations"]):
        return Act(NURSE, "score", ("moaas", "5"))
    return _onwards(state, "resume") or _onwards(state, "restore")


def _is_score_due(observations: Mapping[str, Any]) -> bool:
    """A score is wanted every ten minutes (facts/clinical.md 3.2, sedation); she does not wait to be asked."""
    score = observations.get("moaas")
    return score is None or score["age_ms"] > SCORE_AFTER_MS


def _onwards(state: Mapping[str, Any], verb: str) -> Act | None:
    """Resume or restore, or have the one thing measured that is still missing for it."""
    if not state[f"can_{verb}"] or state["word"] not in ("PAUSED", "SLOWED"):
        return None
    blocked = state[f"{verb}_blocked_by"]
    if any("cuff reading" in one for one in blocked) and len(blocked) == 1:
        return Act(NURSE, "measure")
    if blocked or not all(one["releasable"] for one in state["findings"] if one["demand"] != "ADVISE"):
        return None
    return Act(NURSE, verb)


def _before_start(blocked: list[str]) -> Act | None:
    """Start, or have the baseline measured: two readings a minute apart, counted from the order on."""
    if not blocked:
        return Act(NURSE, "start")
    return Act(NURSE, "measure") if any("cuff reading" in one for one in blocked) else None


class Nurse:
    """Carries the acts out."""

    def __init__(self, socket: Path, pins: Mapping[str, str]) -> None:
        self._socket = socket
        self._pins = pins

    def do(self, act: Act) -> tuple[bool, str]:
        """Run pumpctl once; whether the daemon took it, and what was printed."""
        program = Path(sys.executable).with_name("pumpctl")
        done = subprocess.run(
            [str(program), "--socket", str(self._socket), "--as", act.by, act.verb, *act.arguments],
            env={**os.environ, "PUMPD_PIN": self._pins[act.by]},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=ACT_WITHIN_S,
            check=False,
        )
        return done.returncode == 0, (done.stdout + done.stderr).strip()
