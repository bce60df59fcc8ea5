"""The verb on a real terminal, against simulated pumps on a pty and on TCP."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from commission_bench import CTRL_C, MODBUS_TCP, NEW_ERA, Bench, commissioning

from pumpd.cli.main import main
from pumpd.console_client import ConsoleClient

pytestmark = pytest.mark.hil

PIN = "24680"
ORDER = {
    "patient": "tok-4711",
    "drug": "ketamine",
    "weight_kg": "70",
    "dose_mg_per_kg": "0.5",
    "concentration_mg_per_ml": "2",
    "minutes": "40",
    "syringe": "bd-60",
    "accept_soft": [],
}


def verified(path: Path, *more: str) -> int:
    return main(["commission", "--verify", str(path), *more])


def test_the_whole_walk_of_a_good_pump_passes_and_its_report_is_signed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Flow long enough for every window; then nothing is left to do, and a changed letter is found.

    Not faster: a machine that is held up for three quarters of a second misses a minute here, and that is as sparse as
    the readings of the shortest window may be.
    """
    key = tmp_path / "key"
    key.write_bytes(b"0123456789abcdef" * 2)
    key.chmod(0o600)
    with commissioning(tmp_path, speed=80.0) as bench:
        terminal = bench.terminal("--rate", "5", "--flow-minutes", "62", "--key", str(key))
        assert terminal.ended() == 0, terminal.said
        assert "PASSED: " in terminal.said
        assert not bench.truth()["running"]
        again = bench.terminal("--rate", "5", "--flow-minutes", "62", "--key", str(key))
        assert again.ended() == 0, again.said
        assert "stop time:" not in again.said
    report = bench.report()
    assert report["verdict"] == "PASSED"
    assert [one["name"] for one in report["steps"]] == ["stop", "host-loss", "flow:5", "occlusion"]
    assert report["subject"]["person"] == "Erika Muster"
    assert report["subject"]["pump"] == "new_era: NE1000, firmware 3.928, address 0"
    assert "a simulator" in report["subject"]["measured on"]
    assert len(report["subject"]["configuration"]) == 64
    for minutes in (2, 5, 11, 19, 31):
        assert abs(bench.figure("flow:5", f"window {minutes} min, highest error")["value"]) < 1.0
    page = tmp_path / "out" / "report.html"
    text = page.read_text()
    assert text.count("<svg") == 4
    for file in (page, tmp_path / "out" / "report.json"):
        assert verified(file, "--key", str(key)) == 0
        assert "as it was made, and signed with the key" in capsys.readouterr().out
        assert verified(file) == 0
        assert "name it with --key to check that" in capsys.readouterr().out
    page.write_text(text.replace("Erika Muster", "Erika Munter", 1))
    assert verified(page, "--key", str(key)) == 1
    assert "CHANGED since it was made" in capsys.readouterr().out
    page.write_text("no report")
    assert verified(page) == 2


def test_a_slow_pump_on_modbus_fails_with_its_numbers(tmp_path: Path) -> None:
    """Faults row 9: out of limits is FAILED, whatever else was not done."""
    with commissioning(tmp_path, "modbus-tcp", MODBUS_TCP, speed=300.0) as bench:
        bench.do(do="fault", name="underdelivery", factor=0.9, counted=False)
        terminal = bench.terminal("--rate", "5", "--quick", "--steps", "stop,flow", "--presses", "3")
        assert terminal.ended() == 1, terminal.said
        assert not bench.truth()["running"]
    assert "FAILED: " in terminal.said
    assert "limit 2 %: FAILED" in terminal.said
    assert "Occlusion and release: not done" in terminal.said
    assert bench.report()["verdict"] == "FAILED"
    assert bench.figure("flow:5", "mean flow error")["value"] == pytest.approx(-10.0, abs=0.2)
    assert "12 min" not in bench.figure("flow:5", "mean flow error")["note"]
    assert bench.figure("flow:5", "window 31 min")["note"].startswith("not computed")


def test_ctrl_c_halts_the_pump_first_and_the_rest_is_done_the_next_time(tmp_path: Path) -> None:
    """All stops go first: halted, read back, then said, then written; and what was finished is not done again."""
    with commissioning(tmp_path) as bench:
        terminal = bench.terminal("--rate", "20", "--presses", "3", "--steps", "stop,flow")
        terminal.until("flow: 20 mL/h for 120 min")
        while not bench.truth()["running"]:
            assert terminal.status is None
        pressed_ms = time.monotonic() * 1000
        terminal.press(CTRL_C)
        assert terminal.ended() == 130, terminal.said
        truth = bench.truth()
        assert not truth["running"]
        assert truth["halted_at_link_ms"] - pressed_ms < 1000
        assert "interrupted: the pump is halted: it reads back that it stands\n" in terminal.said
        assert "INCOMPLETE: " in terminal.said
        report = bench.report()
        assert report["verdict"] == "INCOMPLETE"
        assert bench.step("stop")["is_done"]
        assert "broken off by a person" in bench.step("flow:20")["reason"]
        assert bench.step("occlusion")["reason"] == "was not begun"
        again = bench.terminal("--rate", "20", "--presses", "3")
        again.until("host-loss: a host runs the pump")
        assert "stop time:" not in again.said
        again.press(CTRL_C)
        assert again.ended() == 130
        assert not bench.truth()["running"]


def test_a_closed_terminal_halts_the_pump(tmp_path: Path) -> None:
    """SIGHUP, and nobody left to print for."""
    with commissioning(tmp_path) as bench:
        terminal = bench.terminal("--rate", "20", "--steps", "flow")
        terminal.until("flow: 20 mL/h")
        while not bench.truth()["running"]:
            assert terminal.status is None
        terminal.hang_up()
        assert terminal.ended() == 130
        assert not bench.truth()["running"]
        assert bench.report()["verdict"] == "INCOMPLETE"


def test_whoever_does_not_promise_is_refused_and_nothing_is_opened(tmp_path: Path) -> None:
    with commissioning(tmp_path) as bench:
        terminal = bench.open_terminal()
        terminal.until("Type `no patient on bed-1` if that is so: ")
        terminal.type("yes")
        assert terminal.ended() == 2
        assert "nothing was opened and nothing was sent" in terminal.said
        assert bench.truth()["watchdog_armed"] is False
        assert bench.truth()["last_stop_rx_link_ms"] is None


def test_results_of_another_configuration_are_not_gone_on_with(tmp_path: Path) -> None:
    with commissioning(tmp_path) as bench:
        first = bench.terminal("--steps", "stop", "--presses", "3")
        assert first.ended() == 1
        bench.limit_mmhg = 175
        bench.write_config()
        terminal = bench.terminal()
        assert terminal.ended() == 2
        assert "its results are of another configuration" in terminal.said


def daemon_of(bench: Bench) -> "subprocess.Popen[str]":
    argv = [sys.executable, "-m", "pumpd.cli.main", "run", "--config", str(bench.config)]
    log = bench.folder / "daemon.log"
    with log.open("w") as stderr:
        daemon = subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=stderr, text=True)
    assert daemon.stdout is not None
    if daemon.stdout.readline().strip() != "READY":
        daemon.communicate()
        pytest.fail(f"the daemon did not come up: {log.read_text()}")
    return daemon


def test_beside_a_running_daemon_and_over_an_open_session_it_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Faults row 22, I13; and a daemon that is dead does not make its session void."""
    with commissioning(tmp_path, nurse_pin=PIN) as bench:
        daemon = daemon_of(bench)
        try:
            assert main(bench.words()[3:]) == 2
            assert "another pumpd already drives the pump on this port" in capsys.readouterr().err
            replies = list(
                ConsoleClient(str(tmp_path / "console.sock")).request("order", "bed-1", "nina", PIN, ORDER)
            )
            assert [one["stage"] for one in replies] == ["accepted"], replies
        finally:
            daemon.send_signal(signal.SIGTERM)
            daemon.communicate(timeout=20)
        assert main(bench.words()[3:]) == 2
        said = capsys.readouterr().err
        assert "bed-1: a session is under way (ordered, by the journal); stop it with pumpctl first" in said


def test_without_a_terminal_it_is_refused(tmp_path: Path) -> None:
    bench = Bench(tmp_path, NEW_ERA, str(tmp_path / "pump"), tmp_path / "ctl")
    bench.write_config()
    done = subprocess.run(
        bench.words(), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False
    )
    assert done.returncode == 2
    assert "standard input is no terminal" in done.stderr
