"""A Debian 12 that consists of nothing but itself, booted by its own systemd in namespaces of its own.

Theory of operation. debootstrap makes the smallest root once (kept beside the package, since it takes a minute); each proof
works on a copy. `boot.sh` makes the copy the root of new namespaces and becomes systemd there, so units, accounts,
watchdog and disk are the real ones. The journal lies on a small ext4 of its own that can be filled, broken and frozen
without harm. The kernel ends all of it with its first process.
"""

import shutil
import subprocess
from pathlib import Path

HERE = Path(__file__).parent
SUITE, INCLUDED = "bookworm", "python3.11,systemd"
DISK_MB = 48
NAMESPACES = ("--mount", "--pid", "--cgroup", "--uts", "--ipc", "--net")
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


def bare_root(cache: Path) -> Path:
    """The smallest Debian, made once.

    Raises:
        subprocess.CalledProcessError, OSError: debootstrap failed, or is not there.
    """
    root = cache / f"{SUITE}-root"
    if not root.exists():
        fresh = root.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        command = ["debootstrap", "--variant=minbase", f"--include={INCLUDED}", SUITE, str(fresh)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        fresh.rename(root)
    return root


class Box:
    """One booted copy, from `open` to `close`. Not for a machine without root."""

    def __init__(self, base: Path, folder: Path) -> None:
        self.root = folder / "root"
        self._disk = folder / "disk.ext4"
        self._base = base
        self._unshare: subprocess.Popen[bytes] | None = None
        self.init = 0

    def open(self) -> "Box":
        """Copy, boot, and wait until systemd says that it runs.

        Raises:
            subprocess.CalledProcessError: it does not come up.
        """
        subprocess.run(["cp", "-a", str(self._base), str(self.root)], check=True)
        for unit in MASKED:
            (self.root / "etc/systemd/system" / unit).symlink_to("/dev/null")
        with self._disk.open("wb") as disk:
            disk.truncate(DISK_MB << 20)
        subprocess.run(["mkfs.ext4", "-q", "-F", str(self._disk)], check=True)
        form = ["unshare", "--fork", "--kill-child", *NAMESPACES, "--propagation", "private"]
        self._unshare = subprocess.Popen(
            [*form, "sh", str(HERE / "boot.sh"), str(self.root), str(self._disk)]
        )
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

    def tried(self, command: list[str], within_s: float = 60.0) -> subprocess.CompletedProcess[str]:
        """Run in there; whatever came of it. Standard error goes with standard output."""
        enter = ["nsenter", "--target", str(self.init), *NAMESPACES, "--root", "--wd"]
        return subprocess.run(
            [*enter, *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=within_s,
            check=False,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"},
        )

    def shell(self, line: str, within_s: float = 60.0) -> str:
        """Run a shell's line that must succeed, and show both as a terminal would.

        Raises:
            ValueError: it failed.
        """
        done = self.tried(["sh", "-c", line], within_s)
        print(f"# {line}\n{done.stdout}", end="", flush=True)
        if done.returncode != 0:
            raise ValueError(f"exit status {done.returncode}: {line}")
        return done.stdout
