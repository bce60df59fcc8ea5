"""The machine's hardware watchdog: what starts the box again when its kernel hangs.

Theory of operation. A pump stops by its lease whatever becomes of the box. But a box whose kernel hangs shows nothing,
rings nothing and takes no press until somebody finds it, and nothing of ours can run to notice (facts/faults.md row 108).
The one thing that can is a timer outside of the processor, which systemd winds (`RuntimeWatchdogSec=`). Whether it is wound
stands in sysfs, readable by everybody; the device itself is not opened, because to open it is to arm it.
"""

from dataclasses import dataclass
from pathlib import Path

from pumpd.doctor.verdict import Finding, ok, warn

CHECK = "hardware watchdog"
SYSFS = Path("/sys/class/watchdog")
#: facts/faults.md row 108: the machine is started again within this.
LONGEST_S = 60
#: Lives in the kernel that it should watch (drivers/watchdog/softdog.c names itself so).
_SOFT = "Software Watchdog"
ACTIVE = "active"
_REMEDY = (
    "RuntimeWatchdogSec=30 in /etc/systemd/system.conf.d/, then start the box anew: see systemd/README.md"
)


@dataclass(frozen=True, slots=True)
class TimerReading:
    """One timer as sysfs tells of it; "" and 0: not told. `state`: active or inactive."""

    name: str
    identity: str = ""
    state: str = ""
    timeout_s: int = 0


def read_timers(folder: Path = SYSFS) -> tuple[TimerReading, ...]:
    """All that the kernel knows, by name. Opens no device."""
    try:
        found = sorted(folder.iterdir())
    except OSError:
        return ()
    return tuple(
        TimerReading(one.name, _told(one, "identity"), _told(one, "state"), _seconds(_told(one, "timeout")))
        for one in found
    )


def _told(timer: Path, name: str) -> str:
    try:
        return (timer / name).read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _seconds(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() else 0


def judge_timers(timers: tuple[TimerReading, ...]) -> Finding:
    """Whether a kernel that hangs is started again, and how soon. Never a failure: the pump does not depend on it."""
    if not timers:
        told = "none: a kernel that hangs stays so until somebody comes (the pump stops by its lease)"
        return warn(
            CHECK, "", told, "load the driver of this machine's timer, then arm it: systemd/README.md"
        )
    real = [one for one in timers if one.identity != _SOFT]
    armed = [one for one in real if one.state == ACTIVE]
    if not armed:
        soft = next((one for one in timers if one.state == ACTIVE), None)
        if soft is not None:
            told = f"{soft.name} is {_SOFT}: it hangs with the kernel that it watches"
            return warn(CHECK, "", told, "load the driver of this machine's own timer; softdog is none")
        shown = ", ".join(
            f"{one.name} {one.identity or 'unnamed'}: {one.state or 'not told'}" for one in timers
        )
        return warn(CHECK, "", f"not armed ({shown})", _REMEDY)
    soonest = min(armed, key=lambda one: one.timeout_s or LONGEST_S + 1)
    told = f"{soonest.name} {soonest.identity}, armed, {soonest.timeout_s} s"
    if not 0 < soonest.timeout_s <= LONGEST_S:
        return warn(CHECK, "", f"{told}; at most {LONGEST_S} s is wanted", _REMEDY)
    return ok(CHECK, "", told)
