"""A Debian 12 that consists of nothing but itself, booted by its own systemd in namespaces of its own.

Theory of operation. debootstrap makes the smallest root once (kept beside the package, since it takes a minute); each proof
works on a copy. `boot.sh` makes the copy the root of new namespaces and becomes systemd there, so units, accounts,
watchdog and disk are the real ones. The journal lies on a small ext4 of its own that can be filled, broken and frozen
without harm. The kernel ends all of it with its first process.
"""

import hashlib
import os
import pty
import select
import shutil
import subprocess
import time
from pathlib import Path

from transcript import Transcript

HERE = Path(__file__).parent
#: With what a site adds by itself: a broker, and something to fetch a page with.
SUITE, INCLUDED = "bookworm", "python3.11,systemd,mosquitto,curl"
#: Room for some hours of record, and filled in a second.
DISK_MB = 200
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
NAMESPACES = ("--mount", "--pid", "--cgroup", "--uts", "--ipc", "--net")
#: What makes and boots a box, and the Debian package that brings it.
NEEDED = {"debootstrap": "debootstrap", "mkfs.ext4": "e2fsprogs", "ip": "iproute2"}
#: What a namespace has no hardware or no right for.
MASKED = [
    "getty.target",
    "systemd-sysctl.service",
    "systemd-modules-load.service",
    "systemd-logind.service",
    "systemd-udevd.service",
    "dev-hugepages.mount",
    "dev-mqueue.mount",
    "sys-kernel-debug.mount",
    "sys-kernel-tracing.mount",
    "sys-fs-fuse-connections.mount",
    "proc-sys-fs-binfmt_misc.automount",
]


def obstacle() -> str | None:
    """Why no box can be booted here, with the remedy, in one line; None when one can."""
    if os.geteuid() != 0:
        return (
            "a box has its own mounts and control groups, which root alone may make: sudo ./run deb --prove"
        )
    if absent := [package for program, package in NEEDED.items() if shutil.which(program) is None]:
        return f"not on this machine: apt-get install {' '.join(absent)}"
    return None


def bare_root(cache: Path) -> Path:
    """The smallest Debian, made once.

    Raises:
        subprocess.CalledProcessError, OSError: debootstrap failed.
    """
    root = cache / f"{SUITE}-{hashlib.sha256(INCLUDED.encode()).hexdigest()[:8]}-root"
    if not root.exists():
        fresh = root.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        command = ["debootstrap", "--variant=minbase", f"--include={INCLUDED}", SUITE, str(fresh)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        fresh.rename(root)
    return root


class Box:
    """One booted copy, from `open` to `close`. Not for a machine without root."""

    def __init__(self, base: Path, folder: Path, transcript: Transcript) -> None:
        self.transcript = transcript
        self.root = folder / "root"
        self._disk = folder / "disk.ext4"
        self._base = base
        self._unshare: subprocess.Popen[bytes] | None = None
        self._group: Path | None = None
        self.init = 0

    def open(self) -> "Box":
        """Copy, boot, and wait until systemd says that it runs.

        Raises:
            subprocess.CalledProcessError: it does not come up.
        """
        subprocess.run(["cp", "-a", str(self._base), str(self.root)], check=True)
        for unit in MASKED:
            (self.root / "etc/systemd/system" / unit).symlink_to("/dev/null")
        (self.root / "etc/hostname").write_text("box\n", encoding="utf-8")
        with self._disk.open("wb") as disk:
            disk.truncate(DISK_MB << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(self._disk)], check=True)
        self._group = _own_group() / f"pumpd-box-{os.getpid()}"
        self._group.mkdir()
        form = ["unshare", "--fork", "--kill-child", *NAMESPACES, "--propagation", "private"]
        boot = [*form, "sh", str(HERE / "boot.sh"), str(self.root), str(self._disk)]
        # Of its own from the first process on: two systemds in one tree of groups take each other's processes for theirs.
        enter = ["sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self._group / "cgroup.procs")]
        self._unshare = subprocess.Popen([*enter, *boot])
        children = Path(f"/proc/{self._unshare.pid}/task/{self._unshare.pid}/children")
        while not self.init:
            if self._unshare.poll() is not None:
                raise subprocess.CalledProcessError(self._unshare.returncode, "boot.sh")
            self.init = int(children.read_text().split()[0]) if children.read_text().strip() else 0
        ready = "until [ -S /run/systemd/private ]; do sleep 0.1; done; systemctl is-system-running --wait"
        done = self.tried(["sh", "-c", ready])
        if self._unshare.poll() is not None:
            raise subprocess.CalledProcessError(self._unshare.returncode, "boot.sh", done.stdout)
        return self

    def close(self) -> None:
        """End everything inside; a frozen disk is thawed first, since what waits for it cannot be ended."""
        if self._unshare is not None and self._unshare.poll() is None:
            self.tried(["fsfreeze", "--unfreeze", "/var/lib/pumpd"])
            self._unshare.kill()
            self._unshare.wait()
        if self._group is not None:
            leave_groups(self._group)

    def _enter(self) -> list[str]:
        return ["nsenter", "--target", str(self.init), *NAMESPACES, "--root", "--wd"]

    def tried(self, command: list[str], within_s: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run in there; whatever came of it. Standard error goes with standard output."""
        return subprocess.run(
            [*self._enter(), *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=within_s,
            check=False,
            env=ENVIRONMENT,
        )

    def converse(self, line: str, question: str, answer: str, within_s: float) -> str:
        """Run a shell's line at a terminal, and type the answer once the question has been asked.

        Raises:
            ValueError: it failed, or took longer.
        """
        ours, theirs = pty.openpty()
        command = [*self._enter(), "sh", "-c", line]
        until, shown, is_answered = time.monotonic() + within_s, "", False
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=ENVIRONMENT) as one:
            os.close(theirs)
            try:
                while (part := _read(ours, until)) is not None:
                    shown += part
                    if not is_answered and question in shown:
                        os.write(ours, f"{answer}\n".encode())
                        is_answered = True
            finally:
                one.kill() if time.monotonic() >= until else one.wait()
                os.close(ours)
        said = shown.replace("\r\n", "\n")
        self.transcript.typed(line, said)
        if one.returncode != 0:
            raise ValueError(f"exit status {one.returncode}: {line}")
        return said

    def shell(self, line: str, within_s: float = 60.0) -> str:
        """Run a shell's line that must succeed; line and answer go into the transcript, as a terminal shows them.

        Raises:
            ValueError: it failed.
        """
        done = self.tried(["sh", "-c", line], within_s)
        said = done.stdout.replace("\r\n", "\n")
        self.transcript.typed(line, said)
        if done.returncode != 0:
            raise ValueError(f"exit status {done.returncode}: {line}")
        return said


def _own_group() -> Path:
    """Where this process is in the unified tree of control groups, on its own mount or beside others."""
    [place] = [
        line.partition("::")[2]
        for line in Path("/proc/self/cgroup").read_text().splitlines()
        if line.startswith("0::")
    ]
    root = Path("/sys/fs/cgroup/unified")
    return (root if root.exists() else root.parent) / place.lstrip("/")


def leave_groups(top: Path, within_s: float = 10.0) -> None:
    """Take a tree of control groups away, which can go once its last process is buried.

    Raises:
        OSError: something lives on in there.
    """
    until = time.monotonic() + within_s
    while top.exists():
        try:
            for group in sorted((one for one in top.rglob("*") if one.is_dir()), reverse=True):
                group.rmdir()
            top.rmdir()
        except OSError:
            if time.monotonic() > until:
                raise


def _read(terminal: int, until_s: float) -> str | None:
    """What a terminal shows next; None once nobody writes there any more, or it is too late."""
    if not select.select([terminal], [], [], max(0.0, until_s - time.monotonic()))[0]:
        return None
    try:
        return os.read(terminal, 65536).decode(errors="replace") or None
    except OSError:  # EIO: the last one has closed it
        return None
