"""`./run deb --prove`: the package on a clean Debian under a real systemd, from installing to purging, blows included.

Theory of operation. Every command is printed with what it answered; `transcript` keeps it for docs/transcript.md. The visit
comes first, then blows to a bed that infuses, each followed by people who bring it back, then the upgrade, a disk that
breaks for good, and the way out.
"""

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import memory
import visit
from bed import BENCH, comes_back_paused, infuse, must, stands, strike, truth
from box import SUITE, Box, bare_root
from transcript import Transcript

DAEMON = "systemctl kill --kill-whom=main --signal"
#: /etc/pumpd goes with a purge; accounts and the record stay.
KEPT = {"/var/lib/pumpd"}
#: A disk that takes nothing for 10 s counts as dead (pumpd/shell/kernel.py, STALLED_MS); then a halt.
STALL_WITHIN_S = 12.0
#: The write-ahead log is used again and again, and folded back about twice a minute (pumpd/shell/journal.py).
FULL_WITHIN_S = 60.0
#: ST3's ladder ends after 30 s (interlocks/catalogue/technical.py); then a halt.
BROKER_WITHIN_S = 32.0

PREFACE = """# From a bare Debian 12 to a commissioned device, as typed and as printed

<!-- Made by `./run deb --prove --transcript docs/transcript.md`. -->

Bench and research software, not a cleared medical device; pump, line, patient and monitors are simulated. One
run from start to end, in a Debian {suite} of debootstrap's that its own systemd booted in namespaces. Only
length is left out, where "[...]" stands. Lines that begin with ">" were measured by the proof: a stand-still
is the simulated plunger's, counted from the moment before the blow was typed. `/srv/treat.py` plays the two
people who order, verify, measure, start, and come back after each blow to look, acknowledge and resume.
"""


def blows(box: Box) -> None:
    """To daemon, line and broker."""
    for name, title in (("SIGKILL", "Kill the daemon"), ("SIGSTOP", "Freeze the daemon")):
        box.transcript.section(title)
        strike(box, name, f"{DAEMON} {name} pumpd")
        comes_back_paused(box, name)
        infuse(box)
    starve(box)
    box.transcript.section("Pull the cable", "The pump's line is gone for 8 s; the pump has a lease of 2 s.")
    strike(box, "cable", f"hil-sim inject {BENCH} line_down for_s=8")
    box.shell("pumpctl status | head -n 3")
    comes_back_paused(box, "cable")
    infuse(box)
    why = "This pump measures line pressure itself, so what is missed are the vital signs: told, slowed, paused."
    box.transcript.section("Cut the broker", why)
    strike(box, "broker", "systemctl stop mosquitto", BROKER_WITHIN_S)
    box.shell("pumpctl status | head -n 3")
    box.shell("systemctl start mosquitto")
    comes_back_paused(box, "broker")
    infuse(box)


def starve(box: Box) -> None:
    """Row 97: an out-of-memory kill, by the kernel."""
    why = "The daemon is put into a memory group of one page, so that the kernel must kill it and can kill nothing else."
    box.transcript.section("Run the daemon out of memory", why)
    pid, struck_ms = memory.main_process(box), time.monotonic() * 1000.0
    box.transcript.found(f"out of memory: the kernel counts {memory.exhaust(pid)}")
    stands(box, struck_ms, "out of memory")
    comes_back_paused(box, "out of memory")
    box.shell("systemctl show --property=NRestarts pumpd")
    infuse(box)


def fill_disk(box: Box) -> None:
    """Row 82."""
    why = "The journal's own files have some room inside, so a record may fail at once or at the next checkpoint."
    box.transcript.section("Fill the disk", why)
    box.shell("dd if=/dev/zero of=/var/lib/pumpd/filler bs=1M 2>&1 | tail -n 1")
    strike(box, "full disk", "dd if=/dev/zero of=/var/lib/pumpd/rest bs=4k 2>&1 | tail -n 1", FULL_WITHIN_S)
    box.shell("pumpctl status | head -n 3")
    box.shell("rm /var/lib/pumpd/filler /var/lib/pumpd/rest; systemctl restart pumpd", 120.0)
    comes_back_paused(box, "full disk")
    infuse(box)


def stall_disk(box: Box) -> None:
    """Row 86: a stop does not wait for a disk that answers nobody, and an infusion does not outlast it for long."""
    box.transcript.section(
        "Stall the disk", "Frozen: it neither takes a record nor fails. First with a press, then left alone."
    )
    box.shell("fsfreeze --freeze /var/lib/pumpd")
    strike(box, "pause while the disk stalls", "timeout 10 pumpctl pause || true")
    box.shell("fsfreeze --unfreeze /var/lib/pumpd")
    comes_back_paused(box, "stalled disk")
    infuse(box)
    strike(box, "stalled disk, nobody there", "fsfreeze --freeze /var/lib/pumpd", STALL_WITHIN_S)
    box.shell("pumpctl status | head -n 3")
    box.shell("fsfreeze --unfreeze /var/lib/pumpd")
    comes_back_paused(box, "stalled disk, nobody there")
    infuse(box)


def restart(box: Box) -> None:
    """Law 9."""
    box.transcript.section("Restart")
    strike(box, "restart", "systemctl restart pumpd")
    comes_back_paused(box, "restart")
    infuse(box)


def upgrade(box: Box, newer: Path) -> None:
    """While it infuses: the pump stands, the new daemon is PAUSED, a person resumes."""
    box.transcript.section("Upgrade")
    strike(box, "upgrade", f"dpkg -i /srv/{newer.name}")
    comes_back_paused(box, "upgrade")
    for unit in visit.OFF_UNITS:
        must(box.tried(["systemctl", "is-active", unit]).returncode == 0, f"{unit} runs again")
    infuse(box)


def remove_while_infusing(box: Box, newer: Path) -> None:
    """Nobody should; the pump stands all the same, and what was removed can be put back."""
    box.transcript.section("Remove it while it infuses, and put it back")
    strike(box, "removal", "dpkg --remove pumpd")
    must(box.tried(["test", "-e", "/usr/bin/pumpd"]).returncode != 0, "the programs are gone")
    box.shell(f"dpkg -i /srv/{newer.name} | tail -n 2; pumpctl status || true", 200.0)
    box.shell("systemctl enable --now pumpd pumpd-panel")
    comes_back_paused(box, "removal")
    infuse(box)


def break_disk(box: Box) -> None:
    """ext4 finds itself broken and turns read-only, as a dying card's does. Last, for that disk stays so."""
    why = "ext4 is told that it is broken and turns read-only, as a dying card's does."
    box.transcript.section("Break the disk", why)
    device = box.tried(["findmnt", "-no", "SOURCE", "/var/lib/pumpd"]).stdout.strip().rpartition("/")[2]
    must(device.startswith("loop"), f"the journal lies on our own loop device, not on {device}")
    struck_ms = time.monotonic() * 1000.0
    Path(f"/sys/fs/ext4/{device}/trigger_fs_error").write_text("1\n", encoding="ascii")
    stands(box, struck_ms, "read-only disk")
    box.shell("pumpctl status | head -n 3 || true")


def leave(box: Box, before: set[str]) -> None:
    """Remove, then purge; what is left over is the record and nothing else. The simulator's programs go with it."""
    box.transcript.section("Remove and purge")
    must(not truth(box)["running"], "a bed that stands is left")
    box.shell("dpkg --remove pumpd")
    must(
        "STANDS" in box.shell("journalctl --no-pager -u pumpd | grep STANDS | tail -n 1"),
        "stop-all saw it stand",
    )
    box.shell("systemctl stop bench")
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


def path_of(box: Box, package: Path, newer: Path) -> None:
    """Everything in order."""
    before = files(box)
    visit.install(box, package)
    visit.configure(box)
    visit.commission(box)
    visit.start(box)
    visit.units(box)
    visit.bill(box)
    box.transcript.section("Treat")
    infuse(box)
    visit.scrape(box)
    blows(box)
    fill_disk(box)
    stall_disk(box)
    restart(box)
    visit.export(box)
    upgrade(box, newer)
    remove_while_infusing(box, newer)
    break_disk(box)
    leave(box, before)


def prove(package: Path, newer: Path, page: Path | None = None) -> None:
    """All of it, and the page of it where one is asked for.

    Raises:
        ValueError: something does not hold; the line says what.
        subprocess.CalledProcessError, OSError: no box could be made, or the page not written.
    """
    base = bare_root(package.parent)
    folder = Path(tempfile.mkdtemp(prefix="pumpd-box-"))
    told, begun_s = Transcript(), time.monotonic()
    box = Box(base, folder, told)
    try:
        box.open()
        for one in (package, newer):
            shutil.copyfile(one, box.root / "srv" / one.name)
        path_of(box, package, newer)
    except subprocess.TimeoutExpired as error:
        raise ValueError(f"no answer: {error}") from error
    finally:
        if box.init:
            print(box.tried(["sh", "-c", "journalctl --no-pager -u pumpd | tail -n 12"]).stdout)
        box.close()
        shutil.rmtree(folder, ignore_errors=True)
    if page is not None:
        told.write(page, PREFACE.format(suite=SUITE))
    print(
        f"run: proved in {(time.monotonic() - begun_s) / 60:.1f} min: install, commission, treat, kill, freeze, starve,"
    )
    print("     unplug, cut, fill, stall, restart, upgrade, remove, break, purge")
