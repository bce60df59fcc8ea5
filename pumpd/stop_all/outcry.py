"""Calling people when the program that calls people is dead: every configured bell, the console, every logged-in terminal.

Theory of operation. The daemon's own alarms end with it. What is left is a terminal's bell and a line of text, written by
whoever the service manager starts in its place. A device that cannot be written is passed over; nothing here waits for
one, since a terminal may be stopped at Ctrl-S. Terminals of people are left to wall(1), which knows who is logged in: a
pseudo terminal may as well be a simulated pump.
"""

import contextlib
import os
import shutil
import tomllib

#: The kernel's own console; systemd's log of a box with a screen.
CONSOLE = "/dev/console"
BELL = b"\a"


def bells(config: str) -> tuple[str, ...]:
    """Devices of the sounders that are terminals' bells; none if the file cannot be read."""
    try:
        with open(config, "rb") as file:
            rows = tomllib.load(file).get("sounders", [])
    except (OSError, ValueError, RecursionError):
        return ()
    found = (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    return tuple(str(row["device"]) for row in found if row.get("kind") == "bell" and row.get("device"))


def ring(device: str, text: str) -> bool:
    """Bell and text on one terminal; whether it took them."""
    try:
        fd = os.open(device, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        return os.write(fd, BELL + f"\r\n*** {text} ***\r\n".encode()) > 0
    except OSError:
        return False
    finally:
        os.close(fd)


def tell_terminals(text: str) -> bool:
    """Text on the terminals of everybody who is logged in; whether wall(1) could be started."""
    program = shutil.which("wall")
    if program is None:
        return False
    quiet = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
    with contextlib.suppress(OSError):
        child = os.posix_spawn(program, [program, "-t", "2", text], os.environ, file_actions=quiet)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    return False


def call_out(config: str, text: str, console: str = CONSOLE) -> tuple[str, ...]:
    """Everybody who can be reached, once; the devices that took it."""
    reached = [device for device in (*bells(config), console) if ring(device, text)]
    return (*reached, *(("terminals",) if tell_terminals(text) else ()))
