"""The ports that pumps are on: there, lasting by name, open to the daemon's account, and nobody else's.

Theory of operation. Nothing is opened here: opening a serial port touches the pump behind it. What the file system and
`/proc` tell is enough to say why the daemon could not open it. Two names of one port are found by what they lead to,
which `pumpd check` cannot do without looking at the machine.
"""

import grp
import os
import pwd
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pumpd.doctor.verdict import Finding, fail, ok, warn

CHECK = "port"
BY_ID = "/dev/serial/by-id/"
_SHIFTING = ("/dev/ttyUSB", "/dev/ttyACM")
_SIMULATED = "/dev/pts/"


@dataclass(frozen=True, slots=True)
class Account:
    """Who the daemon runs as. `groups`: all it is in, by number."""

    name: str
    uid: int
    groups: frozenset[int]


@dataclass(frozen=True, slots=True)
class PortReading:
    """What the machine says of one port.

    Attributes:
        path: as configured. real: where links lead; "" where there is nothing.
        is_dangling: a link is there and leads nowhere.
        is_device: a character device. mode: its permissions. owner, group: its, by number. group_name: in words.
        holders: `name (pid)` of processes that have it open.
    """

    path: str
    real: str = ""
    is_dangling: bool = False
    is_device: bool = False
    mode: int = 0
    owner: int = 0
    group: int = 0
    group_name: str = ""
    holders: tuple[str, ...] = ()


def account_of(name: str) -> Account:
    """The account of this name, or whoever runs this where there is none."""
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        groups = frozenset((*os.getgroups(), os.getgid()))
        return Account(pwd.getpwuid(os.geteuid()).pw_name, os.geteuid(), groups)
    own = (one.gr_gid for one in grp.getgrall() if name in one.gr_mem)
    return Account(name, entry.pw_uid, frozenset((entry.pw_gid, *own)))


def read_port(path: str) -> PortReading:
    """Look at a serial port without opening it."""
    real = os.path.realpath(path)
    try:
        found = os.stat(real)
    except OSError:
        return PortReading(path, is_dangling=os.path.islink(path))
    try:
        group_name = grp.getgrgid(found.st_gid).gr_name
    except KeyError:
        group_name = str(found.st_gid)
    return PortReading(
        path,
        real,
        is_device=stat.S_ISCHR(found.st_mode),
        mode=stat.S_IMODE(found.st_mode),
        owner=found.st_uid,
        group=found.st_gid,
        group_name=group_name,
        holders=_holders(real),
    )


def _holders(real: str) -> tuple[str, ...]:
    """Processes that have it open, as far as this account may see."""
    found = []
    for place in Path("/proc").iterdir():
        if not place.name.isdigit() or int(place.name) == os.getpid():
            continue
        try:
            if any(os.readlink(one) == real for one in (place / "fd").iterdir()):
                found.append(f"{(place / 'comm').read_text().strip()} ({place.name})")
        except OSError:
            continue  # it has ended, or is not ours to look into
    return tuple(found)


def judge_port(
    channel: str, reading: PortReading, account: Account, daemon_pids: frozenset[int] = frozenset()
) -> Finding:
    """Whether the daemon can have this port. `daemon_pids`: holders that are the daemon itself."""
    path = reading.path
    if not reading.real:
        if reading.is_dangling:
            return fail(
                CHECK, channel, f"{path} leads to nothing", "plug the adapter in, or look for its new name"
            )
        known = f"`ls {BY_ID}` names those that are there"
        return fail(CHECK, channel, f"{path} is not there", f"plug the cable in, or correct `port`; {known}")
    shown = path if path == reading.real else f"{path} ({reading.real})"
    if not reading.is_device:
        return fail(CHECK, channel, f"{shown} is no device", "name a serial port")
    access = f"{reading.group_name} {reading.mode:04o}"
    if not _may_use(reading, account):
        remedy = (
            f"sudo usermod -aG {reading.group_name} {account.name}, or a udev rule; then log in or start anew"
        )
        return fail(CHECK, channel, f"{shown}, {access}: {account.name} may not read and write it", remedy)
    strangers = [one for one in reading.holders if _pid(one) not in daemon_pids]
    if strangers and not reading.real.startswith(_SIMULATED):
        told = f"{shown} is held open by {', '.join(strangers)}"
        return fail(CHECK, channel, told, "end that program: two of them garble each other's words")
    if reading.path.startswith(_SHIFTING):
        told = f"{shown}, {access}; its number changes when it is plugged in again"
        return warn(CHECK, channel, told, f"name it by {BY_ID}...")
    return ok(CHECK, channel, f"{shown}, {access}, {account.name} may use it")


def _pid(holder: str) -> int:
    return int(holder.rpartition("(")[2].rstrip(")"))


def _may_use(reading: PortReading, account: Account) -> bool:
    if account.uid == 0:
        return True
    if account.uid == reading.owner:
        return reading.mode & 0o600 == 0o600
    if reading.group in account.groups:
        return reading.mode & 0o060 == 0o060
    return reading.mode & 0o006 == 0o006


def judge_names(reals: Mapping[str, tuple[str, str]]) -> tuple[Finding, ...]:
    """Two names for one device. `reals`: by channel, the port as configured and what it leads to."""
    first: dict[str, str] = {}
    found = []
    for channel, (path, real) in reals.items():
        owner = first.setdefault(real, channel) if real else channel
        if owner != channel and reals[owner][0] != path:
            told = f"{path} and {reals[owner][0]} of {owner} are the same {real}"
            found.append(fail(CHECK, channel, told, "correct one of them: one cable, one pump"))
    return tuple(found)
