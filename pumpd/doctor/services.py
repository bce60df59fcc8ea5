"""What runs the daemon and what people look at: the units of systemd, the nurse's panel, the daemon itself.

Theory of operation. `systemctl show` tells a unit's state without asking for anything. The panel is asked for its first
page as a browser would; its certificate is for browsers to judge. Whether a daemon runs is asked at its console, and
if that does not let us in, at the claim it holds on each port: then nobody else may touch one.
"""

import asyncio
import socket
import ssl
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pumpd.console_client import ConsoleClient, ConsoleUnreachable
from pumpd.doctor.bounded import apart
from pumpd.doctor.verdict import Finding, fail, ok, warn
from pumpd.shell.port_claim import PortClaims, PortTaken

UNIT, PANEL, DAEMON = "unit", "panel", "daemon"
UNITS = ("pumpd.service", "pumpd-panel.service")
_WANTED = (
    "LoadState,ActiveState,SubState,UnitFileState,WatchdogUSec,NRestarts,Result,NeedDaemonReload,MainPID"
)
#: Where the panel listens if nobody said otherwise (`pumpd panel --listen`).
USUAL_PANEL = "127.0.0.1:8443"
PANEL_S = 3.0
_STILL = ("idle", "completed", "stopped", "")


@dataclass(frozen=True, slots=True)
class DaemonReading:
    """Whether a daemon runs, and what it says.

    Attributes:
        states: by channel, what it shows. reason: why none.
        claimed: ports whose claim somebody holds. pid: of the daemon; 0: not known.
    """

    states: Mapping[str, Mapping[str, Any]]
    reason: str = ""
    claimed: tuple[str, ...] = ()
    pid: int = 0

    @property
    def is_running(self) -> bool:
        return bool(self.states) or bool(self.claimed)

    @property
    def is_under_way(self) -> bool:
        """A session is, on any channel; of a daemon that tells nothing it must be assumed."""
        told = [str(one.get("phase", "")) for one in self.states.values()]
        return any(phase not in _STILL for phase in told) or (self.is_running and not told)


async def read_daemon(console: str, channels: Sequence[str], ports: Sequence[str]) -> DaemonReading:
    """Ask at the console; and who holds the ports' claims."""

    def ask() -> tuple[dict[str, Mapping[str, Any]], str]:
        states: dict[str, Mapping[str, Any]] = {}
        client = ConsoleClient(console)
        try:
            for channel in channels:
                states[channel] = client.status(channel)
        except ConsoleUnreachable as error:
            return states, str(error)
        return states, ""

    states, reason = await apart(ask)
    claimed = tuple(one for one in dict.fromkeys(ports) if _is_claimed(one))
    return DaemonReading(
        states, reason, claimed, await apart(lambda: _listener_pid(console)) if states else 0
    )


def _listener_pid(path: str) -> int:
    """Which process listens there: the kernel knows (SO_PEERCRED, unix(7))."""
    with socket.socket(socket.AF_UNIX) as line:
        try:
            line.connect(path)
            told = line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
        except OSError:
            return 0
    pid: int = struct.unpack("3i", told)[0]
    return pid


def _is_claimed(port: str) -> bool:
    claims = PortClaims()
    try:
        claims.take(port)
    except PortTaken:
        return True
    finally:
        claims.release()
    return False


def judge_daemon(reading: DaemonReading, config_hash: str) -> Finding:
    """Whether one runs, and under this very file."""
    if not reading.is_running:
        return ok(DAEMON, "", f"none runs; the ports are looked at directly ({reading.reason})")
    if not reading.states:
        told = f"one holds {', '.join(reading.claimed)} and does not answer us: {reading.reason}"
        return fail(
            DAEMON, "", told, "run the doctor as a member of the console's group, or with that daemon's file"
        )
    running = {str(_part(one, "configuration").get("hash", "")) for one in reading.states.values()} - {""}
    words = ", ".join(f"{name} {one.get('word')}" for name, one in reading.states.items())
    if running and running != {config_hash}:
        told = f"runs ({words}) with {', '.join(sorted(one[:12] for one in running))}, this file is {config_hash[:12]}"
        return warn(DAEMON, "", told, "restart it between treatments to put this file in force")
    return ok(DAEMON, "", f"runs with this file: {words}; the pumps' ports are left to it")


def judge_state(channel: str, state: Mapping[str, Any]) -> tuple[Finding, ...]:
    """What a running daemon itself finds wrong with its broker, its record and its file; nothing where all is well."""
    feed, journal, file = _part(state, "feed"), _part(state, "journal"), _part(state, "configuration")
    found = []
    if feed.get("link") == "down":
        told = f"has no broker: {feed.get('reason') or 'no reason told'}"
        found.append(fail(DAEMON, channel, told, "see the lines on the broker; it tries again by itself"))
    if journal.get("ok") is False:
        told = f"cannot write its record: {journal.get('reason')}"
        found.append(fail(DAEMON, channel, told, "have the disk looked at, then restart the daemon"))
    if file.get("edited"):
        found.append(warn(DAEMON, channel, str(file["edited"]), "restart it between treatments"))
    return tuple(found)


def _part(state: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    part = state.get(key)
    return part if isinstance(part, dict) else {}


async def read_unit(unit: str) -> dict[str, str] | None:
    """Its properties; None: no systemd answers here."""
    try:
        child = await asyncio.create_subprocess_exec(
            *("systemctl", "show", unit, "-p", _WANTED),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return None
    try:
        told, _ = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
    pairs = (line.partition("=") for line in told.decode(errors="replace").splitlines())
    found = {key: value for key, equals, value in pairs if equals}
    return found if child.returncode == 0 and found else None


def judge_unit(unit: str, told: Mapping[str, str] | None) -> Finding:
    """Whether it is installed, begins by itself, and is watched."""
    if told is None:
        remedy = (
            "run pumpd under systemd: it restarts it and stops the pumps when it dies (systemd/README.md)"
        )
        return warn(UNIT, unit, "no systemd answers here", remedy)
    if told.get("LoadState") != "loaded":
        return fail(UNIT, unit, f"is {told.get('LoadState', 'unknown')}", "install it: systemd/README.md")
    state = (
        f"{told.get('ActiveState')} ({told.get('SubState')}), {told.get('UnitFileState') or 'no unit file'}"
    )
    watchdog = told.get("WatchdogUSec", "0")
    if unit == UNITS[0]:
        state += f", watchdog {watchdog}"
    restarts = told.get("NRestarts", "0")
    if told.get("ActiveState") == "failed":
        told_ = f"{state}, result {told.get('Result')}"
        return fail(
            UNIT, unit, told_, f"`journalctl -u {unit} -n 50` says why; then `systemctl reset-failed {unit}`"
        )
    if unit == UNITS[0] and watchdog in ("0", "infinity", ""):
        return fail(UNIT, unit, f"{state}: nobody notices a daemon that hangs", "WatchdogSec=2 in the unit")
    if told.get("NeedDaemonReload") == "yes":
        return warn(UNIT, unit, f"{state}; its file was changed since", "systemctl daemon-reload")
    if told.get("ActiveState") != "active":
        return warn(UNIT, unit, state, f"systemctl start {unit}, when the rest is well")
    if told.get("UnitFileState") not in ("enabled", "static", "generated"):
        return warn(UNIT, unit, f"{state}: does not start by itself", f"systemctl enable {unit}")
    if restarts not in ("0", ""):
        return warn(UNIT, unit, f"{state}, restarted {restarts} time(s)", f"`journalctl -u {unit}` says why")
    return ok(UNIT, unit, state)


async def read_panel(url: str) -> str:
    """The status line of its first page. Raises OSError, ssl.SSLError, ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an address of the panel is http://HOST:PORT or https://HOST:PORT")
    context = None
    if parts.scheme == "https":
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = parts.port or (443 if context else 80)
    async with asyncio.timeout(PANEL_S):
        reader, writer = await asyncio.open_connection(parts.hostname, port, ssl=context)
        try:
            writer.write(
                f"GET / HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n\r\n".encode("ascii")
            )
            line = (await reader.readline()).decode("latin-1").strip()
        finally:
            writer.close()
    return line


async def look_at_panel(url: str) -> tuple[Finding, ...]:
    """Ask it, judge the answer."""
    try:
        return (judge_panel(url, await read_panel(url)),)
    except TimeoutError:
        reason = f"no answer within {PANEL_S:g} s"
    except (OSError, ssl.SSLError, ValueError) as wrong:
        reason = str(wrong)
    remedy = (
        "start pumpd-panel.service, give its address with --panel URL, or --panel none where there is none"
    )
    return (fail(PANEL, "", f"{url}: {reason}", remedy),)


def judge_panel(url: str, line: str) -> Finding:
    """Whether a web server answers that is in order."""
    words = line.split(" ", 2)
    if len(words) < 2 or not words[0].startswith("HTTP/") or not words[1].isdigit():
        return fail(
            PANEL, "", f"{url}: what answers is no web server ({line[:40]!r})", "is this the panel's port?"
        )
    if int(words[1]) >= 500:
        return fail(PANEL, "", f"{url}: {line}", "`journalctl -u pumpd-panel` says why")
    return ok(PANEL, "", f"{url}: answers, {words[1]}")
