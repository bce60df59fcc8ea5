"""`./run deb --prove`: the package on a clean Debian under a real systemd, from installing to purging, blows included.

Theory of operation. Every command is printed with what it answered, so the output is the transcript of docs/install.md.
A blow is timed from the moment it is struck to the plunger's true stand-still as the simulator saw it; both read the same
clock. After each the same is asked: the pump stands, the daemon is back and PAUSED, and stays so until somebody resumes.
The pump is a Modbus one with a lease of 2 s, so a host that dies for good still leaves it standing.
"""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from box import HERE, Box, bare_root

SYSTEM, BENCH = "/usr/lib/pumpd/bin/python3 -IB", "/run/bench.sock"
#: facts/faults.md 0, T_h.
STANDS_WITHIN_S = 4.0
DAEMON = "systemctl kill --kill-whom=main --signal"
#: /etc/pumpd goes with a purge; accounts and the record stay.
KEPT = {"/var/lib/pumpd"}

CONFIG = (
    ("port = 18883", "port = 1883"),
    ("/tmp/pumpd-bench/journal.sqlite", "/var/lib/pumpd/journal.sqlite"),
    ("/tmp/pumpd-bench/console.sock", "/run/pumpd/console.sock"),
    ('driver = "new_era"', 'driver = "modbus"\ntransport = "tcp"'),
    ('port = "/tmp/pumpd-bench/pump"', 'port = "tcp:127.0.0.1:5020"'),
    ('model = "NE1000"', 'model = "PUMPD-1"'),
)


def must(holds: bool, what: str) -> None:
    """Raises ValueError: it does not hold."""
    if not holds:
        raise ValueError(f"not proved: {what}")


def truth(box: Box) -> dict[str, object]:
    """What the simulator's pump really does."""
    done = box.tried(["hil-sim", "inject", BENCH, "truth"])
    found: dict[str, object] = json.loads(done.stdout[done.stdout.index("{") :])
    return found


def state(box: Box) -> dict[str, object]:
    """The bed as the console shows it; empty while there is no daemon."""
    done = box.tried(["pumpctl", "--json", "status"])
    shown = json.loads(done.stdout) if done.returncode == 0 else {}
    found: dict[str, object] = shown[0] if isinstance(shown, list) else shown
    return found


def wait_for(what: str, holds: Callable[[], bool], within_s: float) -> None:
    """Ask until it holds; each question takes a tenth of a second by itself.

    Raises:
        ValueError: it did not within the time.
    """
    until = time.monotonic() + within_s
    while not holds():
        must(time.monotonic() < until, f"{what} within {within_s:g} s")


def infuse(box: Box) -> None:
    """People at work, until the plunger moves."""
    box.shell(f"{SYSTEM} /srv/treat.py", 240.0)
    must(bool(truth(box)["running"]), "the simulator's plunger moves")


def stands(box: Box, struck_ms: float, what: str) -> None:
    """The plunger's stand-still after a blow, timed."""
    wait_for(f"{what}: standing", lambda: not truth(box)["running"], 30.0)
    took_s = (float(str(truth(box)["halted_at_link_ms"])) - struck_ms) / 1000.0
    print(f"== {what}: the pump stood after {took_s:.2f} s", flush=True)
    must(took_s <= STANDS_WITHIN_S, f"{what}: within {STANDS_WITHIN_S:g} s")


def comes_back_paused(box: Box, what: str) -> None:
    """The daemon serves, PAUSED, and nothing moves."""
    wait_for(f"{what}: PAUSED again", lambda: state(box).get("word") == "PAUSED", 40.0)
    must(not truth(box)["running"], f"{what}: it stands until a person resumes")
    print(f"== {what}: {state(box)['word']}: {state(box)['headline']}", flush=True)


def strike(box: Box, what: str, line: str) -> None:
    """One blow to a bed that infuses."""
    struck_ms = time.monotonic() * 1000.0
    box.shell(line, 120.0)
    stands(box, struck_ms, what)


def install(box: Box, package: Path) -> None:
    """Installing starts and enables nothing; a configuration, and a person's command, do."""
    box.shell(f"dpkg -i /srv/{package.name}")
    for unit in ("pumpd", "pumpd-panel", "pumpd-sounder"):
        must(box.tried(["systemctl", "is-active", unit]).returncode != 0, f"{unit} was not started")
        said = box.tried(["systemctl", "is-enabled", unit]).stdout.strip()
        must(said in ("disabled", "static"), f"{unit} was not enabled")
    text = (box.root / "usr/share/doc/pumpd/examples/pumpd-bench.toml").read_text(encoding="utf-8")
    for old, new in CONFIG:
        must(old in text, f"the example still says {old}")
        text = text.replace(old, new)
    (box.root / "srv/pumpd.toml").write_text(text, encoding="utf-8")
    shutil.copyfile(HERE / "treat.py", box.root / "srv/treat.py")
    box.shell("install -o root -g pumpd -m 0640 /srv/pumpd.toml /etc/pumpd/pumpd.toml")
    box.shell("pumpd check --config /etc/pumpd/pumpd.toml")
    box.shell("systemd-run -q --unit=broker hil-sim broker --port 1883")
    bench = "hil-sim serve --pump modbus-tcp --listen tcp:5020 --broker 127.0.0.1:1883 --slack-ml 0"
    box.shell(f"systemd-run -q --unit=bench {bench} --control {BENCH}")
    wait_for("the bench", lambda: box.tried(["test", "-S", BENCH]).returncode == 0, 20.0)
    box.shell("systemctl enable --now pumpd pumpd-panel")
    box.shell("systemctl status --no-pager pumpd | head -n 5; pumpctl status")


def blows(box: Box) -> None:
    """The daemon killed and frozen, its disk full."""
    for name in ("SIGKILL", "SIGSTOP"):
        strike(box, name, f"{DAEMON} {name} pumpd")
        comes_back_paused(box, name)
        infuse(box)
    strike(box, "full disk", "dd if=/dev/zero of=/var/lib/pumpd/filler bs=64k 2>&1 | tail -n 1")
    box.shell("pumpctl status | head -n 3")
    box.shell("rm /var/lib/pumpd/filler; systemctl restart pumpd", 120.0)
    comes_back_paused(box, "full disk")
    infuse(box)


def stall(box: Box) -> None:
    """facts/faults.md row 86: a disk that answers nobody is alarmed about, and a stop does not wait for it."""
    box.shell("fsfreeze --freeze /var/lib/pumpd")
    wait_for("stalled disk: alarm JOURNAL", lambda: "JOURNAL" in json.dumps(state(box)), 20.0)
    strike(box, "pause while the disk stalls", "timeout 10 pumpctl pause || true")
    box.shell("fsfreeze --unfreeze /var/lib/pumpd; systemctl restart pumpd", 120.0)
    comes_back_paused(box, "stalled disk")
    infuse(box)


def break_disk(box: Box) -> None:
    """ext4 finds itself broken and turns read-only, as a dying card's does. Last, for that disk stays so."""
    device = box.tried(["findmnt", "-no", "SOURCE", "/var/lib/pumpd"]).stdout.strip().rpartition("/")[2]
    must(device.startswith("loop"), f"the journal lies on our own loop device, not on {device}")
    print("# (ext4 on the journal's disk is told that it is broken; errors=remount-ro)", flush=True)
    struck_ms = time.monotonic() * 1000.0
    Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("1\n", encoding="ascii")
    stands(box, struck_ms, "read-only disk")
    box.shell("pumpctl status | head -n 3 || true")


def upgrade(box: Box, newer: Path) -> None:
    """While it infuses: the pump stands, the new daemon is PAUSED, a person resumes."""
    strike(box, "upgrade", f"dpkg -i /srv/{newer.name}")
    comes_back_paused(box, "upgrade")
    infuse(box)


def leave(box: Box, before: set[str]) -> None:
    """Remove, then purge; what is left over is the record and nothing else. The simulator's programs go with it."""
    must(not truth(box)["running"], "a bed that stands is left")
    box.shell("dpkg --remove pumpd")
    must(
        "STANDS" in box.shell("journalctl --no-pager -u pumpd | grep STANDS | tail -n 1"),
        "stop-all saw it stand",
    )
    box.shell("systemctl stop bench broker")
    box.shell("ls -A /etc/pumpd /var/lib/pumpd; ls /usr/lib/pumpd 2>&1 || true")
    must((box.root / "etc/pumpd/pumpd.toml").exists(), "removing keeps the configuration")
    box.shell("dpkg --purge pumpd")
    left = {path for path in files(box) - before if not any(path.startswith(kept) for kept in KEPT)}
    must(not left, f"nothing is left over but the record: {sorted(left)}")
    must("journal.sqlite" in box.shell("ls /var/lib/pumpd"), "the record is kept")


def files(box: Box) -> set[str]:
    """Where packages put files and where configuration lies."""
    found = box.tried(
        ["find", "/etc", "/usr", "/opt", "/var/lib/pumpd", "/var/lib/pumpd-panel", "-xdev"]
    ).stdout
    passwords = {
        f"/etc/{name}{end}" for name in ("passwd", "group", "shadow", "gshadow") for end in ("-", "")
    }
    return {line for line in found.splitlines() if line.startswith("/")} - passwords - {"/etc/.pwd.lock"}


def prove(package: Path, newer: Path) -> None:
    """Everything in order.

    Raises:
        ValueError: something does not hold; the line says what.
        subprocess.CalledProcessError, OSError: no box could be made.
    """
    base = bare_root(package.parent)
    folder = Path(tempfile.mkdtemp(prefix="pumpd-box-"))
    box = Box(base, folder)
    try:
        box.open()
        for one in (package, newer):
            shutil.copyfile(one, box.root / "srv" / one.name)
        before = files(box)
        install(box, package)
        infuse(box)
        blows(box)
        stall(box)
        upgrade(box, newer)
        break_disk(box)
        leave(box, before)
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"no answer: {error}") from error
    finally:
        if box.init:
            print(box.tried(["sh", "-c", "journalctl --no-pager -u pumpd | tail -n 12"]).stdout)
        box.close()
        shutil.rmtree(folder, ignore_errors=True)
    print("run: proved: install, treat, kill, freeze, fill, stall, upgrade, break, remove, purge")
