"""The maintainer scripts, run as dpkg runs them, with stand-ins that write down what they were called with.

Theory of operation. `./run deb --prove` tries them under a real systemd and needs root for that. Here each script runs with
its places moved into a folder, so that order and conditions are seen on any machine: what is stopped before a file goes,
what is started again, what is never touched.
"""

import os
import subprocess
from pathlib import Path

import pytest
from deb_scripts import ROOT

SCRIPTS = ROOT / "systemd" / "deb"
STAND_IN = """#!/bin/sh
echo "{name} $*" >>"{log}"
case "{name} $*" in
"systemctl is-active"*) for unit in $ACTIVE; do case "$*" in *$unit) exit 0 ;; esac; done; exit 3 ;;
"systemctl is-failed"*) [ -n "$FAILED" ] ;;
"systemctl start"*) [ -z "$REFUSED" ] ;;
esac
"""


class Place:
    """A folder that stands for the machine's root."""

    def __init__(self, root: Path) -> None:
        self.root, self.log = root, root / "called"
        for folder in (
            "bin",
            "run/systemd/system",
            "usr/lib/pumpd/bin",
            "usr/lib/pumpd/lib/__pycache__",
            "etc/pumpd",
        ):
            (root / folder).mkdir(parents=True)
        for name in ("systemctl", "systemd-sysusers", "systemd-tmpfiles", "usr/lib/pumpd/bin/python3"):
            file = root / name if "/" in name else root / "bin" / name
            file.write_text(STAND_IN.format(name=file.name, log=self.log), encoding="utf-8")
            file.chmod(0o755)

    def run(self, script: str, *words: str, **environment: str) -> str:
        """The script with its places moved here; what it printed. Raises when it fails."""
        text = (SCRIPTS / script).read_text(encoding="utf-8")
        for place in ("/usr/lib/pumpd", "/run/", "/etc/pumpd", "/var/lib/pumpd"):
            text = text.replace(place, f"{self.root}{place}")
        path = f"{self.root / 'bin'}:{os.environ['PATH']}"
        command = ["sh", "-c", text, script, *words]
        done = subprocess.run(
            command, env={"PATH": path, **environment}, capture_output=True, text=True, check=True
        )
        return done.stdout + done.stderr

    @property
    def called(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_a_first_install_starts_nothing_and_enables_nothing(place: Place) -> None:
    said = place.run("postinst", "configure", "")
    assert not [line for line in place.called if " start" in line or "enable" in line or "preset" in line]
    assert "nothing was started" in said
    assert {"systemd-sysusers pumpd.conf", "systemd-tmpfiles --create pumpd.conf"} <= set(place.called)


def test_byte_code_is_held_against_its_source_since_all_files_have_one_time_stamp(place: Place) -> None:
    place.run("postinst", "configure", "")
    compiled = [line for line in place.called if "compileall" in line]
    assert compiled
    assert all("--invalidation-mode checked-hash" in line for line in compiled)
    assert not (place.root / "usr/lib/pumpd/lib/__pycache__").exists(), "an older version's goes first"


def test_an_upgrade_stops_the_daemon_before_any_file_goes_and_starts_what_ran(place: Place) -> None:
    """I7: what starts again is PAUSED by itself; the panel that did not run stays off."""
    place.run("prerm", "upgrade", "2", ACTIVE="pumpd.service pumpd-sounder.service")
    stopped = [line for line in place.called if line.startswith("systemctl stop")]
    assert stopped == ["systemctl stop pumpd.service", "systemctl stop pumpd-sounder.service"]
    place.log.unlink()
    said = place.run("postinst", "configure", "1")
    started = [line for line in place.called if line.startswith("systemctl start")]
    assert started == ["systemctl start pumpd.service", "systemctl start pumpd-sounder.service"]
    assert place.called.index("systemctl daemon-reload") < place.called.index(started[0])
    assert "PAUSED until a person resumes" in said
    assert not (place.root / "run/pumpd-upgrade").exists()


def test_metrics_that_were_served_are_served_again_by_the_new_version_and_disabled_with_a_removal(
    place: Place,
) -> None:
    place.run("prerm", "upgrade", "2", ACTIVE="pumpd-metrics.service")
    place.run("postinst", "configure", "1")
    assert [
        line for line in place.called if line.endswith("pumpd-metrics.service") and "is-" not in line
    ] == [
        "systemctl stop pumpd-metrics.service",
        "systemctl start pumpd-metrics.service",
    ]
    place.log.unlink()
    place.run("prerm", "remove")
    assert [line for line in place.called if "disable" in line and line.endswith("pumpd-metrics.service")]


def test_a_pump_that_did_not_confirm_is_said_in_capitals(place: Place) -> None:
    said = place.run("prerm", "upgrade", "2", ACTIVE="pumpd.service", FAILED="1")
    assert "A PUMP DID NOT CONFIRM THAT IT STANDS" in said
    assert "DID NOT" not in place.run("prerm", "upgrade", "2", ACTIVE="pumpd.service")


def test_a_daemon_that_refuses_the_new_version_s_start_is_named_and_dpkg_goes_on(place: Place) -> None:
    place.run("prerm", "upgrade", "2", ACTIVE="pumpd.service")
    assert "pumpd.service did not start again" in place.run("postinst", "configure", "1", REFUSED="1")


def test_a_removal_stops_and_disables_and_keeps_configuration_and_record(place: Place) -> None:
    (place.root / "etc/pumpd/pumpd.toml").touch()
    (place.root / "var/lib/pumpd").mkdir(parents=True)
    place.run("prerm", "remove", ACTIVE="pumpd.service")
    place.run("postrm", "remove")
    assert "systemctl stop pumpd.service" in place.called
    assert [line for line in place.called if "disable pumpd.service" in line]
    assert (place.root / "etc/pumpd/pumpd.toml").exists()
    assert (place.root / "var/lib/pumpd").exists()
    assert not (place.root / "run/pumpd-upgrade").exists()


def test_a_purge_takes_the_configuration_and_never_a_treatment_record(place: Place) -> None:
    journal = place.root / "var/lib/pumpd/journal.sqlite"
    journal.parent.mkdir(parents=True)
    journal.write_text("record", encoding="utf-8")
    said = place.run("postrm", "purge")
    assert not (place.root / "etc/pumpd").exists()
    assert journal.read_text(encoding="utf-8") == "record"
    assert "treatment records and were kept" in said


def test_without_a_running_systemd_nothing_is_asked_of_it(place: Place) -> None:
    (place.root / "run/systemd/system").rmdir()
    place.run("prerm", "upgrade", "2", ACTIVE="pumpd.service")
    place.run("postinst", "configure", "1")
    assert not [line for line in place.called if line.startswith("systemctl")]
