"""The units, sysusers, tmpfiles and udev files: as systemd's own tools see them, and against the code they start."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from unit_files import FOLDER, PROGRAM, UNITS, seconds, unit, words_of

from drivers.line.halting import HaltingLine
from drivers.line.halts import halt_module
from drivers.registry import families
from pumpd.cli import main as cli
from pumpd.places import DEFAULT_CONFIG
from pumpd.shell.sdnotify import PING_EVERY_MS
from pumpd.stop_all.verb import CALL_S, WITHIN_S

systemd = pytest.mark.systemd

#: Tenths, as systemd-analyze takes it; facts/faults.md 6.
EXPOSURE_MAX = 15
#: What systemd kills after so long without a control cycle, s (facts/faults.md 0, T_h).
WATCHDOG_MAX_S = 2.0


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """The units with a program that is really there, since `verify` looks."""
    program = Path(sys.executable).with_name("pumpd")
    assert program.exists()
    for name in UNITS:
        (tmp_path / name).write_text((FOLDER / name).read_text().replace(PROGRAM, str(program)))
    return tmp_path


@systemd
@pytest.mark.parametrize("name", UNITS)
def test_systemd_finds_nothing_to_say_about_the_unit(installed: Path, name: str) -> None:
    """`verify` ends with 0 on a misspelt key, so what counts is that it says nothing (facts/ecosystem.md 6)."""
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(installed / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@systemd
def test_a_misspelt_key_would_be_said(installed: Path) -> None:
    unit_file = installed / "pumpd.service"
    unit_file.write_text(unit_file.read_text().replace("ProtectSystem", "ProtectSytem"))
    command = ["systemd-analyze", "verify", "--man=no", "--recursive-errors=no", str(unit_file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "ProtectSytem" in done.stderr


@systemd
@pytest.mark.parametrize("name", UNITS)
def test_the_unit_exposes_no_more_than_it_may(installed: Path, name: str) -> None:
    """facts/faults.md 6, threat "host takeover": at most 1.5."""
    command = ["systemd-analyze", "security", "--offline=yes", "--no-pager", f"--threshold={EXPOSURE_MAX}"]
    done = subprocess.run([*command, str(installed / name)], capture_output=True, text=True, check=False)
    [level] = re.findall(r"Overall exposure level for \S+: (\d+\.\d)", done.stdout)
    print(f"{name}: exposure {level}")
    assert done.returncode == 0, done.stdout
    assert float(level) * 10 <= EXPOSURE_MAX


@systemd
def test_the_accounts_and_folders_are_made_in_an_empty_root(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    for tool, name in (("systemd-sysusers", "pumpd.sysusers"), ("systemd-tmpfiles", "pumpd.tmpfiles")):
        create = ["--create"] if tool == "systemd-tmpfiles" else []
        command = [tool, *create, f"--root={tmp_path}", str(FOLDER / name)]
        subprocess.run(command, check=True, capture_output=True)
    people = {row.split(":")[0]: row.split(":") for row in (tmp_path / "etc/passwd").read_text().splitlines()}
    groups = {row.split(":")[0]: row.split(":") for row in (tmp_path / "etc/group").read_text().splitlines()}
    assert {name: row[-1] for name, row in people.items()} == {
        "pumpd": "/usr/sbin/nologin",
        "pumpd-panel": "/usr/sbin/nologin",
    }
    members = {name: set(row[-1].split(",")) - {""} for name, row in groups.items()}
    assert members["pumpd-console"] == {"pumpd", "pumpd-panel"}
    assert members["dialout"] == members["tty"] == {"pumpd"}
    assert members["pumpd"] == set(), "the configuration and the journal are the daemon's alone"
    console = (tmp_path / "run/pumpd").stat()
    assert console.st_mode & 0o7777 == 0o2750
    assert str(console.st_gid) == groups["pumpd-console"][2], "the socket will be of this group"
    assert (tmp_path / "etc/pumpd/broker.password").stat().st_mode & 0o777 == 0o600


def test_the_watchdog_leaves_a_frozen_daemon_no_longer_than_the_facts_allow() -> None:
    """Rows 92, 93, T_h; and the ping comes often enough to survive a slow cycle."""
    daemon = unit("pumpd.service")
    [watchdog_s] = map(seconds, daemon["WatchdogSec"])
    assert watchdog_s <= WATCHDOG_MAX_S
    assert watchdog_s / 4 >= PING_EVERY_MS / 1000
    assert (daemon["Type"], daemon["NotifyAccess"]) == (["notify"], ["main"])
    assert daemon["WatchdogSignal"] == ["SIGKILL"], "a stopped process takes no other"


def test_an_end_of_any_kind_is_followed_by_the_emergency_stop_which_has_the_time_it_needs() -> None:
    """Rows 91, 97, 154: the longest is the pump that hears, does not obey, and has the longest lease."""
    daemon = unit("pumpd.service")
    [after] = daemon["ExecStopPost"]
    assert words_of(after)[0] == "stop-all"
    modules = [halt_module(name) for name in families()]
    lines = [HaltingLine([one.dialects_from(dict(one.DEFAULTS))]) for one in modules]
    longest_s = max(WITHIN_S, *(line.bound_ms / 1000 for line in lines))
    [timeout_s] = map(seconds, daemon["TimeoutStopSec"])
    assert timeout_s > longest_s + CALL_S


def test_a_daemon_that_dies_again_and_again_stays_dead_and_somebody_is_called() -> None:
    """Row 99, I7; a refusal is not tried again at all."""
    daemon = unit("pumpd.service")
    assert daemon["Restart"] == ["on-failure"]
    assert daemon["OnFailure"] == ["pumpd-sounder.service"]
    assert int(daemon["StartLimitBurst"][0]) * seconds(daemon["RestartSec"][0]) < int(
        daemon["StartLimitIntervalSec"][0]
    )
    assert daemon["RestartPreventExitStatus"] == ["2"]


def test_the_daemon_goes_before_whatever_else_wants_the_processor() -> None:
    """docs/speed.md: beside two endless loops a core, halts within a second need this, with or without cgroups."""
    daemon = unit("pumpd.service")
    assert int(daemon["Nice"][0]) <= -10
    # A niced process still waits behind whatever starts; and threads of it that wait hold the interpreter's lock.
    assert daemon["CPUSchedulingPolicy"] == ["rr"]
    assert "CPUSchedulingResetOnFork" not in daemon
    assert int(daemon["CPUWeight"][0]) >= 1_000  # 100 is everybody's


@pytest.mark.parametrize("name", ["pumpd.service", "pumpd-sounder.service"])
def test_the_program_knows_the_words_that_the_unit_calls_it_with(name: str) -> None:
    parser = cli.command_line()
    commands = [words_of(line) for key in ("ExecStart", "ExecStopPost") for line in unit(name)[key]]
    assert commands
    for words in commands:
        args = parser.parse_args(words)
        assert str(args.config) == DEFAULT_CONFIG


def test_the_panel_can_reach_the_console_and_the_record_and_no_device_file_or_secret() -> None:
    """Design 3: it opens no tty and holds no authority. Decision 0028: it reads the record and writes nothing of it."""
    panel = unit("pumpd-panel.service")
    assert panel["User"] == ["pumpd-panel"]
    assert panel["PrivateDevices"] == ["yes"]
    assert "DeviceAllow" not in panel
    assert panel["InaccessiblePaths"] == ["-/etc/pumpd"]
    assert panel["ReadOnlyPaths"] == ["-/var/lib/pumpd"]
    assert "ReadWritePaths" not in panel
    assert "LoadCredential" not in panel
    assert "--socket /run/pumpd/console.sock" in panel["ExecStart"][0]
    assert panel["SupplementaryGroups"] == ["pumpd-console pumpd"]


def test_the_metrics_process_may_ask_over_the_console_and_reads_and_writes_no_file_of_ours() -> None:
    """Decision 0026: an account of the group that may use the socket, and of nothing else; it dies and starts alone."""
    metrics = unit("pumpd-metrics.service")
    assert metrics["DynamicUser"] == ["yes"]
    assert metrics["SupplementaryGroups"] == ["pumpd-console"]
    [hidden] = metrics["InaccessiblePaths"]
    assert {"-/etc/pumpd", "-/var/lib/pumpd", "-/var/lib/pumpd-panel"} <= set(hidden.split())
    for key in (
        "User",
        "ReadWritePaths",
        "StateDirectory",
        "LoadCredential",
        "DeviceAllow",
        "Wants",
        "Requires",
    ):
        assert key not in metrics, key
    assert metrics["IPAddressAllow"] == ["localhost"]
    args = cli.command_line().parse_args(words_of(metrics["ExecStart"][0]))
    assert (args.socket, args.listen) == ("/run/pumpd/console.sock", "127.0.0.1:9469")


def test_the_metrics_are_off_until_somebody_enables_them() -> None:
    """No preset, no dependency of another unit, no word in the scripts but at stopping."""
    for name in UNITS:
        if name != "pumpd-metrics.service":
            assert "metrics" not in (FOLDER / name).read_text(encoding="utf-8")
    assert "metrics" not in (FOLDER / "deb/postinst").read_text(encoding="utf-8")


def test_the_broker_s_password_is_handed_over_and_never_readable_for_the_daemon_s_account() -> None:
    assert unit("pumpd.service")["LoadCredential"] == ["broker.password:/etc/pumpd/broker.password"]


def test_the_rules_for_adapters_name_each_by_its_serial_number() -> None:
    """Row 19: ttyUSB0 and ttyUSB1 swap; a serial number does not."""
    text = (FOLDER / "99-pumpd-adapters.rules.example").read_text()
    rules = [line for line in text.splitlines() if line and not line.startswith("#")]
    form = re.compile(r'(?:[A-Z]+(?:\{\w+\})?(?:==|!=|=|\+=)"[^"]*")(?:, |$)')
    for rule in rules:
        assert form.sub("", rule) == "", rule
    named = [rule for rule in rules if "SYMLINK" in rule]
    assert len(named) == 2
    assert all('ENV{ID_SERIAL_SHORT}=="' in rule and 'SYMLINK+="pumpd/bed-' in rule for rule in named)


@systemd
def test_the_tools_of_this_file_are_there() -> None:
    assert all(map(shutil.which, ("systemd-analyze", "systemd-sysusers", "systemd-tmpfiles")))
