"""What an engineer does on the box, once: install, write the file, prove it, commission, start; and look at what comes out.

Theory of operation. As typed, by root in the box. What must hold is asked after each step; what was printed
is the transcript.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from bed import BENCH, must, wait_for
from box import HERE, Box

SYSTEM_UNITS = ("pumpd", "pumpd-panel", "pumpd-metrics", "pumpd-sounder")
OFF_UNITS = ("pumpd", "pumpd-panel", "pumpd-metrics")
#: systemd-analyze's figure; facts/faults.md 6.
EXPOSURE_MAX = 1.5
EXAMPLE = "/usr/share/doc/pumpd/examples/pumpd-bench.toml"
CONFIG = (
    ("port = 18883", "port = 1883"),
    ("/tmp/pumpd-bench/journal.sqlite", "/var/lib/pumpd/journal.sqlite"),
    ("/tmp/pumpd-bench/console.sock", "/run/pumpd/console.sock"),
    ('driver = "new_era"', 'driver = "modbus"\ntransport = "tcp"'),
    ('port = "/tmp/pumpd-bench/pump"', 'port = "tcp:127.0.0.1:5020"'),
    ('model = "NE1000"', 'model = "PUMPD-1"'),
)
PUMP = "hil-sim serve --pump modbus-tcp --listen tcp:5020"
#: Two hours of flow in one minute.
FAST = 120


def install(box: Box, package: Path) -> None:
    """Installing starts and enables nothing; a configuration, and a person's command, do."""
    box.transcript.section("Install", "A Debian 12 of debootstrap's, with mosquitto and nothing of ours.")
    box.shell(f"dpkg -i /srv/{package.name}", 200.0)
    for unit in SYSTEM_UNITS:
        must(box.tried(["systemctl", "is-active", unit]).returncode != 0, f"{unit} was not started")
        said = box.tried(["systemctl", "is-enabled", unit]).stdout.strip()
        must(said in ("disabled", "static"), f"{unit} was not enabled")
    shutil.copyfile(HERE / "treat.py", box.root / "srv/treat.py")


def configure(box: Box) -> None:
    """The bench's example, changed where this box differs."""
    box.transcript.section("Write the file", "A bench's: its PINs are printed in the documents.")
    expressions = []
    for old, new in CONFIG:
        must(old in (box.root / EXAMPLE[1:]).read_text(encoding="utf-8"), f"the example still says {old}")
        expressions.append("-e '" + f"s|{old}|{new}|".replace("\n", "\\n") + "'")
    box.shell(" \\\n    ".join([f"sed {expressions[0]}", *expressions[1:], f"{EXAMPLE} > /srv/pumpd.toml"]))
    box.shell("install -o root -g pumpd -m 0640 /srv/pumpd.toml /etc/pumpd/pumpd.toml")
    box.shell("pumpd check --config /etc/pumpd/pumpd.toml")


def bench(box: Box, unit: str, more: str, control: str) -> None:
    """A simulated pump, as a unit of its own."""
    box.shell(f"systemd-run -q --unit={unit} {PUMP} {more} --control {control}")
    wait_for("the bench", lambda: box.tried(["test", "-S", control]).returncode == 0, 20.0)


def commission(box: Box) -> None:
    """All steps of it, against a simulator whose hours are short. Before the daemon holds the port."""
    why = f"The pump is simulated and its two hours of flow take {7200 // FAST} s; the report says so."
    box.transcript.section("Commission", why)
    control = "/run/cups.sock"
    bench(box, "cups", f"--speed {FAST} --slack-ml 0", control)
    words = "--config /etc/pumpd/pumpd.toml --channel bed-1 --rate 5 --presses 3 --person 'Erika Muster'"
    command = f"pumpd commission {words} --simulator {control} --out /srv/commission"
    said = box.converse(command, "Type `no patient on bed-1` if that is so", "no patient on bed-1", 400.0)
    must("\nPASSED: " in said, "the channel was commissioned")
    box.shell("pumpd commission --verify /srv/commission/report.html; ls /srv/commission")
    box.shell("systemctl stop cups")


def start(box: Box) -> None:
    """Start it, and let it be looked at."""
    box.transcript.section("Start", "")
    box.shell("systemctl is-active mosquitto")
    bench(box, "bench", "--broker 127.0.0.1:1883 --slack-ml 0", BENCH)
    box.shell("systemctl enable --now pumpd pumpd-panel")
    box.shell("systemctl status --no-pager pumpd | head -n 5; pumpctl status")
    said = box.shell("chrt --all-tasks --pid $(systemctl show --property=MainPID --value pumpd)")
    must(
        "SCHED_OTHER" not in said and "SCHED_RR" in said,
        "every thread of the daemon has a core when it wants one",
    )
    box.transcript.section("Doctor", "The one FAIL is meant: a bench's PINs are no secret.")
    said = box.shell("pumpd doctor --listen 40 || true", 120.0)
    faults = [line for line in said.splitlines() if line.startswith("FAIL")]
    must(
        [line.split(":")[0] for line in faults] == ["FAIL  people"],
        f"the doctor finds nothing else: {faults}",
    )


def units(box: Box) -> None:
    """systemd's own opinion of the units, where they are installed."""
    box.transcript.section("The units, as systemd judges them", "0 is best, 10 worst; the bound is 1.5.")
    names = " ".join(f"{one}.service" for one in SYSTEM_UNITS)
    box.shell(f"systemd-analyze verify --man=no {names} && echo nothing to say")
    lines = [f"systemd-analyze security --no-pager {one}.service | tail -n 1" for one in SYSTEM_UNITS]
    for line in lines:
        said = box.shell(line)
        must(float(said.split(": ")[1].split()[0]) <= EXPOSURE_MAX, f"at most {EXPOSURE_MAX}: {said}")


def bill(box: Box) -> None:
    """The bill of materials, its first lines and how much it names."""
    box.transcript.section("The bill of materials", "CycloneDX 1.6, from the packaged environment itself.")
    box.shell("head -n 24 /usr/share/doc/pumpd/sbom.cdx.json")
    box.shell("grep -c '\"purl\"' /usr/share/doc/pumpd/sbom.cdx.json")


def scrape(box: Box) -> None:
    """Prometheus' side, while it infuses."""
    box.transcript.section("A scrape", "The unit is off until somebody enables it.")
    box.shell("systemctl enable --now pumpd-metrics")
    address = "http://127.0.0.1:9469/metrics"
    wait_for("metrics", lambda: box.tried(["curl", "-s", "-o", "/dev/null", address]).returncode == 0, 20.0)
    said = box.shell(f"curl -s {address} | grep -v '^#' | grep -v _bucket | head -n 40")
    must('pumpd_up{channel="bed-1"} 1.0' in said, "the scrape tells of the bed")


def export(box: Box) -> None:
    """A PCD-01 message out of the record, read by a library that has nothing to do with the one that made it."""
    box.transcript.section(
        "HL7", "Exported on the box; read elsewhere, with a library that pumpd does not use."
    )
    box.shell("pumpd export hl7 /var/lib/pumpd/journal.sqlite --message pcd01 > /srv/pcd01.hl7", 300.0)
    box.shell("tr '\\r' '\\n' < /srv/pcd01.hl7 | grep -c ^MSH; tr '\\r' '\\n' < /srv/pcd01.hl7 | head -n 12")
    command = [sys.executable, str(HERE / "hear.py"), str(box.root / "srv/pcd01.hl7")]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    box.transcript.typed("python3 hear.py pcd01.hl7", done.stdout, prompt="$")
    must(done.returncode == 0 and "tok-4711" in done.stdout, "another library reads the message")
